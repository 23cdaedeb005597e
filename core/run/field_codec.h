#pragma once

#include "core/run/config_field.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace phono {

// encode() and decode() between a member of TrainingConfig and a FieldValue, by the member's type.
// decode() gets a value that normalized() has passed.

/// `value` in the form that the field's kind has (0.005 for [0.005], true for "True"), or what is
/// wrong with it.
Result<FieldValue> normalized(const ConfigField& field, const FieldValue& value);

inline FieldValue encode(bool value)
{
    return value;
}
inline FieldValue encode(int value)
{
    return static_cast<std::int64_t>(value);
}
inline FieldValue encode(std::int64_t value)
{
    return value;
}
inline FieldValue encode(std::uint64_t value)
{
    return static_cast<std::int64_t>(value);
}
inline FieldValue encode(double value)
{
    return value;
}
inline FieldValue encode(const std::string& value)
{
    return value;
}
inline FieldValue encode(const std::vector<double>& values)
{
    return values;
}
inline FieldValue encode(const std::array<double, 2>& values)
{
    return std::vector<double>(values.begin(), values.end());
}
inline FieldValue encode(NegativeDraw draw)
{
    return std::string(draw == NegativeDraw::Reference ? "reference" : "exclusive");
}

inline void decode(const FieldValue& value, bool& into)
{
    into = std::get<bool>(value);
}
template <std::integral Whole>
void decode(const FieldValue& value, Whole& into)
{
    into = static_cast<Whole>(std::get<std::int64_t>(value));
}
inline void decode(const FieldValue& value, double& into)
{
    into = std::get<double>(value);
}
inline void decode(const FieldValue& value, std::string& into)
{
    into = std::get<std::string>(value);
}
inline void decode(const FieldValue& value, std::vector<double>& into)
{
    into = std::get<std::vector<double>>(value);
}
inline void decode(const FieldValue& value, std::array<double, 2>& into)
{
    const auto& numbers = std::get<std::vector<double>>(value);
    into = {numbers[0], numbers[1]};
}
inline void decode(const FieldValue& value, NegativeDraw& into)
{
    into = std::get<std::string>(value) == "exclusive" ? NegativeDraw::Exclusive
                                                       : NegativeDraw::Reference;
}

} // namespace phono
