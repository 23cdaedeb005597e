#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/input_file.h"
#include "core/checkpoint/weight_list.h"

namespace phono {

/// Reads into `checkpoint` the tensors that its configuration calls for, each checked to be there,
/// of the right shape and of a floating type. Others, and weights that are not finite, are warned
/// of. `file` stands in messages.
Result<void> assembleModel(const InputFile& file, Checkpoint& checkpoint, const WeightList& weights,
                           const Progress& progress);

} // namespace phono
