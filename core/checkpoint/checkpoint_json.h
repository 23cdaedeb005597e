#pragma once

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/safetensors.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phono {

/// What a safetensors file's metadata says of the model in it.
struct ModelDescription {
    std::optional<ModelConfig> config; ///< empty if the file is not one that this program wrote
    std::vector<std::pair<std::string, std::string>> provenance;
};

/// The configuration (under fairseq's names) and the provenance, each as one JSON text.
TextMap metadataOf(const Checkpoint& checkpoint);
Result<ModelDescription> descriptionFromMetadata(const TextMap& metadata);

} // namespace phono
