#pragma once

#include "core/base/feature_info.h"
#include "core/base/progress.h"
#include "core/base/sample_source.h"
#include "core/model/extractor.h"
#include "core/model/prepared_model.h"

#include <cstdint>
#include <span>

namespace phono {

/// Bytes of intermediate rows that a recording needs at once when everything stays in memory.
std::int64_t intermediateBytes(const ModelConfig& config, std::int64_t samples);

/// Computes features of a whole recording on the processor, layer by layer, in tiles of kTileRows.
///
/// A layer's rows are kept before their group norm; its statistics are merged over all tiles in
/// their order, and the norm is applied when the next layer reads the rows. So the result does not
/// depend on where the rows are kept, nor on the number of threads, to the last bit.
Result<void> streamFeatures(const PreparedModel& model, const SampleSource& audio,
                            std::span<const FeatureRequest> requests,
                            std::span<const FeatureInfo> offered, RowStore::Place place,
                            int threads, const Progress& progress);

} // namespace phono
