#pragma once

#include "core/audio/input_stream.h"
#include "core/base/result.h"
#include "core/record/level_watch.h"
#include "core/record/live_tap.h"
#include "core/record/take_report.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// What the next take is to be.
struct TakeRequest {
    std::filesystem::path file = {}; ///< .wav or .flac; must not exist
    bool otherName = false; ///< if it does exist, take another name: see freeFile()
    bool preRoll = false; ///< begin kPreRollSeconds before now, as far as it was listening then
    std::int64_t frames = 0; ///< it ends by itself after so many; 0: when it is stopped
};

inline constexpr double kPreRollSeconds = 2;

/// How a recorder is.
struct RecorderStatus {
    enum class State {
        Closed,
        Opening, ///< the device takes its time
        Listening, ///< measures levels, keeps the pre-roll
        Recording,
        Paused, ///< within a take
    };
    State state = State::Closed;
    bool inTake() const { return state == State::Recording || state == State::Paused; }
    SoundDevice device; ///< that is in use
    int rate = 0; ///< in Hz
    int channels = 0;
    LevelReading levels;
    std::int64_t overflows = 0; ///< of the take, or since it listens
    std::int64_t droppedFrames = 0; ///< likewise
    double preRoll = 0; ///< seconds that a take would begin with
    bool takeComing = false; ///< record() was called and is not done yet
    std::vector<int> rates; ///< in Hz, that the device offers; empty unless asked for

    std::filesystem::path file; ///< of the take
    std::int64_t frames = 0; ///< of the take so far
    double seconds = 0; ///< likewise
    std::vector<TakeMarker> markers;
    std::optional<double> freeSeconds; ///< how long the take's disk lasts
    bool monitoring = false;
};

/// Something that ended.
struct RecorderEvent {
    enum class Kind {
        TakeEnded, ///< report: its file is complete. report.error if it was not stopped
        TakeFailed, ///< error: nothing was recorded, and there is no file
        DeviceFailed, ///< error: the device could not be opened, or is lost; nothing is open now
        MonitorFailed, ///< error
        MarkerFailed, ///< error: the markers could not be written; the take goes on
    };
    Kind kind = Kind::TakeEnded;
    TakeReport report = {};
    std::optional<Error> error = {};
};

/// Records from a sound device straight to disk.
///
/// All members are for one thread and never wait for a device or a disk: what they ask for is done
/// on a thread of the recorder's own, and status() and takeEvents() tell what became of it. That
/// thread ends a take when the device is lost, and keeps the file.
class Recorder {
public:
    /// `system` must outlive the recorder.
    explicit Recorder(SoundSystem& system);
    /// Ends a take in order, and waits for that.
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Listens to a device from now on. Ends what was going on with another; nothing happens if
    /// it is listened to already. If `askRates`, asks
    /// the device before what it offers: many cannot tell while they are in use.
    void open(const InputRequest& request, bool askRates = false);
    void close();

    /// Begins a take with the next sample that comes, or with the first one if the device is still
    /// opening. Without effect in a take; TakeFailed while closed.
    void record(const TakeRequest& request);
    void setPaused(bool paused);
    /// At the sample that is the newest now.
    void addMarker(std::string name);
    /// Ends the take and goes on listening.
    void stop();
    void resetClip();
    /// Plays what comes in on `output`; nothing stops that.
    void setMonitor(const std::optional<DeviceChoice>& output);

    RecorderStatus status() const;
    /// No device is being closed any more: nothing more will be told until open().
    bool quiet() const { return !m_capture && m_ending.empty(); }
    /// What happened since the last call.
    std::vector<RecorderEvent> takeEvents();
    /// What is listened to now; null while nothing is open.
    std::shared_ptr<LiveTap> tap() const;

private:
    class Capture;

    void letGo();

    SoundSystem& m_system;
    std::unique_ptr<Capture> m_capture;
    std::vector<RecorderEvent> m_events; ///< of nobody's capture
    std::vector<std::unique_ptr<Capture>> m_ending; ///< still closing their device
};

} // namespace phono
