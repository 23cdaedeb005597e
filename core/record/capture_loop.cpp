#include "core/record/capture_loop.h"

#include "core/record/takes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <numeric>

namespace phono {
namespace {

constexpr std::size_t kBlockFrames = 4096;

std::string localTime()
{
    const std::time_t now = std::time(nullptr);
    std::tm local = {};
    localtime_r(&now, &local);
    std::array<char, 64> text = {};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
    return text.data();
}

std::size_t preRollSamples(const InputStream& stream)
{
    return static_cast<std::size_t>(kPreRollSeconds * stream.rate())
        * static_cast<std::size_t>(stream.channels());
}

} // namespace

CaptureLoop::CaptureLoop(SoundSystem& system, std::unique_ptr<InputStream> stream,
                         std::shared_ptr<LiveTap> tap)
    : m_system(system)
    , m_stream(std::move(stream))
    , m_tap(std::move(tap))
    , m_watch(m_stream->rate(), m_stream->channels())
    , m_preRoll(preRollSamples(*m_stream))
    , m_block(kBlockFrames * static_cast<std::size_t>(m_stream->channels()))
{
}

bool CaptureLoop::step()
{
    takeInAll();
    lookAtDisk();
    std::erase_if(m_endingMonitors, [](const auto& monitor) { return monitor->ended(); });
    if (m_monitor && m_monitor->ended()) {
        m_events.push_back(
            {.kind = RecorderEvent::Kind::MonitorFailed, .error = m_monitor->error()});
        m_monitor.reset();
    }
    if (!m_stream->isLost())
        return true;
    // What the device delivered before it was lost.
    takeInAll();
    endTake(lostError());
    m_events.push_back({.kind = RecorderEvent::Kind::DeviceFailed, .error = lostError()});
    return false;
}

void CaptureLoop::takeInAll()
{
    // Not what comes meanwhile: on a disk slower than the sound there would be no end to it.
    for (auto left = m_stream->available(); left > 0;) {
        const auto count = m_stream->read(std::span(m_block).first(std::min(left, m_block.size())));
        left -= count;
        const auto samples = std::span(m_block).first(count);
        // A driver that delivers what is no number must not spoil statistics and features.
        std::ranges::replace_if(
            samples, [](float sample) { return !std::isfinite(sample); }, 0.0F);
        takeIn(samples);
    }
}

void CaptureLoop::takeIn(std::span<const float> interleaved)
{
    const auto channels = static_cast<std::size_t>(m_stream->channels());
    m_watch.add(interleaved);
    m_mono.resize(interleaved.size() / channels);
    for (std::size_t i = 0; i < m_mono.size(); ++i) {
        const auto frame = interleaved.subspan(i * channels, channels);
        m_mono[i] =
            std::accumulate(frame.begin(), frame.end(), 0.0F) / static_cast<float>(channels);
    }
    m_tap->put(m_mono);
    if (m_monitor)
        m_monitor->put(m_mono);
    if (m_take && !m_take->paused)
        write(interleaved);
    m_preRoll.add(interleaved);
}

void CaptureLoop::write(std::span<const float> interleaved)
{
    auto& take = *m_take;
    const auto channels = static_cast<std::size_t>(m_stream->channels());
    if (take.framesLeft > 0)
        interleaved = interleaved.first(
            std::min(interleaved.size(), static_cast<std::size_t>(take.framesLeft) * channels));
    const auto written = take.file.write(interleaved);
    if (!written) {
        endTake(written.error());
        return;
    }
    take.statistics.add(interleaved);
    if (take.framesLeft == 0)
        return;
    take.framesLeft -= static_cast<std::int64_t>(interleaved.size() / channels);
    if (take.framesLeft == 0)
        endTake({});
}

void CaptureLoop::record(const TakeRequest& request)
{
    if (m_take)
        return;
    const auto path = request.otherName ? freeFile(request.file) : request.file;
    auto file = TakeFile::create(path, m_stream->rate(), m_stream->channels());
    if (!file) {
        m_events.push_back({.kind = RecorderEvent::Kind::TakeFailed, .error = file.error()});
        return;
    }
    TakeNotes notes;
    notes.report.file = path;
    notes.report.device = m_stream->device().name;
    notes.report.hostApi = m_stream->device().hostApi;
    notes.report.rate = m_stream->rate();
    notes.report.channels = m_stream->channels();
    notes.report.started = localTime();
    m_take.emplace(OngoingTake{.file = std::move(*file),
                               .statistics = TakeStatistics(m_stream->channels()),
                               .report = notes.report,
                               .overflowsBefore = m_stream->overflows(),
                               .droppedBefore = m_stream->droppedFrames(),
                               .framesLeft = request.frames});
    m_lookedAtDisk = {};
    if (const auto done = writeTakeNotes(path, notes); !done) {
        endTake(done.error());
        return;
    }
    if (request.preRoll && m_preRoll.size() > 0)
        write(m_preRoll.samples());
}

void CaptureLoop::setPaused(bool paused)
{
    if (m_take)
        m_take->paused = paused;
}

void CaptureLoop::addMarker(std::string name)
{
    if (!m_take)
        return;
    auto& report = m_take->report;
    report.markers.push_back(
        {static_cast<double>(m_take->file.frames()) / report.rate, std::move(name)});
    // A take is worth more than a name in it.
    if (const auto done = writeMarkers(report.file, report.markers); !done)
        m_events.push_back({.kind = RecorderEvent::Kind::MarkerFailed, .error = done.error()});
}

void CaptureLoop::endTake(std::optional<Error> error)
{
    if (!m_take)
        return;
    auto& take = *m_take;
    auto& report = take.report;
    report.frames = take.file.frames();
    report.overflows = m_stream->overflows() - take.overflowsBefore;
    report.droppedFrames = m_stream->droppedFrames() - take.droppedBefore;
    take.statistics.fill(report);
    report.noiseFloor = m_watch.reading().noiseFloor;
    report.error = std::move(error);
    if (const auto done = take.file.finish(); !done && !report.error)
        report.error = done.error();
    if (const auto done = writeTakeNotes(report.file, {.report = report, .finished = true});
        !done && !report.error)
        report.error = done.error();
    if (report.frames > 0)
        m_events.push_back({.kind = RecorderEvent::Kind::TakeEnded, .report = std::move(report)});
    else
        discard(report);
    m_take.reset();
}

/// A take without a sample is none.
void CaptureLoop::discard(const TakeReport& report)
{
    std::error_code ignored;
    for (const auto& beside : filesBeside(report.file))
        std::filesystem::remove(beside, ignored);
    std::filesystem::remove(report.file, ignored);
    m_events.push_back(
        {.kind = RecorderEvent::Kind::TakeFailed,
         .error = report.error.value_or(Error{"nothing was recorded: the take ended before the "
                                              "device delivered a sample."})});
}

void CaptureLoop::setMonitor(const std::optional<DeviceChoice>& output)
{
    if (m_monitor) {
        m_monitor->requestStop();
        m_endingMonitors.push_back(std::move(m_monitor));
    }
    if (output)
        m_monitor = std::make_unique<Monitor>(m_system, *output, m_stream->rate());
}

void CaptureLoop::lookAtDisk()
{
    const auto now = std::chrono::steady_clock::now();
    if (!m_take || now - m_lookedAtDisk < std::chrono::seconds(1))
        return;
    m_lookedAtDisk = now;
    std::error_code error;
    const auto folder = std::filesystem::absolute(m_take->report.file, error).parent_path();
    const auto space = std::filesystem::space(folder, error);
    m_freeBytes = error ? std::nullopt : std::optional(space.available);
}

Error CaptureLoop::lostError() const
{
    return Error{"the sound device '" + m_stream->device().name
                 + "' is gone or does not answer. Connect it again and look for devices, or choose "
                   "another one."};
}

RecorderStatus CaptureLoop::status() const
{
    using State = RecorderStatus::State;
    RecorderStatus status;
    status.state = !m_take ? State::Listening : m_take->paused ? State::Paused : State::Recording;
    status.device = m_stream->device();
    status.rate = m_stream->rate();
    status.channels = m_stream->channels();
    status.levels = m_watch.reading();
    status.overflows = m_stream->overflows();
    status.droppedFrames = m_stream->droppedFrames();
    status.preRoll =
        static_cast<double>(m_preRoll.size()) / static_cast<double>(status.rate * status.channels);
    status.monitoring = m_monitor != nullptr;
    if (!m_take)
        return status;
    status.overflows -= m_take->overflowsBefore;
    status.droppedFrames -= m_take->droppedBefore;
    status.file = m_take->report.file;
    status.frames = m_take->file.frames();
    status.seconds = static_cast<double>(status.frames) / status.rate;
    status.markers = m_take->report.markers;
    if (m_freeBytes)
        status.freeSeconds = static_cast<double>(*m_freeBytes)
            / static_cast<double>(TakeFile::kBytesPerSample * status.rate * status.channels);
    return status;
}

} // namespace phono
