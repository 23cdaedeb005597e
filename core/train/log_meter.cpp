#include "core/train/log_meter.h"

#include <fstream>
#include <unistd.h>
#include <utility>

namespace phono {

void LogMeter::add(const UpdateOutcome& outcome, double seconds)
{
    ++m_updates;
    m_sums.add(outcome.sums);
    m_gnorm += outcome.gnorm;
    m_lr = outcome.lr;
    m_lossScale = outcome.lossScale;
    m_seconds += seconds;
    m_audioSeconds += outcome.signals.audioSeconds;
    m_dataWait += outcome.signals.dataWait;
}

UpdateEvent LogMeter::take(std::int64_t update, double epoch)
{
    constexpr double kNewShare = 0.05;
    const int updates = std::exchange(m_updates, 0);
    const double seconds = std::exchange(m_seconds, 0);
    const double pace = seconds / updates;
    m_pace = m_pace > 0 ? m_pace + kNewShare * (pace - m_pace) : pace;

    UpdateEvent event;
    event.update = update;
    event.epoch = epoch;
    const auto sums = std::exchange(m_sums, {});
    event.metrics = sums.metrics();
    event.codePerplexity = sums.codePerplexity;
    event.lr = m_lr;
    event.gnorm = std::exchange(m_gnorm, 0) / updates;
    event.audioSeconds = std::exchange(m_audioSeconds, 0);
    event.audioSecondsPerSecond = seconds > 0 ? event.audioSeconds / seconds : 0;
    event.dataWait = std::exchange(m_dataWait, 0);
    event.memoryBytes = residentBytes();
    event.secondsLeft = m_pace * static_cast<double>(m_maxUpdate - update);
    event.lossScale = m_lossScale;
    return event;
}

std::int64_t residentBytes()
{
    std::ifstream file("/proc/self/statm");
    std::int64_t total = 0;
    std::int64_t resident = 0;
    file >> total >> resident;
    return file ? resident * sysconf(_SC_PAGESIZE) : 0;
}

} // namespace phono
