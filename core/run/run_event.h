#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace phono {

// What a run says of itself: one line of its metrics.jsonl each. Times are in seconds since 1970,
// losses in bits per positive, `update` counts the updates done so far.

/// What a batch, or a validation set, says of the contrastive task.
struct TaskMetrics {
    double lossBits = 0; ///< all prediction steps, as fairseq logs it
    std::vector<double> stepBits; ///< of prediction step 1, 2, …: per positive of that step
    double accuracy = 0; ///< share of positives that score above all their negatives
    double positiveMean = 0; ///< mean score (logit)
    double negativeMean = 0;
    bool operator==(const TaskMetrics&) const = default;
};

/// Counts of scores in bins of equal width; the first and last one take what lies beyond.
struct ScoreHistogram {
    double first = 0; ///< lower edge of the first bin
    double width = 1;
    std::vector<std::int64_t> positives;
    std::vector<std::int64_t> negatives;
    bool operator==(const ScoreHistogram&) const = default;
};

struct GpuState {
    double utilization = 0; ///< in [0, 1]
    std::int64_t memoryBytes = 0;
    double temperature = 0; ///< in °C
    bool operator==(const GpuState&) const = default;
};

/// A process began to train: at update 0, or at the checkpoint it resumed from. What was logged
/// before with more updates than `update` was lost and is made again.
struct StartedEvent {
    double time = 0;
    int format = 1; ///< of this log
    std::string version; ///< of Phonoscope
    std::int64_t update = 0;
    std::int64_t maxUpdate = 0;
    std::string device; ///< "cpu", "cuda:0"
    std::string precision; ///< "fp32", "bf16", "fp16"
    std::string kernel; ///< what computes the products
    int threads = 0;
    int processes = 1; ///< that train together
    std::string host;
    std::int64_t pid = 0;
    std::int64_t parameters = 0;
    std::int64_t recordings = 0; ///< in the training set
    double hours = 0; ///< of training audio, as the manifest declares it
    bool operator==(const StartedEvent&) const = default;
};

/// One or several updates (common.log_interval), meaned.
struct UpdateEvent {
    double time = 0;
    std::int64_t update = 0;
    double epoch = 0; ///< passes over the data: 2.25 is a quarter into the third
    TaskMetrics metrics;
    double lr = 0; ///< of this update
    double gnorm = 0; ///< of the gradient per positive, before clipping
    double audioSeconds = 0; ///< trained on since the last event
    double audioSecondsPerSecond = 0;
    double dataWait = 0; ///< seconds that the computation waited for audio since the last event
    std::int64_t memoryBytes = 0; ///< resident in this process
    /// Share of the machine's processors that this process kept busy since the last event, in [0,
    /// 1].
    std::optional<double> cpuUtilization;
    double secondsLeft = -1; ///< until optimization.max_update; negative while unknown
    std::optional<double> lossScale; ///< fp16 only
    std::optional<double> codePerplexity; ///< vq models only
    std::optional<GpuState> gpu;
    bool operator==(const UpdateEvent&) const = default;
};

/// The loss on the fixed crops of the validation set.
struct ValidEvent {
    double time = 0;
    std::int64_t update = 0;
    TaskMetrics metrics;
    ScoreHistogram scores;
    bool best = false; ///< the smallest loss of the run so far
    bool operator==(const ValidEvent&) const = default;
};

struct CheckpointEvent {
    double time = 0;
    std::int64_t update = 0;
    std::string path; ///< under the run directory: "checkpoints/last.pt"
    bool operator==(const CheckpointEvent&) const = default;
};

/// A recording that could not be read; said once, then it is left out.
struct SkippedEvent {
    double time = 0;
    std::int64_t update = 0;
    std::string path;
    std::string reason;
    bool operator==(const SkippedEvent&) const = default;
};

struct PausedEvent {
    double time = 0;
    std::int64_t update = 0;
    bool operator==(const PausedEvent&) const = default;
};

struct ContinuedEvent {
    double time = 0;
    std::int64_t update = 0;
    bool operator==(const ContinuedEvent&) const = default;
};

/// The run ended by an error; `files` are the recordings of the batch in which it showed.
struct FailedEvent {
    double time = 0;
    std::int64_t update = 0;
    std::string message;
    std::vector<std::string> files;
    bool operator==(const FailedEvent&) const = default;
};

/// The run was asked to stop and can be resumed.
struct StoppedEvent {
    double time = 0;
    std::int64_t update = 0;
    std::string reason; ///< "stopped by SIGTERM"
    bool operator==(const StoppedEvent&) const = default;
};

/// All updates are done.
struct FinishedEvent {
    double time = 0;
    std::int64_t update = 0;
    bool operator==(const FinishedEvent&) const = default;
};

using RunEvent =
    std::variant<StartedEvent, UpdateEvent, ValidEvent, CheckpointEvent, SkippedEvent, PausedEvent,
                 ContinuedEvent, FailedEvent, StoppedEvent, FinishedEvent>;

/// "started", "update", …: what the line calls it.
std::string_view nameOf(const RunEvent& event);
double timeOf(const RunEvent& event);
std::int64_t updateOf(const RunEvent& event);

/// In bytes. Longer lines are foreign.
inline constexpr std::size_t kLongestEventLine = std::size_t(1) << 20;

/// One line of JSON without its newline: {"event": "update", "time": …, "update": …, "loss_bits":
/// …}. Times have three decimals, other numbers the precision of a float; those that are not finite
/// become null. Of the files of a failure, those that fit into half of kLongestEventLine are named.
std::string toLine(const RunEvent& event);
/// Nothing for kinds that this version does not know. Unknown fields are skipped, missing ones keep
/// their defaults, null is NaN; fails on what is no JSON object with an "event" and an "update", or
/// holds a field of another kind.
Result<std::optional<RunEvent>> parseLine(std::string_view line);

} // namespace phono
