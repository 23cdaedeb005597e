#include "core/checkpoint/checkpoint_json.h"

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/printable.h"

#include <nlohmann/json.hpp>

namespace phono {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kConfig = "phonoscope.config";
constexpr const char* kProvenance = "phonoscope.provenance";
constexpr std::size_t kMaxText = 64 << 10;

Json toJson(const FieldValue& value)
{
    return std::visit(
        [](const auto& plain) -> Json {
            if constexpr (std::is_same_v<std::decay_t<decltype(plain)>, std::monostate>)
                return nullptr;
            else
                return plain;
        },
        value);
}

FieldValue fromJson(const Json& value)
{
    if (value.is_null())
        return {};
    if (value.is_boolean())
        return value.get<bool>();
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    if (value.is_number())
        return value.get<double>();
    if (value.is_string())
        return value.get<std::string>();
    std::vector<double> numbers;
    for (const auto& item : value)
        numbers.push_back(item.is_number() ? item.get<double>() : 0);
    return numbers;
}

/// A JSON object without deep nesting; discarded if the text is anything else.
Json parseObject(const std::string& text)
{
    constexpr int kMaxDepth = 2;
    bool deep = false;
    const auto check = [&](int depth, Json::parse_event_t, Json&) {
        deep |= depth > kMaxDepth;
        return !deep;
    };
    auto object = text.size() <= kMaxText ? Json::parse(text, check, /*allow_exceptions=*/false)
                                          : Json(Json::value_t::discarded);
    return deep || !object.is_object() ? Json(Json::value_t::discarded) : object;
}

} // namespace

TextMap metadataOf(const Checkpoint& checkpoint)
{
    Json config;
    for (const auto& [name, value] : fieldsOf(checkpoint.config))
        config[name] = toJson(value);
    Json provenance = Json::object();
    for (const auto& [name, value] : checkpoint.provenance)
        provenance[name] = value;
    const auto text = [](const Json& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    return {{"format", "pt"}, {kConfig, text(config)}, {kProvenance, text(provenance)}};
}

Result<ModelDescription> descriptionFromMetadata(const TextMap& metadata)
{
    ModelDescription description;
    if (const auto found = metadata.find(kConfig); found != metadata.end()) {
        const auto fields = parseObject(found->second);
        if (fields.is_discarded())
            return Error{std::string("the metadata ") + kConfig
                         + " is not the JSON object of a configuration"};
        ModelConfig config = ModelConfig::base();
        const auto lookup = [&](std::string_view name) -> std::optional<FieldValue> {
            const auto field = fields.find(name);
            return field == fields.end() ? std::nullopt : std::optional(fromJson(*field));
        };
        if (auto done = applyFields(config, lookup); !done)
            return done.error();
        description.config = std::move(config);
    }
    if (const auto found = metadata.find(kProvenance); found != metadata.end()) {
        const auto entries = parseObject(found->second);
        if (!entries.is_discarded())
            for (const auto& [name, value] : entries.items())
                if (value.is_string())
                    description.provenance.emplace_back(printable(name, 40),
                                                        printable(value.get<std::string>()));
    }
    return description;
}

} // namespace phono
