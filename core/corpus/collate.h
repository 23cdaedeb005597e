#pragma once

#include "core/base/result.h"
#include "core/corpus/batch.h"
#include "core/corpus/corpus.h"
#include "core/corpus/crop_random.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace phono {

/// How recordings become a batch (SPEC 4). Lengths are in samples, as they really are.
struct CollateOptions {
    std::int64_t maxSampleSize = 150000; ///< rows are never longer
    std::int64_t minSampleSize = 0; ///< recordings that turn out shorter are skipped
    bool normalize = false; ///< layer norm over each whole recording, eps 1e-5
};

/// A batch, and what had to be left out of it.
struct Collated {
    Batch batch; ///< count is 0 if nothing was left
    std::vector<SkippedFile> skipped;
};

/// Reads recordings and cuts all to the length of the shortest, from places drawn uniformly, both
/// ends included. Depends on nothing but its arguments and the files. Fails only when stopped.
Result<Collated> collate(const Corpus& corpus, std::span<const std::uint32_t> recordings,
                         const BatchSeed& seed, const CollateOptions& options,
                         const std::stop_token& stop = {});

} // namespace phono
