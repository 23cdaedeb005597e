#pragma once

#include "core/base/result.h"
#include "core/checkpoint/model_config.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace phono {

/// A configuration value as checkpoints hold it: None, a flag, a number, a text, numbers.
using FieldValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<double>>;

/// For messages: "None", "True", "0.5", "\"relu\"", "[2, 0.5]".
std::string toString(const FieldValue& value);

/// The model's fields under fairseq's names, in the order of its Wav2VecConfig, each of the type
/// that fairseq gives it. This is what `.pt` files hold as cfg['model'].
std::vector<std::pair<std::string, FieldValue>> fieldsOf(const ModelConfig& config);

/// Overwrites what `lookup` has, by fairseq's names; other fields keep their values. Fails, naming
/// the field, if a value is not of its kind.
Result<void> applyFields(ModelConfig& config,
                         const std::function<std::optional<FieldValue>(std::string_view)>& lookup);

/// Overwrites the field that fairseq calls `name`. The error is only what is wrong with the value:
/// "expected a number, not True".
Result<void> setField(ModelConfig& config, std::string_view name, const FieldValue& value);

/// The numbers in "(2.0, 0.5, 0.999995)", with any brackets or none; nothing if something else is
/// in it.
std::vector<double> numbersIn(std::string_view text);

/// What a configuration of fairseq's present form leaves out has the value here (SPEC 1.1); for the
/// older form it is that of `ModelConfig::base()`.
ModelConfig headDefaults();

} // namespace phono
