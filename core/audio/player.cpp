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
    Result<void> start(Playback::Stretch stretch);
    Result<void> startAgain();

    SoundSystem& system;
    DeviceChoice device;
    double speed = 1;
    std::int64_t underflows = 0;
    std::unique_ptr<Playback> playing;
    /// Told to stop; its thread may still be closing the device.
    std::unique_ptr<Playback> stopping;
    std::optional<Error> error;
};

Result<void> Player::Impl::start(Playback::Stretch stretch)
{
    constexpr std::chrono::milliseconds kPatience(500);
    stopping.reset(); // there is one device for one playback
    playing = std::make_unique<Playback>(system, device, std::move(stretch));
    auto opened = playing->waitForDevice(kPatience);
    if (!opened)
        playing.reset();
    return opened;
}

/// From where it is, with what has been set meanwhile.
Result<void> Player::Impl::startAgain()
{
    if (!playing || playing->ended())
        return {};
    Playback::Stretch stretch = playing->stretch();
    stretch.begin = playing->position();
    stretch.loop = playing->loops();
    stretch.speed = speed;
    underflows += playing->underflows();
    playing->requestStop();
    stopping = std::move(playing);
    return start(std::move(stretch));
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
    return m_impl->start({.audio = std::move(audio),
                          .first = first,
                          .last = last,
                          .begin = first,
                          .loop = loop,
                          .speed = m_impl->speed});
}

Result<void> Player::setSpeed(double speed)
{
    m_impl->speed = std::clamp(speed, TimeStretcher::kSlowest, TimeStretcher::kFastest);
    return m_impl->startAgain();
}

Result<void> Player::setDevice(const DeviceChoice& device)
{
    if (device == m_impl->device)
        return {};
    m_impl->device = device;
    return m_impl->startAgain();
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
    if (!m_impl->playing)
        return;
    m_impl->underflows += m_impl->playing->underflows();
    m_impl->playing->requestStop();
    m_impl->stopping = std::move(m_impl->playing);
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
