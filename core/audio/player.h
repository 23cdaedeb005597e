#pragma once

#include "core/audio/sound_system.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace phono {

/// Plays stretches of a waveform on an output device.
///
/// All members are for the owner's thread and never wait for a device. Without one everything else
/// works, and takeError() says why nothing is heard.
class Player {
public:
    /// `system` must outlive the player.
    explicit Player(SoundSystem& system);
    ~Player();
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    /// Plays samples [first, last) once, or again and again when `loop`. Stops what is playing.
    /// Fails when there are none.
    Result<void> play(Waveform audio, std::int64_t first, std::int64_t last, bool loop);
    /// Acts on what is playing: it goes on after this pass, or ends with it.
    void setLoop(bool loop);
    /// In [TimeStretcher::kSlowest, kFastest]; the pitch stays. What is playing goes on from where
    /// it is.
    void setSpeed(double speed);
    /// What is playing goes on there.
    void setDevice(const DeviceChoice& device);
    void stop();

    /// The sample now heard (output latency taken off), or nothing when nothing plays. Also notices
    /// that the device is gone: then playing ends and takeError() says so.
    std::optional<std::int64_t> position();
    /// The reason playing ended by itself, or never began, once.
    std::optional<Error> takeError();
    /// How often, since play(), the device wanted samples that were not there: each is a crackle.
    std::int64_t underflows() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace phono
