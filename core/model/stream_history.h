#pragma once

#include "core/model/first_layer.h"
#include "core/model/moments.h"
#include "core/model/prepared_model.h"

#include <cstdint>
#include <vector>

namespace phono {

/// What a convolution must know of the blocks of sound before the one at hand.
struct LayerHistory {
    std::int64_t rows = 0; ///< of output so far
    std::int64_t first = 0; ///< the input row that `carried` begins with; padding lies below 0
    std::vector<float> carried; ///< the input rows that output rows to come need
    Moments moments; ///< of the output so far, before its norm
};

/// What a pass over a block of sound must know of the blocks before it. Its size depends on the
/// model alone.
struct StreamHistory {
    explicit StreamHistory(const PreparedModel& model)
        : windows(static_cast<std::size_t>(model.firstLayer->taps()))
        , encoder(model.encoder.size())
        , aggregator(model.aggregator.size())
    {
    }

    std::int64_t firstLayerRows = 0; ///< so far
    WindowSums windows; ///< under these rows
    std::vector<LayerHistory> encoder; ///< the layers after the first
    std::vector<LayerHistory> aggregator;
    std::vector<Moments> quantizer; ///< Quantizer::prepare's
};

} // namespace phono
