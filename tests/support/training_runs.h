#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/run/run_event.h"
#include "tests/support/program.h"
#include "tests/support/sounds.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <variant>
#include <vector>

namespace phono::test {

/// A folder of short recordings that differ: tones under noise.
inline QString makeCorpus(const QString& folder, int count = 14)
{
    QDir().mkpath(folder);
    for (int i = 0; i < count; ++i) {
        auto samples = sine(110.0 * (i + 1), 16000, 0.5 + 0.05 * i, 0.3);
        const auto hiss = noise(samples.size(), static_cast<unsigned>(i) + 1);
        for (std::size_t t = 0; t < samples.size(); ++t)
            samples[t] += static_cast<float>(hiss[t]) / 32768 * 0.1F;
        const auto name = QStringLiteral("%1/%2.wav").arg(folder).arg(i, 2, 10, QLatin1Char('0'));
        writeSound(name.toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, samples);
    }
    return folder;
}

/// A run that takes a few seconds: five small layers.
inline QStringList newRun(const QString& data, const QString& run, int updates)
{
    QStringList arguments = {"train", "--preset", "tiny", "--data",    data, "--run",
                             run,     "--device", "cpu",  "--threads", "1"};
    for (const QString& setting :
         {QStringLiteral("model.conv_feature_layers=[(16, 10, 5), (16, 8, 4), (16, 4, 8)]"),
          QStringLiteral("model.conv_aggregator_layers=[(16, 2, 1), (16, 3, 1)]"),
          QStringLiteral("model.prediction_steps=4"), QStringLiteral("task.max_sample_size=8000"),
          QStringLiteral("dataset.max_tokens=32000"), QStringLiteral("task.valid_percent=0.15"),
          QStringLiteral("dataset.validate_interval_updates=7"),
          QStringLiteral("checkpoint.save_interval_updates=5"),
          QStringLiteral("lr_scheduler.warmup_updates=4"), QStringLiteral("optimization.lr=0.003"),
          QStringLiteral("optimization.max_update=%1").arg(updates)})
        arguments << "--set" << setting;
    return arguments;
}

inline QList<QByteArray> logLines(const QString& run)
{
    QFile file(run + "/metrics.jsonl");
    return file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QList<QByteArray>();
}

/// The events of a kind, in their order; lines that are none are passed over.
template <typename Event>
std::vector<Event> eventsOf(const QString& run)
{
    std::vector<Event> events;
    for (const QByteArray& line : logLines(run)) {
        const auto parsed = parseLine({line.constData(), static_cast<std::size_t>(line.size())});
        if (parsed && *parsed)
            if (const auto* event = std::get_if<Event>(&**parsed))
                events.push_back(*event);
    }
    return events;
}

/// The updates as a reader sees them: what a kill took back is there once, as it was made again.
inline std::vector<UpdateEvent> updatesOf(const QString& run)
{
    std::vector<UpdateEvent> updates;
    for (const QByteArray& line : logLines(run)) {
        const auto parsed = parseLine({line.constData(), static_cast<std::size_t>(line.size())});
        if (!parsed || !*parsed)
            continue;
        if (const auto* started = std::get_if<StartedEvent>(&**parsed))
            std::erase_if(updates, [&](const auto& u) { return u.update > started->update; });
        if (const auto* update = std::get_if<UpdateEvent>(&**parsed))
            updates.push_back(*update);
    }
    return updates;
}

/// Compares model, optimizer and place in the data of two checkpoints, to the bit.
inline void compareCheckpoints(const QString& a, const QString& b)
{
    const auto modelA = readCheckpoint(a.toStdString());
    const auto modelB = readCheckpoint(b.toStdString());
    QVERIFY2(modelA.ok(), modelA.ok() ? "" : modelA.error().message.c_str());
    QVERIFY2(modelB.ok(), modelB.ok() ? "" : modelB.error().message.c_str());
    QCOMPARE(modelA->tensors.size(), modelB->tensors.size());
    for (std::size_t i = 0; i < modelA->tensors.size(); ++i)
        QVERIFY2(*modelA->tensors[i].bytes == *modelB->tensors[i].bytes,
                 modelA->tensors[i].name.c_str());
    const auto stateA = readTrainingState(a.toStdString());
    const auto stateB = readTrainingState(b.toStdString());
    QVERIFY(stateA.ok());
    QVERIFY(stateB.ok());
    QCOMPARE(stateA->updates, stateB->updates);
    QCOMPARE(stateA->epoch, stateB->epoch);
    QCOMPARE(stateA->batch, stateB->batch);
    QCOMPARE(stateA->lr, stateB->lr);
    for (std::size_t i = 0; i < stateA->expAvg.size(); ++i) {
        QVERIFY(*stateA->expAvg[i].bytes == *stateB->expAvg[i].bytes);
        QVERIFY(*stateA->expAvgSq[i].bytes == *stateB->expAvgSq[i].bytes);
    }
}

/// Compares what two runs logged, update by update, but for times.
inline void compareLogs(const QString& a, const QString& b)
{
    const auto updatesA = updatesOf(a);
    const auto updatesB = updatesOf(b);
    QCOMPARE(updatesA.size(), updatesB.size());
    for (std::size_t i = 0; i < updatesA.size(); ++i) {
        QCOMPARE(updatesA[i].update, updatesB[i].update);
        QVERIFY(updatesA[i].metrics == updatesB[i].metrics);
        QCOMPARE(updatesA[i].gnorm, updatesB[i].gnorm);
        QCOMPARE(updatesA[i].lr, updatesB[i].lr);
    }
}

} // namespace phono::test
