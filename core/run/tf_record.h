#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace phono {

/// CRC-32C (Castagnoli).
std::uint32_t crc32c(std::string_view bytes);

/// Appends a record as TensorFlow frames it: length, data, and a masked checksum of each.
void appendTfRecord(std::string& to, std::string_view data);

/// A message of Protocol Buffers, field by field.
class ProtoMessage {
public:
    void addVarint(int field, std::uint64_t value);
    void addDouble(int field, double value);
    void addFloat(int field, float value);
    void addBytes(int field, std::string_view value);

    const std::string& bytes() const { return m_bytes; }
    void clear() { m_bytes.clear(); }

private:
    void appendVarint(std::uint64_t value);
    void appendKey(int field, int wireType);

    std::string m_bytes;
};

} // namespace phono
