#include "core/audio/player.h"

#include "core/audio/playback.h"
#include "core/audio/time_stretcher.h"

#include <algorithm>
#include <utility>

namespace phono {

struct Player::Impl {
    explicit Impl(SoundSystem& theSystem)
        : system(theSystem)
    {
    }
    void start(Playback::Stretch stretch);
    void startAgain();
    void stop();

    SoundSystem& system;
    DeviceChoice device;
    double speed = 1;
    std::int64_t underflows = 0;
    std::unique_ptr<Playback> playing;
    /// Told to stop; its thread may still be closing the device.
    std::unique_ptr<Playback> stopping;
    std::optional<Error> error;
};

void Player::Impl::start(Playback::Stretch stretch)
{
    playing = std::make_unique<Playback>(system, device, std::move(stretch), std::move(stopping));
}

void Player::Impl::stop()
{
    if (!playing)
        return;
    underflows += playing->underflows();
    playing->requestStop();
    stopping = std::move(playing);
}

/// From where it is, with what has been set meanwhile.
void Player::Impl::startAgain()
{
    if (!playing || playing->ended())
        return;
    Playback::Stretch stretch = playing->stretch();
    stretch.begin = playing->position();
    stretch.loop = playing->loops();
    stretch.speed = speed;
    stop();
    start(std::move(stretch));
}

Player::Player(SoundSystem& system)
    : m_impl(std::make_unique<Impl>(system))
{
}

Player::~Player() = default;

Result<void> Player::play(Waveform audio, std::int64_t first, std::int64_t last, bool loop)
{
    stop();
    m_impl->error.reset();
    m_impl->underflows = 0;
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, audio.size());
    if (first >= last)
        return Error{"there is nothing to play: the selection has no samples."};
    m_impl->start({.audio = std::move(audio),
                   .first = first,
                   .last = last,
                   .begin = first,
                   .loop = loop,
                   .speed = m_impl->speed});
    return {};
}

void Player::setSpeed(double speed)
{
    m_impl->speed = std::clamp(speed, TimeStretcher::kSlowest, TimeStretcher::kFastest);
    m_impl->startAgain();
}

void Player::setDevice(const DeviceChoice& device)
{
    if (device == m_impl->device)
        return;
    m_impl->device = device;
    m_impl->startAgain();
}

std::int64_t Player::underflows() const
{
    return m_impl->underflows + (m_impl->playing ? m_impl->playing->underflows() : 0);
}

void Player::setLoop(bool loop)
{
    if (m_impl->playing)
        m_impl->playing->setLoop(loop);
}

void Player::stop()
{
    m_impl->stop();
}

std::optional<std::int64_t> Player::position()
{
    auto& playing = m_impl->playing;
    if (playing && playing->ended()) {
        m_impl->error = playing->error();
        m_impl->underflows += playing->underflows();
        playing.reset();
    }
    return playing ? std::optional(playing->position()) : std::nullopt;
}

std::optional<Error> Player::takeError()
{
    return std::exchange(m_impl->error, std::nullopt);
}

} // namespace phono
