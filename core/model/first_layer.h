#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"
#include "core/model/moments.h"

#include <cstdint>
#include <vector>

namespace phono {

/// The first layer's weights with its group norm folded in: [taps][channels] and [channels].
struct FoldedFirstLayer {
    std::vector<float> weights;
    std::vector<float> bias;
};

/// Sums over frames of the windows of samples under them, and of the windows' outer products.
struct WindowSums {
    explicit WindowSums(std::size_t taps)
        : sum(taps)
        , products(taps * taps)
    {
    }
    /// Of `frames` windows that begin `stride` apart.
    void add(const float* samples, std::int64_t frames, int stride);
    void add(const WindowSums& other);

    std::vector<double> sum;
    std::vector<double> products; ///< [taps][taps], upper triangle
};

/// The encoder's first convolution, from one channel of audio to many, without bias.
///
/// Its output is large (23.6 GB per hour at 512 channels) and cheap to compute, so it is never
/// kept. The group norm's statistics follow in closed form from the audio: with x_t the window of
/// `taps` samples at frame t, the sum over channels and frames of (w_c . x_t)^2 is the inner
/// product of the sums over c of w_c w_c^T and over t of x_t x_t^T.
class FirstLayer {
public:
    /// `weight` is [channels, 1, taps].
    FirstLayer(const std::vector<float>& weight, int channels, int taps, int stride,
               std::vector<float> normWeight, std::vector<float> normBias);

    int channels() const { return m_channels; }
    int taps() const { return m_taps; }
    int stride() const { return m_stride; }
    std::int64_t rows(std::int64_t samples) const
    {
        return samples < m_taps ? 0 : (samples - m_taps) / m_stride + 1;
    }

    /// Over all frames of `audio`; the same for every number of threads.
    Result<WindowSums> windows(const SampleSource& audio, int threads,
                               const Progress& progress) const;
    /// Of the convolution's output over all channels and `frames` frames.
    Moments moments(const WindowSums& windows, std::int64_t frames) const;
    FoldedFirstLayer fold(const Moments& moments) const;

private:
    int m_channels;
    int m_taps;
    int m_stride;
    std::vector<float> m_weights; // [taps][channels]
    std::vector<float> m_normWeight;
    std::vector<float> m_normBias;
};

} // namespace phono
