#pragma once

#include "core/base/feature_info.h"
#include "core/base/progress.h"
#include "core/base/sample_source.h"
#include "core/model/extractor.h"
#include "core/model/prepared_model.h"
#include "core/model/stream_history.h"

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

/// The same, in memory and on one thread, for a block of sound that goes on from those in
/// `history`, whose rows are normalised with the statistics of all blocks up to this one. `audio`
/// begins with the sample that the first layer's next row begins with. Sinks hear the block's
/// frames, counted from 0, which may be none.
///
/// The first block's features are those of a whole recording. After an error `history` cannot be
/// used any more.
Result<void> continueFeatures(const PreparedModel& model, StreamHistory& history,
                              const SampleSource& audio, std::span<const FeatureRequest> requests,
                              std::span<const FeatureInfo> offered);

} // namespace phono
