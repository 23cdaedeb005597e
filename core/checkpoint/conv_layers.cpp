#include "core/checkpoint/model_config.h"

#include <charconv>

namespace phono {
namespace {

constexpr std::size_t kMaxLayers = 64;
constexpr int kMaxNumber = 65536;

/// The grammar, from the left, one character of look-ahead:
/// layers = term {"+" term}; term = list {"*" number}; list = "[" [triple {"," triple} [","]] "]".
class Parser {
public:
    explicit Parser(std::string_view text)
        : m_text(text)
    {
    }

    Result<std::vector<ConvLayer>> parse()
    {
        std::vector<ConvLayer> layers;
        do {
            if (!term(layers))
                return failure();
        } while (accept('+'));
        skipSpaces();
        if (m_at != m_text.size())
            return failure();
        return layers;
    }

private:
    bool term(std::vector<ConvLayer>& layers)
    {
        std::vector<ConvLayer> once;
        if (!list(once))
            return false;
        int times = 1;
        while (accept('*')) {
            int factor = 0;
            if (!number(factor))
                return false;
            if (static_cast<std::size_t>(times) * static_cast<std::size_t>(factor) > kMaxLayers)
                return tooMany();
            times *= factor;
        }
        if (layers.size() + once.size() * static_cast<std::size_t>(times) > kMaxLayers)
            return tooMany();
        for (int i = 0; i < times; ++i)
            layers.insert(layers.end(), once.begin(), once.end());
        return true;
    }

    bool list(std::vector<ConvLayer>& layers)
    {
        if (!accept('['))
            return expected("'['");
        while (!accept(']')) {
            ConvLayer layer;
            if (!triple(layer))
                return false;
            if (layers.size() == kMaxLayers)
                return tooMany();
            layers.push_back(layer);
            if (!accept(',')) {
                if (!accept(']'))
                    return expected("',' or ']'");
                break;
            }
        }
        return true;
    }

    bool triple(ConvLayer& layer)
    {
        if (!accept('('))
            return expected("'('");
        if (!number(layer.dim) || !comma() || !number(layer.kernel) || !comma()
            || !number(layer.stride))
            return false;
        accept(',');
        return accept(')') || expected("')' after three numbers");
    }

    bool comma() { return accept(',') || expected("','"); }

    bool number(int& value)
    {
        skipSpaces();
        const auto* begin = m_text.data() + m_at;
        const auto [end, error] = std::from_chars(begin, m_text.data() + m_text.size(), value);
        if (error == std::errc::result_out_of_range)
            return expected("a number up to 65536");
        if (error != std::errc() || value < 0)
            return expected("a whole number");
        if (value > kMaxNumber)
            return expected("a number up to 65536");
        m_at += static_cast<std::size_t>(end - begin);
        return true;
    }

    bool accept(char wanted)
    {
        skipSpaces();
        if (m_at == m_text.size() || m_text[m_at] != wanted)
            return false;
        ++m_at;
        return true;
    }

    void skipSpaces()
    {
        while (m_at < m_text.size()
               && std::string_view(" \t\r\n").find(m_text[m_at]) != std::string_view::npos)
            ++m_at;
    }

    bool expected(std::string what)
    {
        m_problem = "expected " + std::move(what) + " at character " + std::to_string(m_at + 1);
        return false;
    }

    bool tooMany()
    {
        m_problem = "more than " + std::to_string(kMaxLayers) + " layers";
        return false;
    }

    Error failure() const
    {
        constexpr std::size_t kShown = 80;
        const auto problem = m_problem.empty()
            ? "unexpected text at character " + std::to_string(m_at + 1)
            : m_problem;
        std::string shown;
        for (const char c : m_text.substr(0, kShown))
            shown += c >= ' ' && c <= '~' ? c : '?';
        return Error{"cannot read the layers \"" + shown + (m_text.size() > kShown ? "…" : "")
                     + "\": " + problem
                     + ". Layers are lists of (channels, kernel, stride), as in \"[(512, 10, 5)] + "
                       "[(512, 4, 2)] * 3\"; they are never evaluated as Python."};
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string m_problem;
};

} // namespace

Result<std::vector<ConvLayer>> parseConvLayers(std::string_view text)
{
    return Parser(text).parse();
}

std::string toString(const std::vector<ConvLayer>& layers)
{
    std::string text;
    for (const auto& layer : layers) {
        text += text.empty() ? "(" : ", (";
        text += std::to_string(layer.dim) + ", " + std::to_string(layer.kernel) + ", "
            + std::to_string(layer.stride) + ")";
    }
    return "[" + text + "]";
}

} // namespace phono
