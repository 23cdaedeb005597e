#pragma once

#include "core/base/result.h"
#include "core/checkpoint/input_file.h"
#include "core/checkpoint/tensor.h"
#include "core/checkpoint/weight_list.h"

#include <filesystem>
#include <map>
#include <string>

namespace phono {

/// Texts under names, as safetensors keeps them beside its tensors.
using TextMap = std::map<std::string, std::string>;

/// The header of a safetensors file: every tensor checked to lie in the file, without overlaps or
/// holes.
struct SafetensorsFile {
    WeightList weights; ///< reads from the file it was opened on
    TextMap metadata;
};

/// True if the file has the form of one: the length of its header, then a JSON object.
bool looksLikeSafetensors(const InputFile& file);

/// `file` must outlive the result.
Result<SafetensorsFile> openSafetensors(const InputFile& file);

/// To a temporary name first; never over an existing file unless `force`.
Result<void> writeSafetensors(const std::vector<Tensor>& tensors, const TextMap& metadata,
                              const std::filesystem::path& path, bool force);

} // namespace phono
