#include "core/run/field_codec.h"
#include "core/run/field_tables.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

namespace phono {
namespace {

constexpr double kMostChannels = 65536;

/// What checkpoints do not know of a field of the model: its meaning and its bounds.
struct Facts {
    std::string_view key;
    std::string_view meaning;
    double least = 0;
    double most = 0;
    std::array<std::string_view, 3> words = {};
};

constexpr std::array kFacts = {
    Facts{"prediction_steps", "How many frames ahead are predicted.", 1, 1024},
    Facts{"sample_distance", "Negatives come from a window of so many frames; none: from all.", 1,
          kMostChannels},
    Facts{"cross_sample_negatives", "Negatives from other recordings of the batch, per positive.",
          0, kMostChannels},
    Facts{"num_negatives", "Negatives from the same recording, per positive.", 0, kMostChannels},
    Facts{"conv_feature_layers", "The encoder: lists of (channels, kernel, stride)."},
    Facts{"conv_aggregator_layers", "The context network: lists of (channels, kernel, stride)."},
    Facts{"dropout", "Dropout in the context network's layers.", 0, 1},
    Facts{"dropout_features", "Dropout on z.", 0, 1},
    Facts{"dropout_agg", "Dropout on c.", 0, 1},
    Facts{"aggregator", "Kind of context network.", 0, 0, {"cnn", "gru"}},
    Facts{"gru_dim", "Channels of c when the aggregator is a gru.", 1, kMostChannels},
    Facts{"no_conv_bias", "Convolutions of the context network have no bias."},
    Facts{"agg_zero_pad",
          "The context network sees zeros before the first frame instead of its "
          "repetition."},
    Facts{"skip_connections_feat", "Skip connections in the encoder."},
    Facts{"skip_connections_agg", "Skip connections in the context network."},
    Facts{"residual_scale",
          "A layer and its skip connection are summed and multiplied by the root "
          "of this.",
          0, 1e6},
    Facts{"log_compression", "z is log(|z| + 1)."},
    Facts{"balanced_classes", "Negatives weigh as much as positives in the loss."},
    Facts{"project_features",
          "Projection of z before it is predicted: none, with the predictor's weights, or with own "
          "ones.",
          0,
          0,
          {"none", "same", "new"}},
    Facts{"non_affine_group_norm", "Group norms have no weight and bias."},
    Facts{"offset",
          "Frames between context and first prediction; auto: the encoder's receptive "
          "field."},
    Facts{"activation", "After each layer.", 0, 0, {"relu", "gelu"}},
    Facts{"vq_type", "Quantizer of z (vq-wav2vec).", 0, 0, {"none", "gumbel", "kmeans"}},
    Facts{"vq_vars", "Codewords per group.", 1, kMostChannels},
    Facts{"vq_groups", "Groups that are quantized apart.", 1, kMostChannels},
    Facts{"vq_dim", "Channels of quantized z; 0: those of z.", 0, kMostChannels},
    Facts{"vq_depth", "Layers of the gumbel quantizer's projection.", 1, 64},
    Facts{"combine_groups", "Groups share their codewords."},
    Facts{"vq_temp", "Temperature of the gumbel softmax: first, last, factor per update.", 0, 1e6},
    Facts{"vq_gamma", "Weight of the commitment loss of kmeans.", 0, 1e6},
};

FieldKind kindOf(const FieldValue& value, const Facts& facts)
{
    if (!facts.words[0].empty())
        return FieldKind::Word;
    if (std::holds_alternative<bool>(value))
        return FieldKind::Flag;
    if (std::holds_alternative<double>(value))
        return FieldKind::Number;
    if (std::holds_alternative<std::vector<double>>(value))
        return FieldKind::Numbers;
    if (std::holds_alternative<std::string>(value))
        return FieldKind::Text;
    return FieldKind::Whole; // sample_distance is empty by default
}

FieldValue valueIn(const ModelConfig& model, const std::string& key)
{
    auto fields = fieldsOf(model);
    const auto found = std::ranges::find(fields, key, &std::pair<std::string, FieldValue>::first);
    return std::move(found->second);
}

Result<void> assignIn(ModelConfig& model, const std::string& key, const FieldValue& value)
{
    // Kept as text, though nearly always a number.
    const bool number = std::holds_alternative<std::int64_t>(value);
    const auto usual = key == "offset" && number
        ? Result<FieldValue>(value)
        : normalized(*findConfigField("model." + key), value);
    if (!usual)
        return usual.error();
    return setField(model, key, *usual);
}

} // namespace

void appendModelFields(std::vector<ConfigField>& fields)
{
    for (const auto& [name, reference] : fieldsOf(headDefaults())) {
        const auto facts = std::ranges::find(kFacts, name, &Facts::key);
        if (facts == kFacts.end()) {
            assert(name == "infonce");
            continue;
        }
        ConfigField field;
        field.section = "model";
        field.key = name;
        field.kind = kindOf(reference, *facts);
        field.meaning = facts->meaning;
        const auto* text = std::get_if<std::string>(&reference);
        field.reference = text ? *text : tomlText(reference);
        field.least = facts->least;
        field.most = facts->most;
        for (const auto& word : facts->words)
            if (!word.empty())
                field.words.emplace_back(word);
        field.optional = std::holds_alternative<std::monostate>(reference);
        if (const auto* numbers = std::get_if<std::vector<double>>(&reference))
            field.count = numbers->size();
        field.value = [key = field.key](const TrainingConfig& config) {
            return valueIn(config.model, key);
        };
        field.assign = [key = field.key](TrainingConfig& config, const FieldValue& value) {
            return assignIn(config.model, key, value);
        };
        fields.push_back(std::move(field));
    }
}

} // namespace phono
