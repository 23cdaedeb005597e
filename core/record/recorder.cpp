#include "core/record/recorder.h"

#include "core/record/capture_loop.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <iterator>
#include <mutex>
#include <thread>

namespace phono {

/// One device from opening to closing, on a thread of its own.
class Recorder::Capture {
public:
    using Command = std::function<void(CaptureLoop&)>;

    Capture(SoundSystem& system, const InputRequest& request)
        : m_thread([this, &system, request](const std::stop_token& stop) {
            run(stop, system, request);
            m_ended = true;
        })
    {
    }

    void requestStop() { m_thread.request_stop(); }
    bool ended() const { return m_ended; }

    void post(Command command)
    {
        const std::scoped_lock lock(m_mutex);
        m_commands.push_back(std::move(command));
        m_wake.notify_one();
    }
    RecorderStatus status() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_status;
    }
    std::vector<RecorderEvent> takeEvents()
    {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_events, {});
    }
    std::shared_ptr<LiveTap> tap() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_tap;
    }

private:
    static RecorderStatus opening()
    {
        RecorderStatus status;
        status.state = RecorderStatus::State::Opening;
        return status;
    }
    void run(const std::stop_token& stop, SoundSystem& system, const InputRequest& request);
    void obey(CaptureLoop& loop);
    void publish(CaptureLoop& loop, bool open);
    void fail(const Error& error);

    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::vector<Command> m_commands;
    RecorderStatus m_status = opening();
    std::vector<RecorderEvent> m_events;
    std::shared_ptr<LiveTap> m_tap;
    std::atomic<bool> m_ended = false;
    std::jthread m_thread; ///< last: it uses all the others
};

void Recorder::Capture::run(const std::stop_token& stop, SoundSystem& system,
                            const InputRequest& request)
{
    auto stream = InputStream::open(system, request);
    // The device may have been connected or exchanged since the list was made.
    if (!stream && system.rescan())
        stream = InputStream::open(system, request);
    if (!stream) {
        fail(stream.error());
        return;
    }
    if (const auto started = (*stream)->start(); !started) {
        fail(started.error());
        return;
    }
    auto tap = std::make_shared<LiveTap>((*stream)->rate());
    CaptureLoop loop(system, std::move(*stream), tap);
    {
        const std::scoped_lock lock(m_mutex);
        m_tap = tap;
    }
    bool open = true;
    while (open && !stop.stop_requested()) {
        // Commands first: what is asked for while the device opens begins with its first sample.
        obey(loop);
        open = loop.step();
        publish(loop, open);
        constexpr std::chrono::milliseconds kStep(15);
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, stop, kStep, [this] { return !m_commands.empty(); });
    }
    obey(loop);
    loop.finish();
    // Before the device is closed, which may take long.
    publish(loop, false);
}

void Recorder::Capture::obey(CaptureLoop& loop)
{
    std::vector<Command> commands;
    {
        const std::scoped_lock lock(m_mutex);
        commands.swap(m_commands);
    }
    for (const auto& command : commands) {
        command(loop);
    }
}

void Recorder::Capture::publish(CaptureLoop& loop, bool open)
{
    auto status = open ? loop.status() : RecorderStatus();
    auto events = loop.takeEvents();
    const std::scoped_lock lock(m_mutex);
    m_status = std::move(status);
    std::ranges::move(events, std::back_inserter(m_events));
    if (!open)
        m_tap.reset();
}

void Recorder::Capture::fail(const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    m_status = {};
    m_events.push_back({.kind = RecorderEvent::Kind::DeviceFailed, .error = error});
}

Recorder::Recorder(SoundSystem& system)
    : m_system(system)
{
}

Recorder::~Recorder() = default;

void Recorder::open(const InputRequest& request)
{
    letGo();
    m_capture = std::make_unique<Capture>(m_system, request);
}

void Recorder::close()
{
    letGo();
}

void Recorder::letGo()
{
    if (!m_capture)
        return;
    m_capture->requestStop();
    m_ending.push_back(std::move(m_capture));
}

void Recorder::record(const TakeRequest& request)
{
    if (m_capture)
        m_capture->post([request](CaptureLoop& loop) { loop.record(request); });
}

void Recorder::setPaused(bool paused)
{
    if (m_capture)
        m_capture->post([paused](CaptureLoop& loop) { loop.setPaused(paused); });
}

void Recorder::addMarker(std::string name)
{
    if (m_capture)
        m_capture->post([name = std::move(name)](CaptureLoop& loop) { loop.addMarker(name); });
}

void Recorder::stop()
{
    if (m_capture)
        m_capture->post([](CaptureLoop& loop) { loop.stop(); });
}

void Recorder::resetClip()
{
    if (m_capture)
        m_capture->post([](CaptureLoop& loop) { loop.resetClip(); });
}

void Recorder::setMonitor(const std::optional<DeviceChoice>& output)
{
    if (m_capture)
        m_capture->post([output](CaptureLoop& loop) { loop.setMonitor(output); });
}

RecorderStatus Recorder::status() const
{
    return m_capture ? m_capture->status() : RecorderStatus();
}

std::vector<RecorderEvent> Recorder::takeEvents()
{
    std::vector<RecorderEvent> events;
    const auto collect = [&](Capture& capture) {
        auto more = capture.takeEvents();
        std::ranges::move(more, std::back_inserter(events));
    };
    // Whether it has ended is asked first: what it said before comes with this call then.
    std::erase_if(m_ending, [&](const auto& ending) {
        const bool ended = ending->ended();
        collect(*ending);
        return ended;
    });
    if (m_capture)
        collect(*m_capture);
    return events;
}

std::shared_ptr<LiveTap> Recorder::tap() const
{
    return m_capture ? m_capture->tap() : nullptr;
}

} // namespace phono
