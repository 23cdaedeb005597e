#pragma once

#include "app/engine/feature_engine.h"
#include "app/options.h"
#include "app/resources.h"

namespace phono {

/// Reads the recording of `options`, computes everything, and writes the view as a PNG picture.
/// Runs an event loop until that is done. Nothing is written when anything fails.
Result<void> writeSnapshot(const Options& options, const Demo& demo, EngineSource& engines,
                           const Settings& settings);

} // namespace phono
