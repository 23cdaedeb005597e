#include "widgets/shell/words.h"

#include "widgets/curves/curve_ticks.h"

#include <QDateTime>
#include <QLocale>
#include <QTextDocument>

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

QString twoDigits(qint64 number)
{
    return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
}

} // namespace

QString durationWords(double seconds)
{
    // Longer than any recording or computation; keeps the conversion defined.
    const auto total = static_cast<qint64>(std::ceil(std::clamp(seconds, 0.0, 1e9)));
    const qint64 hours = total / 3600;
    const qint64 minutes = total / 60 % 60;
    if (hours > 0)
        return QStringLiteral("%1 h %2 min").arg(hours).arg(twoDigits(minutes));
    if (minutes > 0)
        return QStringLiteral("%1 min %2 s").arg(minutes).arg(twoDigits(total % 60));
    return QStringLiteral("%1 s").arg(total);
}

QString whenWords(double secondsSinceEpoch)
{
    if (!(secondsSinceEpoch > 0))
        return {};
    const QDateTime when = localTime(secondsSinceEpoch);
    const bool today = when.date() == QDate::currentDate();
    return QLocale(QLocale::English)
        .toString(when,
                  today ? QStringLiteral("'today' HH:mm") : QStringLiteral("d MMM yyyy HH:mm"));
}

QString channelWords(int channels)
{
    return channels == 1 ? QStringLiteral("1 channel")
                         : QStringLiteral("%1 channels").arg(channels);
}

QString sentence(const std::string& message)
{
    QString text = QString::fromStdString(message);
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

QString oneLine(const std::string& text, int most)
{
    // A character has four bytes at most; megabytes are not worth converting.
    QString line = QString::fromStdString(text.substr(0, std::size_t(most + 1) * 4));
    for (QChar& character : line) {
        if (character.category() == QChar::Other_Control || character == QChar::LineSeparator
            || character == QChar::ParagraphSeparator)
            character = QLatin1Char(' ');
    }
    if (line.size() > most)
        line = line.left(most) + QStringLiteral("…");
    return line;
}

QString tipText(const QString& text)
{
    if (!Qt::mightBeRichText(text))
        return text;
    return text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
}

QString sizeWords(std::int64_t bytes)
{
    constexpr std::array kUnits = {"kB", "MB", "GB", "TB"};
    if (bytes < 1000)
        return QStringLiteral("%1 bytes").arg(bytes);
    double size = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (size >= 999.95 && unit + 1 < kUnits.size()) {
        size /= 1000;
        ++unit;
    }
    return QStringLiteral("%1 %2").arg(size, 0, 'f', 1).arg(QLatin1String(kUnits[unit]));
}

QString rateWords(int hertz)
{
    return QStringLiteral("%1 kHz").arg(hertz / 1000.0, 0, 'g', 6);
}

QString countWords(std::int64_t count)
{
    return QLocale(QLocale::English).toString(static_cast<qlonglong>(count));
}

} // namespace phono
