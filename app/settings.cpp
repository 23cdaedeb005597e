#include "app/settings.h"

#include <QDir>
#include <QSettings>

#include <algorithm>
#include <array>

namespace phono {
namespace {

constexpr qulonglong kSmallestMemoryLimit = 64ULL << 20;

int boundedInt(const QSettings& store, const QString& key, int fallback, int low, int high)
{
    bool isNumber = false;
    const int value = store.value(key, fallback).toInt(&isNumber);
    return isNumber && value >= low && value <= high ? value : fallback;
}

EngineOptions readEngine(const QSettings& store)
{
    EngineOptions engine;
    engine.device = store.value(QStringLiteral("engine/device"), QStringLiteral("auto"))
                        .toString()
                        .toStdString();
    const std::array known = {"fp32", "bf16x3", "bf16"};
    const std::string precision =
        store.value(QStringLiteral("engine/precision")).toString().toStdString();
    if (std::find(known.begin(), known.end(), precision) != known.end())
        engine.precision = precision;
    engine.threads = boundedInt(store, QStringLiteral("engine/threads"), 0, 0, 1024);
    const qulonglong limit =
        store.value(QStringLiteral("engine/memoryLimit"), qulonglong(engine.memoryLimit))
            .toULongLong();
    if (limit >= kSmallestMemoryLimit)
        engine.memoryLimit = limit;
    return engine;
}

SpectrogramOptions readSpectrogram(const QSettings& store)
{
    SpectrogramOptions options;
    options.windowLength =
        boundedInt(store, QStringLiteral("spectrogram/window"), options.windowLength, 32, 8192);
    options.hop = boundedInt(store, QStringLiteral("spectrogram/hop"), options.hop, 16, 1600);
    options.melBands =
        boundedInt(store, QStringLiteral("spectrogram/melBands"), options.melBands, 8, 256);
    if (store.value(QStringLiteral("spectrogram/scale")).toString() == QLatin1String("linear"))
        options.scale = FrequencyScale::Linear;
    return options;
}

} // namespace

QString toString(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::Light:
        return QStringLiteral("light");
    case ThemeChoice::Dark:
        return QStringLiteral("dark");
    case ThemeChoice::System:
        break;
    }
    return QStringLiteral("system");
}

ThemeChoice parseThemeChoice(const QString& word)
{
    for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
        if (word == toString(choice))
            return choice;
    }
    return ThemeChoice::System;
}

SettingsStore::SettingsStore(QSettings& store, QObject* parent)
    : QObject(parent)
    , m_store(store)
{
    m_settings.theme = parseThemeChoice(store.value(QStringLiteral("theme")).toString());
    m_settings.engine = readEngine(store);
    m_settings.spectrogram = readSpectrogram(store);
    m_settings.output = {store.value(QStringLiteral("output/device")).toString().toStdString(),
                         store.value(QStringLiteral("output/hostApi")).toString().toStdString()};
    m_settings.runsFolder = store
                                .value(QStringLiteral("runsFolder"),
                                       QDir::home().filePath(QStringLiteral("phonoscope-runs")))
                                .toString();
    m_settings.defaultCheckpoint = store.value(QStringLiteral("defaultCheckpoint")).toString();
}

void SettingsStore::set(const Settings& settings)
{
    if (settings == m_settings)
        return;
    m_settings = settings;
    m_store.setValue(QStringLiteral("theme"), toString(settings.theme));
    m_store.setValue(QStringLiteral("engine/device"),
                     QString::fromStdString(settings.engine.device));
    m_store.setValue(QStringLiteral("engine/precision"),
                     QString::fromStdString(settings.engine.precision));
    m_store.setValue(QStringLiteral("engine/threads"), settings.engine.threads);
    m_store.setValue(QStringLiteral("engine/memoryLimit"), qulonglong(settings.engine.memoryLimit));
    m_store.setValue(QStringLiteral("spectrogram/window"), settings.spectrogram.windowLength);
    m_store.setValue(QStringLiteral("spectrogram/hop"), settings.spectrogram.hop);
    m_store.setValue(QStringLiteral("spectrogram/melBands"), settings.spectrogram.melBands);
    m_store.setValue(QStringLiteral("spectrogram/scale"),
                     settings.spectrogram.scale == FrequencyScale::Linear ? QStringLiteral("linear")
                                                                          : QStringLiteral("mel"));
    m_store.setValue(QStringLiteral("output/device"), QString::fromStdString(settings.output.name));
    m_store.setValue(QStringLiteral("output/hostApi"),
                     QString::fromStdString(settings.output.hostApi));
    m_store.setValue(QStringLiteral("runsFolder"), m_settings.runsFolder);
    m_store.setValue(QStringLiteral("defaultCheckpoint"), settings.defaultCheckpoint);
    Q_EMIT changed();
}

} // namespace phono
