#include "core/checkpoint/config_fields.h"

#include "core/checkpoint/printable.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

namespace phono {
namespace {

template <typename Enum>
struct Word {
    std::string_view text;
    Enum value;
};

constexpr std::array<Word<Activation>, 2> kActivations = {
    {{"relu", Activation::Relu}, {"gelu", Activation::Gelu}}};
constexpr std::array<Word<Aggregator>, 2> kAggregators = {
    {{"cnn", Aggregator::Cnn}, {"gru", Aggregator::Gru}}};
constexpr std::array<Word<ProjectFeatures>, 3> kProjections = {{{"none", ProjectFeatures::None},
                                                                {"same", ProjectFeatures::Same},
                                                                {"new", ProjectFeatures::New}}};
constexpr std::array<Word<VqType>, 3> kVqTypes = {
    {{"none", VqType::None}, {"gumbel", VqType::Gumbel}, {"kmeans", VqType::KMeans}}};

const auto& wordsOf(Activation)
{
    return kActivations;
}
const auto& wordsOf(Aggregator)
{
    return kAggregators;
}
const auto& wordsOf(ProjectFeatures)
{
    return kProjections;
}
const auto& wordsOf(VqType)
{
    return kVqTypes;
}

std::string mismatch(const std::string& expected, const FieldValue& value)
{
    return "expected " + expected + ", not " + toString(value);
}

// encode() and decode() are overloaded by the type of the field. decode() says what is wrong with
// the value, or nothing when all is well.

FieldValue encode(bool value)
{
    return value;
}
FieldValue encode(int value)
{
    return static_cast<std::int64_t>(value);
}
FieldValue encode(double value)
{
    return value;
}
FieldValue encode(const std::vector<ConvLayer>& layers)
{
    return toString(layers);
}
FieldValue encode(const std::array<double, 3>& values)
{
    return std::vector<double>(values.begin(), values.end());
}
FieldValue encode(const std::optional<int>& value)
{
    return value ? encode(*value) : FieldValue();
}
template <typename Enum>
requires std::is_enum_v<Enum> FieldValue encode(Enum value)
{
    for (const auto& word : wordsOf(value))
        if (word.value == value)
            return std::string(word.text);
    return {};
}

std::string decode(const FieldValue& value, bool& into)
{
    if (const auto* flag = std::get_if<bool>(&value))
        into = *flag;
    else if (const auto* number = std::get_if<std::int64_t>(&value); number && (*number | 1) == 1)
        into = *number == 1;
    else
        return mismatch("True or False", value);
    return {};
}

std::string decode(const FieldValue& value, int& into)
{
    const std::string expected = "a whole number";
    if (const auto* flag = std::get_if<bool>(&value)) {
        into = *flag ? 1 : 0; // cross_sample_negatives was a flag in 2019
        return {};
    }
    std::int64_t number = 0;
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        number = *whole;
    else if (const auto* real = std::get_if<double>(&value);
             real && std::abs(*real) < 1e9 && *real == std::floor(*real))
        number = static_cast<std::int64_t>(*real);
    else
        return mismatch(expected, value);
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max())
        return mismatch(expected + " of reasonable size", value);
    into = static_cast<int>(number);
    return {};
}

std::string decode(const FieldValue& value, double& into)
{
    if (const auto* real = std::get_if<double>(&value))
        into = *real;
    else if (const auto* number = std::get_if<std::int64_t>(&value))
        into = static_cast<double>(*number);
    else
        return mismatch("a number", value);
    return {};
}

std::string decode(const FieldValue& value, std::optional<int>& into)
{
    if (std::holds_alternative<std::monostate>(value)) {
        into.reset();
        return {};
    }
    int number = 0;
    if (!decode(value, number).empty())
        return mismatch("a whole number or None", value);
    into = number;
    return {};
}

std::string decode(const FieldValue& value, std::vector<ConvLayer>& into)
{
    const auto* text = std::get_if<std::string>(&value);
    if (!text)
        return mismatch("a text that lists layers", value);
    auto layers = parseConvLayers(*text);
    if (!layers)
        return layers.error().message;
    into = std::move(*layers);
    return {};
}

std::string decode(const FieldValue& value, std::array<double, 3>& into)
{
    std::vector<double> numbers;
    if (const auto* list = std::get_if<std::vector<double>>(&value))
        numbers = *list;
    else if (const auto* text = std::get_if<std::string>(&value))
        numbers = numbersIn(*text);
    if (numbers.size() != into.size())
        return mismatch("three numbers", value);
    std::copy(numbers.begin(), numbers.end(), into.begin());
    return {};
}

template <typename Enum>
requires std::is_enum_v<Enum> std::string decode(const FieldValue& value, Enum& into)
{
    const auto* text = std::get_if<std::string>(&value);
    std::string expected;
    for (const auto& word : wordsOf(into)) {
        if (text && *text == word.text) {
            into = word.value;
            return {};
        }
        expected += (expected.empty() ? "" : " or ") + std::string(word.text);
    }
    return mismatch(expected, value);
}

/// offset: "auto", or a whole number, which fairseq keeps as text.
FieldValue encodeOffset(const ModelConfig& config)
{
    return config.offset ? std::to_string(*config.offset) : std::string("auto");
}

std::string decodeOffset(const FieldValue& value, ModelConfig& config)
{
    int number = 0;
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (*text == "auto") {
            config.offset.reset();
            return {};
        }
        const auto* end = text->data() + text->size();
        const auto [stop, error] = std::from_chars(text->data(), end, number);
        if (error != std::errc() || stop != end)
            return mismatch("\"auto\" or a whole number", value);
    } else if (!decode(value, number).empty()) {
        return mismatch("\"auto\" or a whole number", value);
    }
    config.offset = number;
    return {};
}

struct Field {
    std::string_view name;
    FieldValue (*encode)(const ModelConfig&);
    std::string (*decode)(const FieldValue&, ModelConfig&);
};

template <auto Member>
constexpr Field field(std::string_view name)
{
    return {name, [](const ModelConfig& config) { return encode(config.*Member); },
            [](const FieldValue& value, ModelConfig& config) {
                return decode(value, config.*Member);
            }};
}

constexpr std::array kFields = {
    field<&ModelConfig::predictionSteps>("prediction_steps"),
    field<&ModelConfig::sampleDistance>("sample_distance"),
    field<&ModelConfig::crossSampleNegatives>("cross_sample_negatives"),
    field<&ModelConfig::numNegatives>("num_negatives"),
    field<&ModelConfig::convFeatureLayers>("conv_feature_layers"),
    field<&ModelConfig::convAggregatorLayers>("conv_aggregator_layers"),
    field<&ModelConfig::dropout>("dropout"),
    field<&ModelConfig::dropoutFeatures>("dropout_features"),
    field<&ModelConfig::dropoutAgg>("dropout_agg"),
    field<&ModelConfig::aggregator>("aggregator"),
    field<&ModelConfig::gruDim>("gru_dim"),
    field<&ModelConfig::noConvBias>("no_conv_bias"),
    field<&ModelConfig::aggZeroPad>("agg_zero_pad"),
    field<&ModelConfig::skipConnectionsFeat>("skip_connections_feat"),
    field<&ModelConfig::skipConnectionsAgg>("skip_connections_agg"),
    field<&ModelConfig::residualScale>("residual_scale"),
    field<&ModelConfig::logCompression>("log_compression"),
    field<&ModelConfig::balancedClasses>("balanced_classes"),
    field<&ModelConfig::projectFeatures>("project_features"),
    field<&ModelConfig::nonAffineGroupNorm>("non_affine_group_norm"),
    Field{"offset", encodeOffset, decodeOffset},
    field<&ModelConfig::activation>("activation"),
    field<&ModelConfig::vqType>("vq_type"),
    field<&ModelConfig::vqVars>("vq_vars"),
    field<&ModelConfig::vqGroups>("vq_groups"),
    field<&ModelConfig::vqDim>("vq_dim"),
    field<&ModelConfig::vqDepth>("vq_depth"),
    field<&ModelConfig::combineGroups>("combine_groups"),
    field<&ModelConfig::vqTemp>("vq_temp"),
    field<&ModelConfig::vqGamma>("vq_gamma"),
    field<&ModelConfig::infonce>("infonce"),
};

/// The shortest decimal text that reads back as the same number.
std::string shortest(double number)
{
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return std::string(text.data(), end);
}

} // namespace

std::string toString(const FieldValue& value)
{
    struct Visitor {
        std::string operator()(std::monostate) const { return "None"; }
        std::string operator()(bool flag) const { return flag ? "True" : "False"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return shortest(number); }
        std::string operator()(const std::string& text) const
        {
            return "\"" + printable(text) + "\"";
        }
        std::string operator()(const std::vector<double>& numbers) const
        {
            std::string text;
            for (const double number : numbers)
                text += (text.empty() ? "" : ", ") + shortest(number);
            return "[" + text + "]";
        }
    };
    return std::visit(Visitor(), value);
}

std::vector<std::pair<std::string, FieldValue>> fieldsOf(const ModelConfig& config)
{
    std::vector<std::pair<std::string, FieldValue>> fields;
    fields.reserve(kFields.size());
    for (const auto& field : kFields)
        fields.emplace_back(field.name, field.encode(config));
    return fields;
}

std::vector<double> numbersIn(std::string_view text)
{
    std::vector<double> numbers;
    const auto separator = [](char c) {
        return std::string_view("()[], ").find(c) != std::string_view::npos;
    };
    while (!text.empty()) {
        if (separator(text.front())) {
            text.remove_prefix(1);
            continue;
        }
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc())
            return {};
        numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    return numbers;
}

Result<void> setField(ModelConfig& config, std::string_view name, const FieldValue& value)
{
    const auto known = std::ranges::find(kFields, name, &Field::name);
    if (known == kFields.end())
        return Error{"the model has no such field"};
    if (const auto problem = known->decode(value, config); !problem.empty())
        return Error{problem};
    return {};
}

Result<void> applyFields(ModelConfig& config,
                         const std::function<std::optional<FieldValue>(std::string_view)>& lookup)
{
    for (const auto& field : kFields) {
        const auto value = lookup(field.name);
        if (!value)
            continue;
        if (const auto problem = field.decode(*value, config); !problem.empty())
            return Error{"in its configuration, " + std::string(field.name) + ": " + problem};
    }
    return {};
}

ModelConfig headDefaults()
{
    auto config = ModelConfig::large();
    config.convFeatureLayers.push_back({512, 1, 1});
    return config;
}

} // namespace phono
