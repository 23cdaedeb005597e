#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

namespace phono {

/// How a long job says how far it is, and how it is told to stop.
///
/// `report` may be empty. It is called from the thread that runs the job (never from two at once)
/// with the stage in words ("computing c") and the fraction of the whole job done, in [0, 1] and
/// never falling. A job polls `stop` every few milliseconds and then returns Error::cancelled().
struct Progress {
    std::function<void(std::string_view stage, double fraction)> report;
    std::stop_token stop;

    bool cancelled() const { return stop.stop_requested(); }
    void operator()(std::string_view stage, double fraction) const
    {
        if (report)
            report(stage, fraction);
    }
};

} // namespace phono
