#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// Text from a foreign file, made fit for a message: valid UTF-8 without control characters, and at
/// most about `limit` bytes (an ellipsis says that more was there).
std::string printable(std::string_view text, std::size_t limit = 120);

/// "a, b, c and 7 more"
std::string printableList(const std::vector<std::string>& texts);

} // namespace phono
