#pragma once

#include "core/base/growing_array.h"
#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// The rate the model hears, in Hz. Everything behind audio loading is mono at this rate.
inline constexpr int kModelRate = 16000;

/// Mono audio at kModelRate that can be read anywhere, whether it lies in memory or on disk.
///
/// Immutable; read() may be called from several threads at once.
class SampleSource {
public:
    virtual ~SampleSource() = default;

    /// In samples.
    virtual std::int64_t size() const = 0;
    /// Copies samples [first, first + out.size()), which must lie inside [0, size()).
    virtual Result<void> read(std::int64_t first, std::span<float> out) const = 0;
};

/// Samples held in memory, shared by copies.
class Waveform : public SampleSource {
public:
    Waveform() = default;
    explicit Waveform(std::vector<float> samples)
        : m_samples(std::move(samples))
    {
    }
    /// Those there are now.
    explicit Waveform(GrowingArray<float> samples)
        : m_samples(std::move(samples))
    {
    }

    std::span<const float> samples() const { return m_samples.values(); }
    double seconds() const { return static_cast<double>(size()) / kModelRate; }

    std::int64_t size() const override { return static_cast<std::int64_t>(samples().size()); }
    Result<void> read(std::int64_t first, std::span<float> out) const override;

private:
    GrowingArray<float> m_samples;
};

} // namespace phono
