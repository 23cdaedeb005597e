#pragma once

#include "core/base/result.h"

#include <cassert>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace phono {

/// Room for frames x channels floats, in memory or (large ones) in an unlinked temporary file that
/// is mapped, so that the system may page it out. Its writer fills it from the first frame on.
class FeatureStorage {
public:
    /// Storage of more than `kMapThreshold` bytes is mapped from a file in the temporary directory.
    static constexpr std::int64_t kMapThreshold = 64 << 20;
    static Result<std::shared_ptr<FeatureStorage>> create(std::int64_t frames, int channels);

    ~FeatureStorage();
    FeatureStorage(const FeatureStorage&) = delete;
    FeatureStorage& operator=(const FeatureStorage&) = delete;

    std::int64_t frames() const { return m_frames; }
    int channels() const { return m_channels; }
    float* data() { return m_data; }
    const float* data() const { return m_data; }

private:
    FeatureStorage(std::int64_t frames, int channels);

    std::int64_t m_frames;
    int m_channels;
    std::vector<float> m_memory;
    void* m_mapping = nullptr;
    std::size_t m_mappedBytes = 0;
    float* m_data = nullptr;
};

/// Features over time, [frames, channels], one row of `channels()` floats per frame.
///
/// The values never change and copies share them, so a FeatureMatrix may be handed from a worker to
/// the UI thread by value. While features are still being computed, each newer matrix over the same
/// storage shows more frames.
class FeatureMatrix {
public:
    FeatureMatrix() = default;
    FeatureMatrix(std::vector<float> values, int channels);
    /// The first `frames` frames of `storage`, which must not be written again.
    FeatureMatrix(std::shared_ptr<const FeatureStorage> storage, std::int64_t frames);

    bool empty() const { return m_frames == 0; }
    int channels() const { return m_channels; }
    std::int64_t frames() const { return m_frames; }
    const float* data() const { return m_data; }
    std::span<const float> frame(std::int64_t index) const
    {
        assert(index >= 0 && index < m_frames);
        return {m_data + index * m_channels, static_cast<std::size_t>(m_channels)};
    }

private:
    std::shared_ptr<const void> m_owner;
    const float* m_data = nullptr;
    std::int64_t m_frames = 0;
    int m_channels = 0;
};

} // namespace phono
