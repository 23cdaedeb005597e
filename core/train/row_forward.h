#pragma once

#include "core/train/row_model.h"

#include <vector>

namespace phono {

/// From audio to the loss; leaves what the backward pass needs in the model.
template <typename Number>
class RowForward {
public:
    explicit RowForward(RowModel<Number>& model)
        : m_model(model)
        , m_scratch(static_cast<std::size_t>(model.threads))
    {
    }

    /// `audio` is [items][samples]; `negatives` are flat frames, [items][copies][frames]. Both stay
    /// valid until the backward pass.
    BatchSums run(const float* audio, std::int64_t items, std::int64_t samples,
                  const std::int64_t* negatives, ScoreHistogram* histogram);

private:
    void convolve(std::size_t index);
    void activate(std::size_t index);
    void activateTile(std::size_t index, const RowTile& tile, int thread);
    void pad(std::size_t index);
    void predict();

    RowModel<Number>& m_model;
    RowBuffer<float> m_stream; // what skip connections add
    PackedConvolution<Number> m_convolution;
    PackedConvolution<Number> m_projection;
    PackedWeights<Number> m_head;
    struct Scratch {
        ConvScratch<Number> conv;
        AlignedBuffer<float> residual; // projected rows of a tile
    };
    std::vector<Scratch> m_scratch; // per thread
};

} // namespace phono
