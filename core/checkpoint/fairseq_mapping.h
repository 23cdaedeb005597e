#pragma once

#include "core/base/result.h"
#include "core/checkpoint/input_file.h"
#include "core/checkpoint/model_config.h"
#include "core/checkpoint/pickle_value.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phono {

/// What a checkpoint's dictionary holds, told apart (SPEC 7).
struct FairseqModel {
    std::optional<ModelConfig> config; ///< empty for a bare state dict
    std::string layout;
    /// Tensors under their names, without a "module." before all of them. Values of the document.
    std::vector<std::pair<std::string, const PickleValue*>> weights;
    std::vector<std::pair<std::string, std::string>> provenance;
    std::vector<std::string> warnings;
};

/// Finds configuration and weights in any layout of SPEC 7. Foreign models are refused by name.
Result<FairseqModel> mapFairseq(const InputFile& file, const PickleDocument& document);

} // namespace phono
