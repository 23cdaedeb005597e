#pragma once

#include "core/checkpoint/model_config.h"
#include "core/model/first_layer.h"
#include "core/model/moments.h"

#include <cstdint>
#include <vector>

namespace phono {

/// The encoder's first block (convolution of the audio, group norm, ReLU), forward and backward.
///
/// Its rows are many and cheap, so they are made where they are needed and never kept: the norm's
/// statistics follow from the audio's window sums, and so does all of the backward pass but the
/// products of the windows with the gradient, which need one pass over it.
class FirstRows {
public:
    struct Parameters {
        const float* weight = nullptr; ///< [channels][1][taps]
        const float* normWeight = nullptr; ///< null without affine weights
        const float* normBias = nullptr;
    };
    /// `audio` is [items][samples] and stays valid until the backward pass.
    void prepare(const ConvLayer& layer, const Parameters& parameters, const float* audio,
                 std::int64_t items, std::int64_t samples, int threads);

    std::int64_t count() const { return m_rows; } ///< of an item
    std::size_t width() const { return m_width; }
    /// Writes rows [first, first + count), `pitch` floats apart.
    void compute(std::int64_t item, std::int64_t first, std::int64_t count, float* out,
                 std::size_t pitch) const;

    /// The backward pass in parts of any order; a part's rows belong to one item.
    void beginGradient(std::int64_t parts);
    /// Adds rows [first, first + count) of the gradient to a part. `active` are the rows
    /// themselves.
    void addGradient(std::int64_t part, std::int64_t item, std::int64_t first, std::int64_t count,
                     const float* gradient, std::size_t gradientPitch, const float* active,
                     std::size_t activePitch);
    struct Gradients {
        float* weight = nullptr;
        float* normWeight = nullptr;
        float* normBias = nullptr;
    };
    /// Adds the parameters' gradients; `itemOf` tells a part's item.
    void finishGradient(const std::vector<std::int64_t>& itemOf, const Gradients& gradients) const;

private:
    struct Item {
        WindowSums windows{0};
        double mean = 0;
        double inverse = 0; // of the standard deviation
        std::vector<float> weights; // folded, [taps][width]
        std::vector<float> bias;
    };
    void finishItem(const Item& item, const std::vector<double>& sums,
                    const Gradients& gradients) const;
    std::size_t partSize() const { return static_cast<std::size_t>(m_layer.kernel + 1) * m_width; }

    ConvLayer m_layer;
    Parameters m_parameters;
    const float* m_audio = nullptr;
    std::int64_t m_samples = 0;
    std::int64_t m_rows = 0;
    std::size_t m_width = 0;
    std::vector<Item> m_items;
    std::vector<float> m_parts; // [part][taps + 1][width]
};

} // namespace phono
