#pragma once

#include <span>
#include <string>
#include <string_view>

namespace phono {

/// The one of `names` that needs the fewest letters added, dropped or replaced to become `name`;
/// empty if all need more than a third of theirs.
std::string nearestName(std::string_view name, std::span<const std::string> names);

} // namespace phono
