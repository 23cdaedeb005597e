#include "widgets/inspect/view_settings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>

namespace phono {

namespace {

constexpr std::array kOrders = {"index", "variance", "similarity"};
constexpr std::array kAggregations = {"max", "mean"};

template <std::size_t N>
int indexOf(const std::array<const char*, N>& names, const QString& name)
{
    for (std::size_t i = 0; i < N; ++i) {
        if (name == QLatin1String(names[i]))
            return int(i);
    }
    return 0;
}

/// Sets `into` when the object has a flag of that name.
void readFlag(const QJsonObject& object, const char* name, bool& into)
{
    into = object.value(QLatin1String(name)).toBool(into);
}

double readNumber(const QJsonObject& object, const char* name, double low, double high,
                  double otherwise)
{
    return std::clamp(object.value(QLatin1String(name)).toDouble(otherwise), low, high);
}

} // namespace

QString channelOrderName(ChannelOrder order)
{
    return QString::fromLatin1(kOrders[std::size_t(order)]);
}

QString aggregationName(Aggregation aggregation)
{
    return QString::fromLatin1(kAggregations[std::size_t(aggregation)]);
}

QByteArray ViewSettings::toJson() const
{
    QJsonObject shares;
    for (auto it = heights.begin(); it != heights.end(); ++it)
        shares.insert(it.key(), it.value());
    const QJsonObject object{
        {QStringLiteral("overview"), overview},
        {QStringLiteral("waveform"), waveform},
        {QStringLiteral("spectrogram"), spectrogram},
        {QStringLiteral("labels"), labels},
        {QStringLiteral("features"), QJsonArray::fromStringList(features)},
        {QStringLiteral("heights"), shares},
        {QStringLiteral("colors"), colorMapName(colors)},
        {QStringLiteral("limits"), QJsonArray{limits.low, limits.high}},
        {QStringLiteral("scores"), scores},
        {QStringLiteral("order"), channelOrderName(order)},
        {QStringLiteral("aggregation"), aggregationName(aggregation)},
        {QStringLiteral("fitAmplitude"), fitAmplitude},
        {QStringLiteral("decibels"), decibels},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

ViewSettings ViewSettings::fromJson(const QByteArray& json)
{
    ViewSettings settings;
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    readFlag(object, "overview", settings.overview);
    readFlag(object, "waveform", settings.waveform);
    readFlag(object, "spectrogram", settings.spectrogram);
    readFlag(object, "labels", settings.labels);
    readFlag(object, "scores", settings.scores);
    readFlag(object, "fitAmplitude", settings.fitAmplitude);
    if (const auto features = object.value(QLatin1String("features")); features.isArray()) {
        settings.features.clear();
        for (const auto& feature : features.toArray())
            settings.features << feature.toString();
        settings.features.removeAll(QString());
        settings.features.removeDuplicates();
    }
    const QJsonObject shares = object.value(QLatin1String("heights")).toObject();
    for (auto it = shares.begin(); it != shares.end(); ++it)
        settings.heights.insert(it.key(), std::clamp(it.value().toDouble(1), 0.05, 20.0));
    settings.colors = colorMapFromName(object.value(QLatin1String("colors")).toString());
    const auto limits = object.value(QLatin1String("limits")).toArray();
    const ColorLimits read{limits.at(0).toDouble(-1), limits.at(1).toDouble(-1)};
    if (read.low >= 0 && read.low < read.high && read.high <= 100)
        settings.limits = read;
    settings.order =
        ChannelOrder(indexOf(kOrders, object.value(QLatin1String("order")).toString()));
    settings.aggregation =
        Aggregation(indexOf(kAggregations, object.value(QLatin1String("aggregation")).toString()));
    settings.decibels = readNumber(object, "decibels", 10, 120, settings.decibels);
    return settings;
}

} // namespace phono
