#include "core/checkpoint/fairseq_mapping.h"

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/foreign.h"
#include "core/checkpoint/pickle_fields.h"
#include "core/checkpoint/printable.h"
#include "core/checkpoint/provenance.h"
#include "core/checkpoint/torch_tensors.h"

#include <algorithm>
#include <unordered_set>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

const char* nameOf(Kind kind)
{
    switch (kind) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
        return "a list";
    case Kind::String:
    case Kind::Bytes:
        return "a text";
    case Kind::Object:
        return "an object";
    case Kind::Dict:
        return "a dictionary";
    case Kind::None:
        return "nothing (None)";
    default:
        return "a single value";
    }
}

/// The configuration section, and how its file is laid out.
struct ConfigSource {
    const PickleValue* fields = nullptr; ///< null: a bare state dict
    const PickleValue* whole = nullptr; ///< what "${section.field}" refers to
    std::string layout;
    ModelConfig defaults;
};

ConfigSource findConfig(const PickleValue& root)
{
    if (const auto* args = member(root, "args"); args && dictionaryOf(*args))
        return {args, nullptr, "fairseq args", ModelConfig::base()};
    if (const auto* model = memberAt(root, {"cfg", "model"}); model && dictionaryOf(*model)) {
        const bool plain = member(root, "cfg")->is(Kind::Dict);
        return {model, member(root, "cfg"), plain ? "fairseq cfg" : "fairseq cfg (omegaconf)",
                headDefaults()};
    }
    if (const auto* model = member(root, "model_cfg"); model && dictionaryOf(*model))
        return {model, nullptr, "S3PRL", headDefaults()};
    return {nullptr, nullptr, std::string(kStateDictLayout), {}};
}

/// The value itself, or what an omegaconf reference ("${criterion.infonce}") names; null if that is
/// not there.
const PickleValue* resolved(const PickleValue* value, const ConfigSource& source)
{
    auto path = textOf(value);
    if (!path.starts_with("${") || !path.ends_with("}"))
        return value;
    path = path.substr(2, path.size() - 3);
    const auto* at = source.whole;
    while (at && !path.empty()) {
        const auto dot = path.find('.');
        at = member(*at, path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return at;
}

Result<ModelConfig> readConfig(const ConfigSource& source)
{
    auto config = source.defaults;
    const auto lookup = [&](std::string_view name) -> std::optional<FieldValue> {
        const auto* value = resolved(member(*source.fields, name), source);
        if (!value)
            return std::nullopt;
        const auto plain = fieldValue(*value);
        return plain ? plain : FieldValue(std::string(nameOf(value->kind)));
    };
    if (auto done = applyFields(config, lookup); !done)
        return done.error();
    return config;
}

/// The dictionary of tensors: under the names that fairseq and S3PRL use, or the root itself.
const PickleValue* findWeights(const PickleValue& root)
{
    for (const auto* name : {"model", "model_weight"})
        if (const auto* found = member(root, name); found && found->is(Kind::Dict))
            return found;
    if (!root.is(Kind::Dict))
        return nullptr;
    for (std::size_t i = 1; i < root.items.size(); i += 2)
        if (!TorchTensors::isTensor(*root.items[i]))
            return nullptr;
    return &root;
}

Result<void> collectWeights(const InputFile& file, const PickleValue& weights, FairseqModel& model)
{
    std::unordered_set<std::string_view> seen;
    std::vector<std::string> leftOut;
    for (std::size_t i = 0; i + 1 < weights.items.size(); i += 2) {
        const auto& key = *weights.items[i];
        if (!key.is(Kind::String))
            return file.error("a tensor's name in it is no text");
        if (!seen.insert(key.text).second)
            return file.error("it holds the tensor " + printable(key.text) + " twice");
        if (TorchTensors::isTensor(*weights.items[i + 1]))
            model.weights.emplace_back(key.text, weights.items[i + 1]);
        else
            leftOut.push_back(key.text);
    }
    if (!leftOut.empty())
        model.warnings.push_back("entries of the state dict that are no tensors were left out: "
                                 + printableList(leftOut));
    constexpr std::string_view kWrapper = "module.";
    const bool wrapped = std::ranges::all_of(
        model.weights, [&](const auto& weight) { return weight.first.starts_with(kWrapper); });
    if (wrapped)
        for (auto& weight : model.weights)
            weight.first.erase(0, kWrapper.size());
    return {};
}

} // namespace

Result<FairseqModel> mapFairseq(const InputFile& file, const PickleDocument& document)
{
    const auto& root = *document.root;
    if (const auto kind = foreignModel(document))
        return file.error(foreignRefusal(*kind));
    if (!root.is(Kind::Dict))
        return file.error(std::string("this PyTorch file holds ") + nameOf(root.kind)
                          + ", not a dictionary with a model's tensors");
    const auto* weights = findWeights(root);
    if (!weights)
        return file.error("this PyTorch file holds no model: neither \"model\" nor "
                          "\"model_weight\" in it is a dictionary of tensors");
    FairseqModel model;
    if (auto done = collectWeights(file, *weights, model); !done)
        return done.error();
    const auto source = findConfig(root);
    model.layout = source.layout;
    model.provenance = provenanceOf(root);
    if (source.fields) {
        auto config = readConfig(source);
        if (!config)
            return file.error(config.error().message);
        model.config = std::move(*config);
    }
    return model;
}

} // namespace phono
