#pragma once

#include "core/run/run_event.h"
#include "core/run/training_config.h"
#include "core/train/learner.h"

#include <cstdint>
#include <optional>

namespace phono {

/// Gathers updates until a line of the log is due.
class LogMeter {
public:
    explicit LogMeter(const TrainingConfig& config)
        : m_interval(config.common.logInterval)
        , m_maxUpdate(config.optimization.maxUpdate)
    {
    }

    /// `seconds` is what the update took, waiting for data included.
    void add(const UpdateOutcome& outcome, double seconds);
    bool due() const { return m_updates >= m_interval; }
    bool empty() const { return m_updates == 0; }
    /// The mean of what was added; begins anew. The time and the processors are the caller's.
    UpdateEvent take(std::int64_t update, double epoch);

private:
    int m_interval;
    std::int64_t m_maxUpdate;
    int m_updates = 0;
    BatchSums m_sums;
    double m_gnorm = 0;
    double m_lr = 0;
    std::optional<double> m_lossScale;
    double m_seconds = 0;
    double m_audioSeconds = 0;
    double m_dataWait = 0;
    double m_pace = 0; ///< seconds per update, smoothed over some twenty lines; 0: unknown
};

/// Memory of this process that lies in RAM, in bytes; 0 if the system does not say.
std::int64_t residentBytes();

} // namespace phono
