#include "widgets/curves/curve_settings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace phono {

QByteArray CurveSettings::toJson() const
{
    const QJsonObject object{{QStringLiteral("axis"), int(axis)},
                             {QStringLiteral("logX"), logX},
                             {QStringLiteral("logY"), logY},
                             {QStringLiteral("smoothing"), smoothing},
                             {QStringLiteral("raw"), raw},
                             {QStringLiteral("hidden"), QJsonArray::fromStringList(hidden)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

CurveSettings CurveSettings::fromJson(const QByteArray& json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    CurveSettings settings;
    const int axis = object[QStringLiteral("axis")].toInt();
    if (axis >= 0 && axis < int(kCurveAxes.size()))
        settings.axis = CurveAxis(axis);
    settings.logX = object[QStringLiteral("logX")].toBool();
    settings.logY = object[QStringLiteral("logY")].toBool();
    const double smoothing = object[QStringLiteral("smoothing")].toDouble(settings.smoothing);
    if (smoothing >= 0 && smoothing <= kSmoothings.back())
        settings.smoothing = smoothing;
    settings.raw = object[QStringLiteral("raw")].toBool(true);
    for (const auto& hidden : object[QStringLiteral("hidden")].toArray())
        settings.hidden << hidden.toString();
    return settings;
}

} // namespace phono
