#pragma once

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/model/conv_kernel.h"
#include "core/model/first_layer.h"
#include "core/model/quantizer.h"

#include <memory>
#include <optional>
#include <vector>

namespace phono {

/// Convolution, group norm and activation, ready to compute (SPEC 1.2, 1.3).
struct ConvBlock {
    ConvLayer layer;
    int inChannels = 0;
    /// Input rows before the first: copies of it, or zeros with agg_zero_pad.
    int lead = 0;
    std::unique_ptr<ConvKernel> conv;
    std::vector<float> normWeight; ///< empty when not affine
    std::vector<float> normBias;
    /// 1x1, brings the input to this layer's width for the skip connection; null where not needed.
    std::unique_ptr<ConvKernel> residualProjection;
};

/// The recurrent aggregator. The reference hands it [batch, time] the wrong way round, so that for
/// one recording every frame starts from a zero state (SPEC 1.4): reproduced here.
struct GruBlock {
    std::unique_ptr<ConvKernel> input; ///< weight_ih, bias_ih: reset, update, new
    std::vector<float> hiddenBias; ///< bias_hh; weight_hh meets only zeros
};

/// A checkpoint's weights in the layout that the kernels compute with.
struct PreparedModel {
    ModelConfig config;
    std::unique_ptr<FirstLayer> firstLayer;
    std::vector<ConvBlock> encoder; ///< the layers after the first
    std::vector<ConvBlock> aggregator;
    std::optional<GruBlock> gru;
    std::unique_ptr<Quantizer> quantizer; ///< null without one

    static Result<PreparedModel> create(const Checkpoint& checkpoint, const KernelChoice& kernels);
};

} // namespace phono
