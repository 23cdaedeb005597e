#pragma once

#include "app/engine/feature_engine.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace phono::test {

/// What a FakeEngine does, set by a test while it works.
struct FakeControl {
    std::atomic<int> created = 0;
    std::atomic<int> extractions = 0;
    /// While set, extraction stays in the middle until it is told to stop.
    std::atomic<bool> held = false;
    std::atomic<bool> waiting = false; ///< it is there
    std::string createError; ///< set before use
    std::string extractError; ///< set before use
    std::string liveError; ///< set before use
    std::vector<std::string> devices = {"cpu"}; ///< set before use
    EngineOptions options; ///< of the engine made last
    std::mutex mutex;
    std::vector<std::string> requested; ///< in the order of extraction
};

/// An engine without a model: z, c and enc0 of 3 channels each, one frame per 160 samples. Channel
/// k of frame t is the sample 160 t + k, negative for c, doubled for enc0.
class FakeEngine : public FeatureEngine {
public:
    explicit FakeEngine(FakeControl& control)
        : m_control(control)
    {
    }

    static std::int64_t frames(std::int64_t samples)
    {
        return samples < 465 ? 0 : (samples - 465) / 160 + 1;
    }
    static float value(const std::string& feature, float sample)
    {
        return feature == "c" ? -sample : feature == "enc0" ? 2 * sample : sample;
    }

    const ExtractorBackend& backend() const override { return m_backend; }
    const std::vector<FeatureInfo>& features() const override { return m_features; }

    Result<void> extract(const SampleSource& audio, std::span<const FeatureRequest> requests,
                         const Progress& progress) override
    {
        ++m_control.extractions;
        if (!m_control.extractError.empty())
            return Error{m_control.extractError};
        double done = 0;
        for (const FeatureRequest& request : requests) {
            {
                const std::lock_guard lock(m_control.mutex);
                m_control.requested.push_back(request.name);
            }
            if (const auto made = extractOne(audio, request, progress, done, requests.size());
                !made)
                return made;
            ++done;
        }
        return {};
    }

    Result<std::unique_ptr<LiveFeatures>> live() override;

private:
    Result<void> extractOne(const SampleSource& audio, const FeatureRequest& request,
                            const Progress& progress, double before, std::size_t count)
    {
        constexpr int kChannels = 3;
        const auto info = std::find_if(m_features.begin(), m_features.end(),
                                       [&](const auto& each) { return each.name == request.name; });
        const std::int64_t total = frames(audio.size());
        if (total == 0)
            return Error{"the recording is shorter than 465 samples"};
        if (const auto begun = request.sink->begin(*info, total); !begun)
            return begun;
        for (std::int64_t t = 0; t < total; ++t) {
            while (m_control.held && t == total / 2 && !progress.cancelled()) {
                m_control.waiting = true;
                std::this_thread::yield();
            }
            if (progress.cancelled())
                return Error::cancelled();
            float row[kChannels];
            if (const auto read = audio.read(160 * t, row); !read)
                return read;
            for (float& sample : row)
                sample = value(request.name, sample);
            if (const auto written = request.sink->write(t, row); !written)
                return written;
            progress("computing " + request.name,
                     (before + double(t + 1) / double(total)) / double(count));
        }
        return {};
    }

    FakeControl& m_control;
    ExtractorBackend m_backend{"cpu", "fp32", "fake", 1, "", "0"};
    std::vector<FeatureInfo> m_features{
        {"z", 3, false, 160, 465}, {"c", 3, false, 160, 3345}, {"enc0", 3, false, 160, 10}};
};

/// The FakeEngine's values, for as many frames as there are samples for.
class FakeLiveFeatures : public LiveFeatures {
public:
    Result<LiveRows> process(std::span<const float> samples) override
    {
        LiveRows rows;
        rows.first = FakeEngine::frames(std::ssize(m_samples));
        m_samples.insert(m_samples.end(), samples.begin(), samples.end());
        rows.frames = FakeEngine::frames(std::ssize(m_samples)) - rows.first;
        for (std::int64_t t = rows.first; t < rows.first + rows.frames; ++t)
            for (std::int64_t k = 0; k < 3; ++k) {
                const float sample = m_samples[static_cast<std::size_t>(160 * t + k)];
                rows.z.push_back(FakeEngine::value("z", sample));
                rows.c.push_back(FakeEngine::value("c", sample));
            }
        return rows;
    }
    void reset() override { m_samples.clear(); }

private:
    std::vector<float> m_samples;
};

inline Result<std::unique_ptr<LiveFeatures>> FakeEngine::live()
{
    if (!m_control.liveError.empty())
        return Error{m_control.liveError};
    return std::unique_ptr<LiveFeatures>(std::make_unique<FakeLiveFeatures>());
}

class FakeEngineSource : public EngineSource {
public:
    FakeControl control;

    Result<std::unique_ptr<FeatureEngine>> create(const Checkpoint&,
                                                  const EngineOptions& options) override
    {
        ++control.created;
        control.options = options;
        if (!control.createError.empty())
            return Error{control.createError};
        return std::unique_ptr<FeatureEngine>(std::make_unique<FakeEngine>(control));
    }
    Result<std::vector<std::string>> devices() override { return control.devices; }
};

} // namespace phono::test
