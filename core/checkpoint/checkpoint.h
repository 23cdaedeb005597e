#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/checkpoint/model_config.h"
#include "core/checkpoint/tensor.h"
#include "core/checkpoint/training_state.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phono {

/// The layout of a file that holds tensors and no configuration.
inline constexpr std::string_view kStateDictLayout = "state dict";

/// A wav2vec model as read from a file: its architecture, its weights under fairseq's state-dict
/// names, and what is known of where it came from.
struct Checkpoint {
    ModelConfig config;
    /// Only the model's own tensors, in the file's order, every shape checked against `config`.
    std::vector<Tensor> tensors;

    std::filesystem::path path;
    std::string container; ///< "zip", "legacy" or "safetensors"
    std::string layout; ///< "fairseq args", "fairseq cfg", "S3PRL", kStateDictLayout, …
    /// What the file says of itself, for people: arch, criterion, updates, epoch, loss, task, …
    std::vector<std::pair<std::string, std::string>> provenance;
    /// Things that were odd but harmless: NaN weights, unknown keys, guessed strides, …
    std::vector<std::string> warnings;
    std::string sha256; ///< of the whole file, lower-case hex

    const Tensor* find(std::string_view name) const;
    std::int64_t parameterCount() const;
};

/// Reads a `.pt` (zip or legacy) or `.safetensors` file. Nothing in it is ever executed; sizes are
/// bounded by the file's own; refusals name the tensor, global or offset. SPEC 7 and 8.
Result<Checkpoint> readCheckpoint(const std::filesystem::path& path, const Progress& progress = {});

/// Writes the fairseq dictionary (`args` None, `cfg`, `model`, …) that
/// torch.load(weights_only=True) and fairseq accept, or safetensors with the configuration in its
/// metadata, by the extension. To a temporary name first, then renamed; never over an existing file
/// unless `force`. A `.pt` file may hold a training state too.
Result<void> writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path,
                             bool force = false, const TrainingState* training = nullptr);

/// The weights' names and shapes that `config` calls for, in fairseq's registration order (SPEC 6).
std::vector<std::pair<std::string, std::vector<std::int64_t>>>
expectedTensors(const ModelConfig& config);
/// The first of the names that the tensor `name` has in a model: project_features "same" is the
/// aggregator once more.
std::string firstName(const std::string& name, const ModelConfig& config);

} // namespace phono
