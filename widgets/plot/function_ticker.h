#pragma once

// Includes qcustomplot.h, which is slow to compile: for .cpp files only.
#include "widgets/plot/axis_ticks.h"

#include <qcustomplot.h>

#include <functional>

namespace phono {

/// Takes an axis' ticks from a function of the range in view.
class FunctionTicker : public QCPAxisTicker {
public:
    using Ticks = std::function<std::vector<AxisTick>(double low, double high)>;

    explicit FunctionTicker(Ticks ticks)
        : m_ticks(std::move(ticks))
    {
    }

    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override
    {
        ticks.clear();
        if (subTicks)
            subTicks->clear();
        if (labels)
            labels->clear();
        for (const auto& tick : m_ticks(range.lower, range.upper)) {
            if (tick.position < range.lower || tick.position > range.upper)
                continue;
            ticks.append(tick.position);
            if (labels)
                labels->append(tick.label);
        }
    }

private:
    Ticks m_ticks;
};

} // namespace phono
