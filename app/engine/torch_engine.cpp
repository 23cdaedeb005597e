// The shared library behind EngineModule: the only part of the window's program that links
// LibTorch.

#include "app/engine/feature_engine.h"

#define PHONO_EXPORT extern "C" __attribute__((visibility("default")))

namespace phono {
namespace {

class TorchLiveFeatures : public LiveFeatures {
public:
    explicit TorchLiveFeatures(LiveExtractor extractor)
        : m_extractor(std::move(extractor))
    {
    }
    Result<LiveRows> process(std::span<const float> samples) override
    {
        return m_extractor.process(samples);
    }
    void reset() override { m_extractor.reset(); }

private:
    LiveExtractor m_extractor;
};

class TorchEngine : public FeatureEngine {
public:
    explicit TorchEngine(Extractor extractor)
        : m_extractor(std::move(extractor))
    {
    }
    const ExtractorBackend& backend() const override { return m_extractor.backend(); }
    const std::vector<FeatureInfo>& features() const override { return m_extractor.features(); }
    Result<void> extract(const SampleSource& audio, std::span<const FeatureRequest> requests,
                         const Progress& progress) override
    {
        return m_extractor.extract(audio, requests, progress);
    }
    Result<std::unique_ptr<LiveFeatures>> live() override
    {
        auto extractor = m_extractor.live();
        if (!extractor)
            return extractor.error();
        return std::unique_ptr<LiveFeatures>(
            std::make_unique<TorchLiveFeatures>(std::move(*extractor)));
    }

private:
    Extractor m_extractor;
};

class TorchEngineSource : public EngineSource {
public:
    Result<std::unique_ptr<FeatureEngine>> create(const Checkpoint& checkpoint,
                                                  const EngineOptions& options) override
    {
        const auto precision = parsePrecision(options.precision);
        if (!precision)
            return precision.error();
        ExtractorOptions wanted;
        wanted.device = options.device;
        wanted.precision = *precision;
        wanted.threads = options.threads;
        wanted.memoryLimit = options.memoryLimit;
        auto extractor = Extractor::create(checkpoint, wanted);
        if (!extractor)
            return extractor.error();
        return std::unique_ptr<FeatureEngine>(std::make_unique<TorchEngine>(std::move(*extractor)));
    }
    Result<std::vector<std::string>> devices() override { return availableDevices(); }
};

} // namespace
} // namespace phono

PHONO_EXPORT const char* phonoscopeEngineVersion()
{
    return PHONO_VERSION;
}

/// The caller owns it.
PHONO_EXPORT phono::EngineSource* phonoscopeEngineSource()
{
    return std::make_unique<phono::TorchEngineSource>().release();
}
