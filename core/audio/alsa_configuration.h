#pragma once

#include "core/base/result.h"

namespace phono {

/// Whether PortAudio can be initialised with the ALSA configuration as it is now. It aborts the
/// process when ALSA knows no device by the name "default" or "dmix" (asserted in
/// pa_linux_alsa.c), and is silent about what is wrong with a file it cannot read.
///
/// Success, too, where there is no ALSA. Changes what ALSA does with its messages: they go nowhere.
Result<void> checkAlsaConfiguration();

} // namespace phono
