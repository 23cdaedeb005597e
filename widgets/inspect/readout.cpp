#include "widgets/inspect/readout.h"

#include "widgets/inspect/file_facts.h"

#include <QStringList>

namespace phono {

QString Readout::text() const
{
    if (!time)
        return {};
    QStringList parts{QStringLiteral("%1 s").arg(*time, 0, 'f', 4),
                      QStringLiteral("sample %1").arg(sample)};
    if (frame)
        parts << QStringLiteral("frame %1").arg(*frame);
    if (frequencyHz)
        parts << QStringLiteral("%1 Hz").arg(*frequencyHz, 0, 'f', 0);
    if (dimension && value)
        parts << QStringLiteral("%1[%2] %3").arg(pane).arg(*dimension).arg(signedNumber(*value, 4));
    else if (value)
        parts << signedNumber(*value, 5);
    if (score)
        parts << QStringLiteral("z-score %1").arg(signedNumber(*score, 2));
    if (decibels)
        parts << QStringLiteral("%1 %2").arg(signedNumber(*decibels, 1),
                                             value ? QStringLiteral("dBFS") : QStringLiteral("dB"));
    if (!label.isEmpty())
        parts << label;
    return parts.join(QStringLiteral(" · "));
}

} // namespace phono
