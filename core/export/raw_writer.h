#pragma once

#include "core/export/feature_writer.h"

#include <cstdint>
#include <string>

namespace phono {

/// A file that is a header followed by the values as they lie in memory: float32 or int32,
/// little-endian, frame after frame.
class RawWriter final : public FeatureWriter {
public:
    using Header = Result<std::string> (*)(const FeatureInfo& info, std::int64_t frames);

    RawWriter(std::filesystem::path path, AtomicFile file, Header header);

private:
    Result<void> writeHeader() override;
    Result<void> writeRows(std::span<const float> rows) override;

    Header m_header;
};

/// NPY 1.0, array of [frames, channels] in C order.
Result<std::string> npyHeader(const FeatureInfo& info, std::int64_t frames);
/// One tensor [frames, channels] named as the feature; hop, receptive field and rate as metadata.
Result<std::string> safetensorsHeader(const FeatureInfo& info, std::int64_t frames);

} // namespace phono
