#pragma once

#include "core/train/row_model.h"

namespace phono {

/// From audio to the loss; leaves what the backward pass needs in the model.
template <typename Number>
class RowForward {
public:
    explicit RowForward(RowModel<Number>& model)
        : m_model(model)
        , m_residual(static_cast<std::size_t>(model.threads))
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
    void fillLead(std::size_t index);
    void predict();

    RowModel<Number>& m_model;
    RowBuffer<float> m_stream; // what skip connections add
    PackedWeights<Number> m_packed;
    PackedWeights<Number> m_projection;
    std::vector<AlignedBuffer<float>> m_residual; // per thread: projected rows of a tile
};

} // namespace phono
