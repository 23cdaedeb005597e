#include "core/run/toml_document.h"

namespace phono {

Result<toml::table> parseToml(std::string_view text, const std::string& sourceName)
{
    if (text.size() > kLongestToml)
        return Error{sourceName + " is longer than " + std::to_string(kLongestToml) + " bytes"};
    // Debian's library is built to throw.
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return Error{sourceName + ", line " + std::to_string(error.source().begin.line) + ": "
                     + std::string(error.description())};
    }
}

} // namespace phono
