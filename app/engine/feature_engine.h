#pragma once

#include "core/model/extractor.h"
#include "core/model/live_extractor.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace phono {

/// Computes z and c of sound while it comes: see LiveExtractor, whose contracts these are. Use from
/// one thread at a time, which may be another one than the engine's; may outlive the engine.
class LiveFeatures {
public:
    virtual ~LiveFeatures() = default;
    virtual Result<LiveRows> process(std::span<const float> samples) = 0;
    virtual void reset() = 0;
};

/// Computes features with one checkpoint. What the window knows of Extractor, so that LibTorch can
/// be loaded after the window is on the screen. Use from one thread at a time.
class FeatureEngine {
public:
    virtual ~FeatureEngine() = default;
    virtual const ExtractorBackend& backend() const = 0;
    /// Everything that can be asked for, z and c first.
    virtual const std::vector<FeatureInfo>& features() const = 0;
    virtual Result<void> extract(const SampleSource& audio,
                                 std::span<const FeatureRequest> requests,
                                 const Progress& progress) = 0;
    /// On the processor, whatever the engine's device. May be slow the first time.
    virtual Result<std::unique_ptr<LiveFeatures>> live() = 0;
};

/// What decides how an engine computes; strings as on the command line.
struct EngineOptions {
    std::string device = "auto";
    std::string precision = "fp32";
    int threads = 0; ///< 0: the physical cores
    std::size_t memoryLimit = std::size_t(1) << 30; ///< in bytes
    bool operator==(const EngineOptions&) const = default;
};

/// Where engines come from. May be slow the first time; for the inference lane.
class EngineSource {
public:
    virtual ~EngineSource() = default;
    virtual Result<std::unique_ptr<FeatureEngine>> create(const Checkpoint& checkpoint,
                                                          const EngineOptions& options) = 0;
    /// "cpu", "cuda:0", …
    virtual Result<std::vector<std::string>> devices() = 0;
};

} // namespace phono
