#include "core/labels/label_check.h"
#include "core/labels/label_formats.h"
#include "core/labels/label_text.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace phono {
namespace {

/// What counts in a text file of Praat's: numbers that stand free, quoted texts and <flags>. All
/// other words are there for people, and `!` begins a comment.
struct Token {
    enum class Kind { Number, Text, Flag, End };
    Kind kind = Kind::End;
    double number = 0;
    std::string text = {};
    int line = 0;
};

const char* nameOf(Token::Kind kind)
{
    switch (kind) {
    case Token::Kind::Number:
        return "a number";
    case Token::Kind::Text:
        return "a text in quotes";
    case Token::Kind::Flag:
        return "<exists>";
    case Token::Kind::End:
        break;
    }
    return "the end";
}

class Tokens {
public:
    explicit Tokens(std::string_view text)
        : m_rest(text)
    {
    }

    Token next();
    int line() const { return m_line; }

private:
    void skip(std::size_t count);
    std::string quoted();

    std::string_view m_rest;
    int m_line = 1;
};

void Tokens::skip(std::size_t count)
{
    const auto skipped = m_rest.substr(0, count);
    for (std::size_t i = 0; i < skipped.size(); ++i)
        m_line +=
            skipped[i] == '\n' || (skipped[i] == '\r' && !m_rest.substr(i + 1).starts_with('\n'));
    m_rest.remove_prefix(std::min(count, m_rest.size()));
}

Token Tokens::next()
{
    constexpr std::string_view kSpaces = " \t\r\n\v\f";
    for (;;) {
        skip(std::min(m_rest.find_first_not_of(kSpaces), m_rest.size()));
        if (m_rest.empty())
            return {.line = m_line};
        const int line = m_line;
        const char c = m_rest.front();
        if (c == '!') {
            skip(m_rest.find_first_of("\r\n"));
            continue;
        }
        if (c == '"')
            return {.kind = Token::Kind::Text, .text = quoted(), .line = line};
        const auto word = m_rest.substr(0, m_rest.find_first_of(kSpaces));
        skip(word.size());
        if (c == '<')
            return {.kind = Token::Kind::Flag, .text = std::string(word), .line = line};
        const auto digits = word.substr(c == '+');
        double number = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        const bool begins = c == '-' || c == '+' || (c >= '0' && c <= '9');
        if (begins && error == std::errc() && std::isfinite(number))
            return {.kind = Token::Kind::Number, .number = number, .line = line};
    }
}

/// Of a text in quotes, in which a quote is written twice and lines may end.
std::string Tokens::quoted()
{
    std::string text;
    skip(1);
    while (!m_rest.empty()) {
        const auto end = m_rest.find('"');
        text += m_rest.substr(0, end);
        if (end == m_rest.npos) {
            skip(m_rest.size());
            break;
        }
        skip(end + 1);
        if (!m_rest.starts_with('"'))
            break;
        text += '"';
        skip(1);
    }
    return text;
}

struct RawTier {
    std::string name;
    bool points = false;
    std::vector<LineLabel> labels;
};

/// Reads the tokens in the order in which Praat writes them, until the first that does not fit.
class TextGridReader {
public:
    explicit TextGridReader(std::string_view text)
        : m_tokens(text)
    {
    }

    Result<LabelFile> read();

private:
    std::optional<Token> take(Token::Kind kind);
    std::optional<RawTier> takeTierHead();
    bool takeLabel(RawTier& tier);
    void readTierByTier();
    void readChronologically();
    LabelFile finish();

    Tokens m_tokens;
    std::vector<RawTier> m_tiers;
    LabelComplaints m_complaints;
};

std::optional<Token> TextGridReader::take(Token::Kind kind)
{
    auto token = m_tokens.next();
    if (token.kind == kind)
        return token;
    if (token.kind == Token::Kind::End)
        m_complaints.add(token.line, "the file ends too early; what comes before was read");
    else
        m_complaints.add(token.line,
                         std::string("expected ") + nameOf(kind) + ", found " + nameOf(token.kind)
                             + "; what comes before was read");
    return {};
}

/// Class, name and times, which are the same in all variants.
std::optional<RawTier> TextGridReader::takeTierHead()
{
    const auto kind = take(Token::Kind::Text);
    if (!kind)
        return {};
    if (kind->text != "IntervalTier" && kind->text != "TextTier") {
        m_complaints.add(kind->line,
                         "a tier of the unknown class \"" + kind->text
                             + "\"; what comes before was read");
        return {};
    }
    auto name = take(Token::Kind::Text);
    if (!name || !take(Token::Kind::Number) || !take(Token::Kind::Number))
        return {};
    return RawTier{std::move(name->text), kind->text == "TextTier", {}};
}

bool TextGridReader::takeLabel(RawTier& tier)
{
    const auto start = take(Token::Kind::Number);
    if (!start)
        return false;
    const auto end = tier.points ? start : take(Token::Kind::Number);
    if (!end)
        return false;
    auto text = take(Token::Kind::Text);
    if (!text)
        return false;
    tier.labels.push_back(
        {{start->number, end->number, std::string(trimmed(text->text))}, start->line});
    return true;
}

void TextGridReader::readTierByTier()
{
    const auto tiers = take(Token::Kind::Number);
    for (double i = 0; tiers && i < tiers->number; ++i) {
        auto head = takeTierHead();
        if (!head)
            return;
        auto& tier = m_tiers.emplace_back(std::move(*head));
        const auto labels = take(Token::Kind::Number);
        if (!labels)
            return;
        for (double k = 0; k < labels->number; ++k)
            if (!takeLabel(tier))
                return;
    }
}

void TextGridReader::readChronologically()
{
    const auto tiers = take(Token::Kind::Number);
    for (double i = 0; tiers && i < tiers->number; ++i) {
        auto head = takeTierHead();
        if (!head)
            return;
        m_tiers.push_back(std::move(*head));
    }
    for (auto token = m_tokens.next(); token.kind != Token::Kind::End; token = m_tokens.next()) {
        const bool known = token.kind == Token::Kind::Number && token.number >= 1
            && token.number <= static_cast<double>(m_tiers.size());
        if (!known) {
            m_complaints.add(token.line,
                             "expected the number of a tier; what comes before was read");
            return;
        }
        if (!takeLabel(m_tiers[static_cast<std::size_t>(token.number) - 1]))
            return;
    }
}

LabelFile TextGridReader::finish()
{
    LabelFile file;
    for (auto& [name, points, labels] : m_tiers)
        file.tiers.push_back(checkedTier(std::move(name), std::move(labels), m_complaints));
    file.warnings = m_complaints.list();
    return file;
}

Result<LabelFile> TextGridReader::read()
{
    const auto fileType = m_tokens.next();
    const bool chronological = fileType.text.find("chronological TextGrid") != std::string::npos;
    if (!chronological) {
        if (!fileType.text.starts_with("ooTextFile"))
            return Error{"it does not begin as a TextGrid (\"ooTextFile\")"};
        const auto object = m_tokens.next();
        if (object.text != "TextGrid")
            return Error{"it holds a " + (object.text.empty() ? "nameless object" : object.text)
                         + ", not a TextGrid; save the TextGrid by itself"};
    }
    if (!take(Token::Kind::Number) || !take(Token::Kind::Number))
        return Error{"its times are missing (" + m_complaints.list().front() + ")"};
    if (chronological) {
        readChronologically();
    } else {
        const auto exists = take(Token::Kind::Flag);
        if (!exists)
            return Error{"it does not say whether it has tiers (" + m_complaints.list().front()
                         + ")"};
        if (exists->text == "<exists>")
            readTierByTier();
        else if (exists->text != "<absent>")
            return Error{"expected <exists> or <absent> in line " + std::to_string(exists->line)
                         + ", found " + exists->text};
    }
    if (m_tiers.empty())
        return Error{
            "it has no tier"
            + (m_complaints.list().empty() ? "" : " (" + m_complaints.list().front() + ")")};
    return finish();
}

} // namespace

Result<LabelFile> parseTextGrid(std::string_view text)
{
    if (text.starts_with("ooBinaryFile"))
        return Error{"it is a binary file of Praat's; save it as a text file"};
    return TextGridReader(text).read();
}

} // namespace phono
