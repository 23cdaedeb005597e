#include "core/export/model_json.h"

#include "core/base/sample_source.h"
#include "core/checkpoint/config_fields.h"

#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

namespace phono {
namespace {

using Json = nlohmann::ordered_json;

Json fieldJson(const FieldValue& value)
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

} // namespace

Json toJson(const ModelConfig& config)
{
    Json json = Json::object();
    for (const auto& [name, value] : fieldsOf(config))
        json[name] = fieldJson(value);
    return json;
}

Json geometryJson(const ModelConfig& config)
{
    return {
        {"sample_rate_hz", kModelRate},
        {"hop_samples", config.hop()},
        {"frames_per_second", static_cast<double>(kModelRate) / config.hop()},
        {"z_channels", config.encoderDim()},
        {"z_receptive_field_samples", config.encoderReceptiveField()},
        {"c_channels", config.contextDim()},
        {"c_receptive_field_samples", config.contextReceptiveField()},
        {"prediction_offset_frames", config.predictionOffset()},
    };
}

std::string toText(const Json& json)
{
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace phono
