#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// The header of a safetensors file as it stands there; nothing is checked against the file.
struct SafetensorsHeader {
    struct Entry {
        std::string name;
        std::string dtype; ///< "F32", …
        std::vector<std::int64_t> shape;
        std::vector<std::int64_t> offsets; ///< two: begin and end
    };
    std::vector<Entry> entries; ///< in the header's order
    std::map<std::string, std::string> metadata;
};

/// Reads the JSON text, keeping nothing but what belongs into a header. Names that occur twice,
/// other fields and deeper nesting are errors. Takes time and memory in proportion to the text.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text);

} // namespace phono
