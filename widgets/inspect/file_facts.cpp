#include "widgets/inspect/file_facts.h"

#include "widgets/document.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("FileFacts", text);
}

QString durationText(double seconds)
{
    if (seconds < 120)
        return tr("%1 s").arg(seconds, 0, 'f', 3);
    const auto whole = qint64(std::lround(seconds));
    if (whole < 3600)
        return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QChar(u'0'));
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QChar(u'0'));
}

QString grouped(qint64 count)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(count);
}

QString rateText(int sampleRate)
{
    const QString own = QString::number(sampleRate / 1000.0);
    return sampleRate == kModelRate ? tr("%1 kHz").arg(own)
                                    : tr("%1 → %2 kHz").arg(own).arg(kModelRate / 1000);
}

/// The count, and the formula it comes from: it is not samples / hop.
QString framesText(const Document& document)
{
    FeatureInfo z{.name = "z", .channels = 512, .hop = 160, .receptiveField = 465};
    const auto& offered = document.offeredFeatures();
    const auto found = std::ranges::find(offered, z.name, &FeatureInfo::name);
    if (found != offered.end())
        z = *found;
    const auto samples = document.waveform().size();
    if (samples < z.receptiveField || z.hop < 1)
        return tr("none: fewer than %1 samples").arg(z.receptiveField);
    return tr("%1 = ⌊(n − %2) / %3⌋ + 1")
        .arg(grouped((samples - z.receptiveField) / z.hop + 1))
        .arg(z.receptiveField)
        .arg(z.hop);
}

QString joined(const std::vector<std::string>& lines)
{
    QStringList list;
    for (const auto& line : lines)
        list << QString::fromStdString(line);
    return list.join(u'\n');
}

} // namespace

QString signedNumber(double value, int decimals)
{
    return QString::number(value, 'f', decimals).replace(u'-', QChar(0x2212));
}

QString levelText(double amplitude)
{
    if (!(std::abs(amplitude) > 0))
        return QStringLiteral("−∞ dBFS");
    return QStringLiteral("%1 dBFS").arg(signedNumber(20 * std::log10(std::abs(amplitude)), 1));
}

FileFacts fileFacts(const Document& document)
{
    if (!document.hasAudio())
        return {};
    const AudioInfo& info = document.audio();
    FileFacts facts;
    facts.name = QFileInfo(QString::fromStdString(info.path.string())).fileName();
    facts.format = QString::fromStdString(info.format);
    facts.rate = rateText(info.sampleRate);
    facts.channels = info.channels > 1 ? tr("%1 → mono").arg(info.channels) : tr("mono");
    if (!document.audioComplete())
        return facts;
    facts.duration = durationText(document.seconds());
    facts.samples = tr("n = %1").arg(grouped(document.waveform().size()));
    facts.frames = framesText(document);
    facts.offset = tr("%1 (%2)").arg(signedNumber(info.dcOffset, 5), levelText(info.dcOffset));
    facts.peak = levelText(info.peak);
    facts.rms = levelText(info.rms);
    facts.clipped = info.clippedRuns == 0
        ? tr("none")
        : tr("%1 runs of 4 or more full-scale samples").arg(grouped(info.clippedRuns));
    facts.notes = joined(info.notes);
    facts.warnings = joined(info.warnings);
    return facts;
}

} // namespace phono
