#pragma once

#include "core/checkpoint/input_file.h"
#include "core/checkpoint/pickle_value.h"

namespace phono {

/// Reads one pickle, up to and including its STOP, and leaves `stream` behind it.
///
/// A machine without functions: it only builds PickleValues, and bounds their number, the memory
/// they take and the depth of what is still open (SPEC 8.4). Classes that are not on the allow-list
/// become shells and are reported in `unknown`. A document with an unknown class or a failure is
/// only good for telling what the file is; its user must refuse it.
PickleDocument readPickle(InputStream& stream);

} // namespace phono
