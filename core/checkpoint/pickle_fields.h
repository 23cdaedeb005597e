#pragma once

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/pickle_value.h"

#include <optional>
#include <string_view>

namespace phono {

/// The dictionary of names to values that `value` is or stands for: a dictionary, the attributes of
/// an argparse.Namespace, the content of an omegaconf DictConfig. Null for anything else.
const PickleValue* dictionaryOf(const PickleValue& value);

/// The value under a name in dictionaryOf(value), taken out of an omegaconf node or an enumeration.
/// Null if there is none; a value that is None counts as none.
const PickleValue* member(const PickleValue& value, std::string_view name);
/// A chain of members: memberAt(root, {"cfg", "model"}).
const PickleValue* memberAt(const PickleValue& value,
                            std::initializer_list<std::string_view> names);

/// The value as plain data, numpy scalars included; empty if it is something else.
std::optional<FieldValue> fieldValue(const PickleValue& value);
/// Its text if it is one, else "".
std::string_view textOf(const PickleValue* value);

/// The items of a list, a tuple or an omegaconf ListConfig; empty for anything else.
const std::vector<const PickleValue*>& listItems(const PickleValue& value);

} // namespace phono
