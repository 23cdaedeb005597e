#include "core/audio/header_bytes.h"

#include <cassert>
namespace phono {

std::string bytesAt(const FileReader& file, std::int64_t offset, std::size_t bytes)
{
    std::string result(bytes, '\0');
    result.resize(file.readAt(offset, result.data(), bytes));
    return result;
}

std::uint64_t unsignedNumber(std::string_view bytes, std::size_t size, std::endian order)
{
    assert(size <= 8 && size <= bytes.size());
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const auto at = order == std::endian::big ? i : size - 1 - i;
        number = number << 8 | static_cast<unsigned char>(bytes[at]);
    }
    return number;
}

std::string nistField(std::string_view header, std::string_view field)
{
    while (!header.empty()) {
        const auto end = header.find('\n');
        auto line = header.substr(0, end);
        header = end == header.npos ? std::string_view() : header.substr(end + 1);
        if (line.starts_with("end_head"))
            break;
        if (!line.starts_with(field) || line.substr(field.size(), 1) != " ")
            continue;
        // name, type ("-i", "-r" or "-s" and a length), value
        const auto type = line.find_first_not_of(' ', field.size());
        const auto gap = line.find(' ', type);
        if (type == line.npos || gap == line.npos)
            continue;
        const auto value = line.find_first_not_of(' ', gap);
        return value == line.npos ? std::string() : std::string(line.substr(value));
    }
    return {};
}

} // namespace phono
