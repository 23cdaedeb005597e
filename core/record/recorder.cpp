#include "core/record/recorder.h"

#include "core/base/pause.h"
#include "core/record/capture_loop.h"

#include <algorithm>
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

    /// Opens the device when that of `before`, which may be null, is closed.
    Capture(SoundSystem& system, const InputRequest& request, bool askRates,
            const std::shared_ptr<const std::atomic<bool>>& before)
        : m_request(request)
        , m_askRates(askRates)
        , m_thread([this, &system, before](const std::stop_token& stop) {
            if (before)
                waitFor(stop, *before);
            run(stop, system);
            *m_ended = true;
        })
    {
    }

    void requestStop() { m_thread.request_stop(); }
    bool ended() const { return *m_ended; }
    std::shared_ptr<const std::atomic<bool>> end() const { return m_ended; }
    const InputRequest& request() const { return m_request; }

    void post(Command command)
    {
        const std::scoped_lock lock(m_mutex);
        m_commands.push_back(std::move(command));
        m_wake.notify_one();
    }
    void record(const TakeRequest& request)
    {
        const std::scoped_lock lock(m_mutex);
        m_status.takeComing = true;
        m_take = request;
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
    static void waitFor(const std::stop_token& stop, const std::atomic<bool>& end);
    void run(const std::stop_token& stop, SoundSystem& system);
    void obey(CaptureLoop& loop, bool mayBegin);
    void publish(CaptureLoop& loop, bool open);
    void giveUpTake();
    void fail(const std::optional<Error>& error);

    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<TakeRequest> m_take; ///< asked for, and not begun
    std::vector<Command> m_commands; ///< what to do with it, and others
    RecorderStatus m_status = opening();
    std::vector<RecorderEvent> m_events;
    std::shared_ptr<LiveTap> m_tap;
    const std::shared_ptr<std::atomic<bool>> m_ended = std::make_shared<std::atomic<bool>>(false);
    const InputRequest m_request;
    const bool m_askRates;
    std::vector<int> m_rates;
    std::jthread m_thread; ///< last: it uses all the others
};

/// One that hangs is not waited for.
void Recorder::Capture::waitFor(const std::stop_token& stop, const std::atomic<bool>& end)
{
    constexpr std::chrono::milliseconds kPause(5);
    constexpr int kPauses = 400;
    for (int i = 0; i < kPauses && !end && !stop.stop_requested(); ++i)
        pauseFor(stop, kPause);
}

void Recorder::Capture::run(const std::stop_token& stop, SoundSystem& system)
{
    if (m_askRates && !stop.stop_requested())
        if (auto rates =
                system.inputRates(m_request.device, m_request.firstChannel + m_request.channels))
            m_rates = std::move(*rates);
    if (stop.stop_requested()) {
        fail({});
        return;
    }
    auto stream = InputStream::open(system, m_request);
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
        // Wishes first: what is asked for while the device opens begins with its first sample.
        obey(loop, true);
        open = loop.step();
        publish(loop, open);
        constexpr std::chrono::milliseconds kStep(15);
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, stop, kStep, [this] { return m_take || !m_commands.empty(); });
    }
    obey(loop, false); // no take begins any more
    loop.stop();
    // Before the device is closed, which may take long.
    publish(loop, false);
}

void Recorder::Capture::obey(CaptureLoop& loop, bool mayBegin)
{
    std::optional<TakeRequest> take;
    std::vector<Command> commands;
    {
        const std::scoped_lock lock(m_mutex);
        if (mayBegin)
            take.swap(m_take);
        commands.swap(m_commands);
    }
    if (take)
        loop.record(*take);
    for (const auto& command : commands)
        command(loop);
}

void Recorder::Capture::publish(CaptureLoop& loop, bool open)
{
    auto status = open ? loop.status() : RecorderStatus();
    status.rates = m_rates;
    auto events = loop.takeEvents();
    const std::scoped_lock lock(m_mutex);
    m_status = std::move(status);
    m_status.takeComing = open && m_take;
    std::ranges::move(events, std::back_inserter(m_events));
    if (!open) {
        m_tap.reset();
        giveUpTake();
    }
}

/// m_mutex must be held. Why the device failed says why there is no take, too.
void Recorder::Capture::giveUpTake()
{
    const bool told = std::ranges::any_of(m_events, [](const RecorderEvent& event) {
        return event.kind == RecorderEvent::Kind::DeviceFailed;
    });
    if (std::exchange(m_take, std::nullopt) && !told)
        m_events.push_back({.kind = RecorderEvent::Kind::TakeFailed,
                            .error = Error{"nothing was recorded: the device was closed before the "
                                           "take began."}});
}

void Recorder::Capture::fail(const std::optional<Error>& error)
{
    const std::scoped_lock lock(m_mutex);
    m_status = {};
    if (error)
        m_events.push_back({.kind = RecorderEvent::Kind::DeviceFailed, .error = error});
    giveUpTake();
}

Recorder::Recorder(SoundSystem& system)
    : m_system(system)
{
}

Recorder::~Recorder()
{
    // Before it is waited for those that may hang.
    letGo();
}

void Recorder::open(const InputRequest& request, bool askRates)
{
    if (m_capture && m_capture->request() == request
        && m_capture->status().state != RecorderStatus::State::Closed)
        return;
    letGo();
    m_capture = std::make_unique<Capture>(m_system, request, askRates,
                                          m_ending.empty() ? nullptr : m_ending.back()->end());
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
        m_capture->record(request);
    else
        m_events.push_back({.kind = RecorderEvent::Kind::TakeFailed,
                            .error = Error{"nothing was recorded: no device is open."}});
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
    auto events = std::exchange(m_events, {});
    // Whether it has ended is asked first: what it said before comes with this call then.
    std::erase_if(m_ending, [&](const auto& ending) {
        const bool ended = ending->ended();
        // That a device fails which nobody wants any more is of no interest.
        for (auto& event : ending->takeEvents())
            if (event.kind == RecorderEvent::Kind::TakeEnded
                || event.kind == RecorderEvent::Kind::TakeFailed)
                events.push_back(std::move(event));
        return ended;
    });
    if (m_capture) {
        const bool ended = m_capture->ended();
        std::ranges::move(m_capture->takeEvents(), std::back_inserter(events));
        if (ended)
            m_capture.reset();
    }
    return events;
}

std::shared_ptr<LiveTap> Recorder::tap() const
{
    return m_capture ? m_capture->tap() : nullptr;
}

} // namespace phono
