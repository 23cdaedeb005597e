#pragma once

#include "core/audio/file_reader.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace phono {

/// Up to `bytes` bytes of a file from `offset` on; fewer at its end, none on errors.
std::string bytesAt(const FileReader& file, std::int64_t offset, std::size_t bytes);

/// The unsigned number in the first `size` (at most 8) bytes of `bytes`, which must be that long.
std::uint64_t unsignedNumber(std::string_view bytes, std::size_t size, std::endian order);

/// The value of `field` ("sample_coding") in the text header of a NIST SPHERE file; empty if
/// absent.
std::string nistField(std::string_view header, std::string_view field);

} // namespace phono
