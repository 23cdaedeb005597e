#include "core/checkpoint/pickle_writer.h"

#include <bit>
#include <limits>

namespace phono {

PickleWriter::PickleWriter()
    : m_bytes("\x80\x02")
{
}

template <typename T>
void PickleWriter::raw(T value)
{
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void PickleWriter::none()
{
    m_bytes += 'N';
}

void PickleWriter::boolean(bool value)
{
    m_bytes += value ? '\x88' : '\x89';
}

void PickleWriter::integer(std::int64_t value)
{
    if (value >= 0 && value <= 0xff) {
        m_bytes += 'K';
        raw(static_cast<std::uint8_t>(value));
    } else if (value >= std::numeric_limits<std::int32_t>::min()
               && value <= std::numeric_limits<std::int32_t>::max()) {
        m_bytes += 'J';
        raw(static_cast<std::int32_t>(value));
    } else {
        m_bytes += '\x8a';
        raw(static_cast<std::uint8_t>(sizeof value));
        raw(value);
    }
}

void PickleWriter::real(double value)
{
    m_bytes += 'G';
    raw(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

void PickleWriter::text(std::string_view value)
{
    m_bytes += 'X';
    raw(static_cast<std::uint32_t>(value.size()));
    m_bytes += value;
}

void PickleWriter::emptyTuple()
{
    m_bytes += ')';
}

void PickleWriter::emptyList()
{
    m_bytes += ']';
}

void PickleWriter::dictionary(const std::function<void()>& contents)
{
    m_bytes += "}(";
    contents();
    m_bytes += 'u';
}

void PickleWriter::orderedDictionary(const std::function<void()>& contents)
{
    global("collections", "OrderedDict");
    m_bytes += ")R(";
    contents();
    m_bytes += 'u';
}

void PickleWriter::list(const std::function<void()>& contents)
{
    m_bytes += "](";
    contents();
    m_bytes += 'e';
}

void PickleWriter::tuple(const std::function<void()>& contents)
{
    m_bytes += '(';
    contents();
    m_bytes += 't';
}

void PickleWriter::global(std::string_view module, std::string_view name)
{
    m_bytes += 'c';
    m_bytes += module;
    m_bytes += '\n';
    m_bytes += name;
    m_bytes += '\n';
}

void PickleWriter::call(std::string_view module, std::string_view name,
                        const std::function<void()>& arguments)
{
    global(module, name);
    tuple(arguments);
    m_bytes += 'R';
}

void PickleWriter::persistent(const std::function<void()>& id)
{
    id();
    m_bytes += 'Q';
}

std::string PickleWriter::finish()
{
    m_bytes += '.';
    return std::move(m_bytes);
}

} // namespace phono
