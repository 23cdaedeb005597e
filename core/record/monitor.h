#pragma once

#include "core/audio/output_stream.h"
#include "core/audio/playback_clock.h"
#include "core/audio/resample.h"

#include <memory>
#include <optional>
#include <vector>

namespace phono {

/// Lets somebody hear what is being recorded, a little later. For one thread.
class Monitor {
public:
    /// `rate` of what will be put, in Hz. `system` must outlive the monitor.
    static Result<std::unique_ptr<Monitor>> open(SoundSystem& system, const DeviceChoice& output,
                                                 int rate);

    /// Never waits: input and output run by clocks of their own, so now and then a block is left
    /// out.
    void put(std::span<const float> mono);
    bool isLost() const;

private:
    Monitor() = default;

    PlaybackClock m_clock;
    std::unique_ptr<OutputStream> m_output;
    std::optional<Resampler> m_resampler; ///< always there
    std::vector<float> m_ready;
};

} // namespace phono
