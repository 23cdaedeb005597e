#pragma once

#include "widgets/curves/curve.h"

#include <QByteArray>
#include <QStringList>

namespace phono {

/// How curves are looked at; kept from session to session.
struct CurveSettings {
    CurveAxis axis = CurveAxis::Update;
    bool logX = false;
    bool logY = false; ///< of plots whose values span decades
    double smoothing = 50; ///< in updates; 0 shows the values alone
    bool raw = true; ///< faintly behind the smoothed line
    QStringList hidden; ///< plots that are not wanted

    bool operator==(const CurveSettings&) const = default;
    QByteArray toJson() const;
    /// What makes no sense keeps its default.
    static CurveSettings fromJson(const QByteArray& json);
};

/// Spans of smoothing that a slider offers, in updates.
inline constexpr std::array kSmoothings = {0.0,  2.0,   5.0,   10.0,  20.0,   50.0,
                                           100., 200.0, 500.0, 1000., 2000.0, 5000.0};

} // namespace phono
