#pragma once

#include "core/train/row_model.h"
#include "core/train/weight_gradient.h"

#include <initializer_list>
#include <optional>
#include <set>
#include <vector>

namespace phono {

/// From the loss to all gradients, after a forward pass.
template <typename Number>
class RowBackward {
public:
    explicit RowBackward(RowModel<Number>& model);

    /// Adds to `gradients`, flat as the parameters are.
    void run(float* gradients, const TrainingNetwork::GradientsReady& ready);

private:
    void head();
    void layer(std::size_t index);
    void norm(std::size_t index);
    void weights(std::size_t index);
    void projection(std::size_t index);
    void input(std::size_t index);
    void firstLayer();
    void foldLead(const RowLayer<Number>& layer);
    /// The gradients of these parameters are final.
    void finish(std::initializer_list<std::optional<std::int64_t>> parameters);
    float* at(std::optional<std::int64_t> offset) const
    {
        return offset ? m_gradients + *offset : nullptr;
    }
    /// Frames of a layer's output gradient that its input's rows are computed from.
    std::int64_t inputFrames(const RowLayer<Number>& layer) const;

    RowModel<Number>& m_model;
    float* m_gradients = nullptr;
    const TrainingNetwork::GradientsReady* m_ready = nullptr;
    std::set<std::int64_t> m_pending; // beginnings of parameters whose gradient is not final
    std::int64_t m_final = 0; // what m_ready heard last

    std::int64_t m_lead = 0; // the longest of all layers
    RowBuffer<Number> m_predictionGradient;
    RowBuffer<float> m_targetGradient;
    RowBuffer<float> m_output; // gradient of the current layer's output
    RowBuffer<float> m_input; // of its input
    RowBuffer<Number> m_raw; // of its convolution's output
    RowBuffer<Number> m_skip; // of its output, rounded, for a projection
    PackedWeights<Number> m_head;
    PackedConvolution<Number> m_convolution;
    WeightGradient<Number> m_weightGradient;
    struct Scratch {
        ConvScratch<Number> conv;
        AlignedBuffer<float> gradient;
        AlignedBuffer<float> active;
    };
    std::vector<Scratch> m_scratch; // per thread
};

} // namespace phono
