#include "core/checkpoint/model_assembly.h"

#include "core/checkpoint/infer_config.h"
#include "core/checkpoint/printable.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace phono {
namespace {

using Shape = std::vector<std::int64_t>;

/// A floating-point number is infinite or not a number exactly if its exponent bits are all ones.
template <typename Bits>
bool anyNonFinite(const std::vector<std::byte>& bytes, Bits exponent)
{
    for (std::size_t at = 0; at + sizeof(Bits) <= bytes.size(); at += sizeof(Bits)) {
        Bits bits;
        std::memcpy(&bits, bytes.data() + at, sizeof bits);
        if ((bits & exponent) == exponent)
            return true;
    }
    return false;
}

bool anyNonFinite(const Tensor& tensor)
{
    switch (tensor.dtype) {
    case DType::Float32:
        return anyNonFinite<std::uint32_t>(*tensor.bytes, 0x7f800000);
    case DType::Float64:
        return anyNonFinite<std::uint64_t>(*tensor.bytes, 0x7ff0000000000000);
    case DType::Float16:
        return anyNonFinite<std::uint16_t>(*tensor.bytes, 0x7c00);
    case DType::BFloat16:
        return anyNonFinite<std::uint16_t>(*tensor.bytes, 0x7f80);
    default:
        return false;
    }
}

/// All of expectedTensors() with their types right.
Result<void> check(const InputFile& file, const ModelConfig& config, const WeightList& weights)
{
    std::unordered_map<std::string_view, const TensorInfo*> stored;
    for (const auto& tensor : weights.tensors)
        stored.emplace(tensor.name, &tensor);
    for (const auto& [name, shape] : expectedTensors(config)) {
        const auto found = stored.find(name);
        if (found == stored.end())
            return file.error("the tensor " + name + " " + toString(shape)
                              + ", which its configuration calls for, is missing");
        const auto& tensor = *found->second;
        if (tensor.shape != shape)
            return file.error("the tensor " + name + " has the shape " + toString(tensor.shape)
                              + "; its configuration calls for " + toString(shape));
        if (!tensor.dtype || !isFloating(*tensor.dtype))
            return file.error("the tensor " + name + " holds " + tensor.dtypeName
                              + " numbers where floating-point weights are expected");
    }
    return {};
}

/// Whether the second aggregator of `project_features` is the first one under another name.
bool projectsWithContextNetwork(const Checkpoint& checkpoint)
{
    constexpr std::string_view kProjection = "project_features.";
    return std::ranges::all_of(checkpoint.tensors, [&](const Tensor& tensor) {
        if (!tensor.name.starts_with(kProjection))
            return true;
        const auto* original =
            checkpoint.find("feature_aggregator." + tensor.name.substr(kProjection.size()));
        return original && original->dtype == tensor.dtype && *original->bytes == *tensor.bytes;
    });
}

Result<void> readTensors(Checkpoint& checkpoint, const WeightList& weights,
                         const Progress& progress)
{
    std::unordered_map<std::string, Shape> expected;
    for (auto& [name, shape] : expectedTensors(checkpoint.config))
        expected.emplace(std::move(name), std::move(shape));
    std::vector<std::string> unknown;
    std::vector<std::string> nonFinite;
    const auto total = static_cast<double>(weights.tensors.size());
    for (std::size_t i = 0; i < weights.tensors.size(); ++i) {
        if (progress.cancelled())
            return Error::cancelled();
        progress("reading weights", static_cast<double>(i) / total);
        const auto& info = weights.tensors[i];
        if (!expected.contains(info.name)) {
            unknown.push_back(info.name + " " + info.describe());
            continue;
        }
        auto tensor = weights.read(i);
        if (!tensor)
            return tensor.error();
        if (anyNonFinite(*tensor))
            nonFinite.push_back(info.name);
        checkpoint.tensors.push_back(std::move(*tensor));
    }
    if (!unknown.empty())
        checkpoint.warnings.push_back("tensors that the model has no use for were left out: "
                                      + printableList(unknown));
    if (!nonFinite.empty())
        checkpoint.warnings.push_back(
            "weights that are not finite (NaN or infinite), so that features will be too: "
            + printableList(nonFinite));
    return {};
}

} // namespace

Result<void> assembleModel(const InputFile& file, Checkpoint& checkpoint, const WeightList& weights,
                           const Progress& progress)
{
    if (const auto sound = checkpoint.config.validate(); !sound)
        return file.error(sound.error().message);
    if (auto done = check(file, checkpoint.config, weights); !done)
        return done;
    if (auto done = readTensors(checkpoint, weights, progress); !done)
        return done;
    const bool guessed = checkpoint.layout == kStateDictLayout;
    if (guessed && checkpoint.config.projectFeatures == ProjectFeatures::New
        && projectsWithContextNetwork(checkpoint))
        checkpoint.config.projectFeatures = ProjectFeatures::Same;
    return {};
}

} // namespace phono
