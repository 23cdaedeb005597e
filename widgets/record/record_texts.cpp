#include "widgets/record/record_texts.h"

#include "widgets/shell/words.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RecordTexts", text);
}

} // namespace

QString clockText(double seconds)
{
    const auto tenths = static_cast<qint64>(std::floor(std::max(0.0, seconds) * 10 + 1e-6));
    const auto part = [](qint64 number) {
        return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
    };
    return QStringLiteral("%1:%2:%3.%4")
        .arg(part(tenths / 36000), part(tenths / 600 % 60), part(tenths / 10 % 60))
        .arg(tenths % 10);
}

QString freeText(double seconds)
{
    constexpr double kHour = 3600;
    constexpr double kDay = 24 * kHour;
    if (seconds >= 10 * kDay)
        return tr("about %1 days free").arg(countWords(std::llround(seconds / kDay)));
    if (seconds >= 2 * kHour)
        return tr("about %1 h free").arg(std::llround(seconds / kHour));
    return tr("about %1 min free").arg(std::llround(std::floor(seconds / 60)));
}

QString fileText(const QString& file)
{
    const QFileInfo info(file);
    QString folder = QDir::toNativeSeparators(info.absolutePath());
    const QString home = QDir::homePath();
    if (folder == home || folder.startsWith(home + QLatin1Char('/')))
        folder.replace(0, home.size(), QLatin1Char('~'));
    return tr("%1 in %2").arg(info.fileName(), folder);
}

QString markersText(const std::vector<TakeMarker>& markers)
{
    if (markers.empty())
        return {};
    const QString last = clockText(markers.back().seconds);
    return markers.size() == 1 ? tr("1 marker, at %1").arg(last)
                               : tr("%1 markers, the last at %2").arg(markers.size()).arg(last);
}

QString markersList(const std::vector<TakeMarker>& markers)
{
    QStringList lines;
    for (const TakeMarker& marker : markers)
        lines << tr("%1 at %2").arg(QString::fromStdString(marker.name), clockText(marker.seconds));
    return lines.join(QLatin1Char('\n'));
}

QString lossText(const RecorderStatus& status)
{
    QStringList parts;
    if (status.overflows > 0)
        parts << (status.overflows == 1
                      ? tr("the system lost some once")
                      : tr("the system lost some %1 times").arg(countWords(status.overflows)));
    if (status.droppedFrames > 0)
        parts << tr("%1 frames were dropped because the disk is slow")
                     .arg(countWords(status.droppedFrames));
    if (parts.isEmpty())
        return {};
    return tr("Samples are missing: %1.").arg(parts.join(QStringLiteral("; ")));
}

QString deviceText(const RecorderStatus& status)
{
    QStringList parts{QString::fromStdString(status.device.name)};
    if (status.rate > 0)
        parts << rateWords(status.rate);
    if (status.channels > 0)
        parts << channelWords(status.channels);
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

} // namespace phono
