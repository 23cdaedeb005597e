#include "core/audio/player.h"

#include "core/audio/playback.h"

#include <algorithm>
#include <utility>

namespace phono {

struct Player::Impl {
    PortAudioSession session;
    std::unique_ptr<Playback> playing;
    /// Told to stop; its thread may still be closing the device.
    std::unique_ptr<Playback> stopping;
    std::optional<Error> error;
};

Player::Player()
    : m_impl(std::make_unique<Impl>())
{
}

Player::~Player() = default;

Result<void> Player::play(Waveform audio, std::int64_t first, std::int64_t last, bool loop)
{
    constexpr std::chrono::milliseconds kPatience(500);
    stop();
    m_impl->error.reset();
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, audio.size());
    if (first >= last)
        return Error{"there is nothing to play: the selection has no samples."};
    m_impl->stopping.reset(); // there is one device for one playback
    m_impl->playing = std::make_unique<Playback>(
        m_impl->session, Playback::Stretch{std::move(audio), first, last, loop});
    auto opened = m_impl->playing->waitForDevice(kPatience);
    if (!opened)
        m_impl->playing.reset();
    return opened;
}

void Player::setLoop(bool loop)
{
    if (m_impl->playing)
        m_impl->playing->setLoop(loop);
}

void Player::stop()
{
    if (!m_impl->playing)
        return;
    m_impl->playing->requestStop();
    m_impl->stopping = std::move(m_impl->playing);
}

std::optional<std::int64_t> Player::position()
{
    auto& playing = m_impl->playing;
    if (playing && playing->ended()) {
        m_impl->error = playing->error();
        playing.reset();
    }
    return playing ? std::optional(playing->position()) : std::nullopt;
}

std::optional<Error> Player::takeError()
{
    return std::exchange(m_impl->error, std::nullopt);
}

} // namespace phono
