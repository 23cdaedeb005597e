#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>

namespace phono {

/// A feature a model offers: "z", "c", "enc0"…, "agg0"…, and for vq-wav2vec "zq" and "codes".
struct FeatureInfo {
    std::string name;
    int channels = 0;
    /// The values are whole numbers (codes, one channel per group).
    bool integers = false;
    /// Samples between frames and samples one frame sees: frame t covers
    /// [t * hop, t * hop + receptiveField) (a context frame ends where its z frame ends).
    int hop = 0;
    int receptiveField = 0;
    bool operator==(const FeatureInfo&) const = default;
};

/// Where one feature goes. Calls come from one thread at a time: begin once, then rows in order
/// without gaps. A failure stops the extraction and is returned from it.
class FeatureSink {
public:
    virtual ~FeatureSink() = default;
    virtual Result<void> begin(const FeatureInfo& info, std::int64_t frames) = 0;
    /// `rows` holds whole frames of info.channels values; the first is frame `first`.
    virtual Result<void> write(std::int64_t first, std::span<const float> rows) = 0;
};

} // namespace phono
