#include "core/base/file_hash.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/checkpoint_json.h"
#include "core/checkpoint/fairseq_mapping.h"
#include "core/checkpoint/foreign.h"
#include "core/checkpoint/infer_config.h"
#include "core/checkpoint/model_assembly.h"
#include "core/checkpoint/printable.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"
#include "core/checkpoint/torch_tensors.h"

#include <algorithm>
#include <array>

namespace phono {
namespace {

/// The part of the whole job that reading weights is; the rest is hashing.
constexpr double kReadingShare = 0.6;

Progress part(const Progress& whole, double from, double to)
{
    if (!whole.report)
        return {nullptr, whole.stop};
    return {[report = whole.report, from, to](std::string_view stage, double fraction) {
                report(stage, from + (to - from) * fraction);
            },
            whole.stop};
}

/// Works the configuration out from the shapes if the file has none, then reads the weights.
Result<void> completeModel(const InputFile& file, Checkpoint& checkpoint,
                           const std::optional<ModelConfig>& config, const WeightList& weights,
                           const Progress& progress)
{
    if (config) {
        checkpoint.config = *config;
    } else {
        auto inferred = inferConfig(weights);
        if (!inferred) {
            std::vector<std::string> names;
            for (const auto& tensor : weights.tensors)
                names.push_back(tensor.name);
            return file.error("these are not the weights of a wav2vec model: "
                              + inferred.error().message + ". The file has "
                              + (names.empty() ? "no tensors" : printableList(names)));
        }
        checkpoint.config = inferred->config;
        checkpoint.warnings.insert(checkpoint.warnings.end(), inferred->warnings.begin(),
                                   inferred->warnings.end());
    }
    return assembleModel(file, checkpoint, weights, progress);
}

Result<Checkpoint> readTorch(const InputFile& file, const Progress& progress)
{
    const auto torch = openTorchFile(file);
    if (!torch)
        return torch.error();
    auto model = mapFairseq(file, torch->document);
    if (!model)
        return model.error();
    TorchTensors tensors(file, *torch);
    WeightList weights;
    for (const auto& [name, value] : model->weights) {
        auto info = tensors.describe(name, *value);
        if (!info)
            return info.error();
        weights.tensors.push_back(std::move(*info));
    }
    weights.read = [&](std::size_t index) {
        return tensors.read(model->weights[index].first, *model->weights[index].second);
    };
    Checkpoint checkpoint;
    checkpoint.container = torch->container;
    checkpoint.layout = model->layout;
    checkpoint.provenance = std::move(model->provenance);
    checkpoint.warnings = std::move(model->warnings);
    if (auto done = completeModel(file, checkpoint, model->config, weights, progress); !done)
        return done.error();
    return checkpoint;
}

Result<Checkpoint> readSafetensors(const InputFile& file, const Progress& progress)
{
    const auto opened = openSafetensors(file);
    if (!opened)
        return opened.error();
    std::vector<std::string_view> names;
    for (const auto& tensor : opened->weights.tensors)
        names.push_back(tensor.name);
    if (const auto kind = foreignModel("", names))
        return file.error(foreignRefusal(*kind));
    Checkpoint checkpoint;
    checkpoint.container = "safetensors";
    auto description = descriptionFromMetadata(opened->metadata);
    if (!description)
        return file.error(description.error().message);
    checkpoint.layout = description->config ? "phonoscope" : std::string(kStateDictLayout);
    checkpoint.provenance = std::move(description->provenance);
    if (auto done = completeModel(file, checkpoint, description->config, opened->weights, progress);
        !done)
        return done.error();
    return checkpoint;
}

Result<Checkpoint> readAny(const InputFile& file, const Progress& progress)
{
    if (file.size() == 0)
        return file.error("the file is empty");
    std::array<char, 4> buffer = {};
    const auto bytes = std::min<std::int64_t>(file.size(), buffer.size());
    if (auto done = file.read(0, buffer.data(), static_cast<std::size_t>(bytes)); !done)
        return done.error();
    const std::string_view start(buffer.data(), static_cast<std::size_t>(bytes));
    if (looksLikeSafetensors(file))
        return readSafetensors(file, progress);
    const bool pickle = start.size() > 1 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
    if (pickle || start.starts_with("PK\3\4"))
        return readTorch(file, progress);
    if (const auto kind = foreignFormat(file))
        return file.error(foreignRefusal(*kind));
    if (file.path().extension() == ".safetensors")
        return readSafetensors(file, progress);
    return file.error("this is neither a PyTorch checkpoint (.pt) nor a safetensors file");
}

} // namespace

const Tensor* Checkpoint::find(std::string_view name) const
{
    const auto found = std::ranges::find(tensors, name, &Tensor::name);
    return found == tensors.end() ? nullptr : &*found;
}

std::int64_t Checkpoint::parameterCount() const
{
    // "same" only gives the context network's tensors a second name.
    const bool twice = config.projectFeatures == ProjectFeatures::Same;
    std::int64_t count = 0;
    for (const auto& tensor : tensors)
        if (!twice || !tensor.name.starts_with("project_features."))
            count += tensor.numel();
    return count;
}

Result<Checkpoint> readCheckpoint(const std::filesystem::path& path, const Progress& progress)
{
    const auto file = InputFile::open(path);
    if (!file)
        return file.error();
    auto checkpoint = readAny(*file, part(progress, 0, kReadingShare));
    if (!checkpoint)
        return checkpoint;
    checkpoint->path = path;
    auto hash = sha256OfDescriptor(file->descriptor(), path, part(progress, kReadingShare, 1));
    if (!hash)
        return hash.error();
    checkpoint->sha256 = std::move(*hash);
    return checkpoint;
}

} // namespace phono
