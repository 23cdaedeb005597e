#include "core/train/lr_schedule.h"

#include <cmath>
#include <numbers>

namespace phono {
namespace {

/// How far `updates` is into the schedule's current period.
struct Place {
    double period = 0; ///< counted from 0
    double done = 0; ///< updates in this one
    double length = 0;
};

Place placeOf(double updates, double length, double growth)
{
    if (growth == 1) {
        const double period = std::floor(updates / length);
        return {period, updates - length * period, length};
    }
    const double period =
        std::floor(std::log(1 - updates / length * (1 - growth)) / std::log(growth));
    const double scale = std::pow(growth, period);
    return {period, updates - (1 - scale) / (1 - growth) * length, scale * length};
}

double cosine(const TrainingConfig& config, std::int64_t updates)
{
    const auto& schedule = config.lrScheduler;
    const double highest = config.optimization.lr;
    if (updates < schedule.warmupUpdates)
        return schedule.warmupInitLr
            + static_cast<double>(updates) * (highest - schedule.warmupInitLr)
            / schedule.warmupUpdates;
    const std::int64_t length = schedule.lrPeriodUpdates > 0
        ? schedule.lrPeriodUpdates
        : config.optimization.maxUpdate - schedule.warmupUpdates;
    const auto place = placeOf(static_cast<double>(updates - schedule.warmupUpdates),
                               static_cast<double>(length), schedule.tMult);
    const double shrink = std::pow(schedule.lrShrink, place.period);
    const double low = schedule.minLr * shrink;
    const double high = highest * shrink;
    return low + 0.5 * (high - low) * (1 + std::cos(std::numbers::pi * place.done / place.length));
}

double fixed(const TrainingConfig& config, std::int64_t updates)
{
    const int warmup = config.lrScheduler.warmupUpdates;
    const double share = updates < warmup ? static_cast<double>(updates + 1) / warmup : 1;
    return share * config.optimization.lr;
}

} // namespace

double learningRate(const TrainingConfig& config, std::int64_t updates)
{
    return config.lrScheduler.name == "fixed" ? fixed(config, updates) : cosine(config, updates);
}

} // namespace phono
