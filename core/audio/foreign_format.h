#pragma once

#include <string>
#include <string_view>

namespace phono {

/// Why libsndfile cannot open a file, and how to make it readable, for an error message: "it is AAC
/// or ALAC audio in an MP4 container (.m4a, .mp4). Convert it …". `head` is how the file begins (4
/// KiB suffice), `reason` what libsndfile says, without a full stop.
std::string describeUnreadable(std::string_view head, std::string_view reason);

} // namespace phono
