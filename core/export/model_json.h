#pragma once

#include "core/checkpoint/model_config.h"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace phono {

/// The configuration under fairseq's field names and in its values (layers as Python literals, null
/// for None).
nlohmann::ordered_json toJson(const ModelConfig& config);

/// What follows from the layers: hop, receptive fields in samples, widths, prediction offset.
nlohmann::ordered_json geometryJson(const ModelConfig& config);

/// `json` as indented text with a final newline. Bytes that are not UTF-8 become U+FFFD.
std::string toText(const nlohmann::ordered_json& json);

} // namespace phono
