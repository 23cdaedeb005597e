#include "core/audio/audio_file.h"
#include "core/labels/labels.h"
#include "core/record/recorder.h"
#include "core/record/take_notes.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"
#include "tests/support/wait_for.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

using namespace phono;
using namespace phono::test;

namespace {

using State = RecorderStatus::State;
using Kind = RecorderEvent::Kind;

/// Interleaved numbers of 16 bits, none of them silence, different in every channel.
std::vector<float> roomSound(std::size_t frames, int channels)
{
    auto samples = asFloats(noise(frames * static_cast<std::size_t>(channels), 5));
    for (auto& sample : samples)
        sample = sample == 0 ? 0.25F : sample;
    return samples;
}

std::vector<float> readSound(const std::filesystem::path& path)
{
    SF_INFO info = {};
    auto* file = sf_open(path.c_str(), SFM_READ, &info);
    if (!file)
        return {};
    std::vector<float> samples(static_cast<std::size_t>(info.frames * info.channels));
    const auto frames = sf_readf_float(file, samples.data(), info.frames);
    samples.resize(static_cast<std::size_t>(frames * info.channels));
    sf_close(file);
    return samples;
}

/// Collects the recorder's events until one of `kind` has come.
std::optional<RecorderEvent> waitForEvent(Recorder& recorder, Kind kind)
{
    std::optional<RecorderEvent> found;
    waitFor([&] {
        for (auto& event : recorder.takeEvents())
            if (event.kind == kind)
                found = std::move(event);
        return found.has_value();
    });
    return found;
}

bool waitForState(const Recorder& recorder, State state)
{
    return waitFor([&] { return recorder.status().state == state; });
}

/// Where in `sound`, repeated for ever, `samples` are found from beginning to end; -1 if nowhere.
std::ptrdiff_t placeIn(const std::vector<float>& sound, const std::vector<float>& samples,
                       std::size_t channels)
{
    constexpr std::size_t kKey = 64;
    for (std::size_t at = 0; at < sound.size() && samples.size() >= kKey; at += channels) {
        const auto matches = [&](std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                if (samples[i] != sound[(at + i) % sound.size()])
                    return false;
            return true;
        };
        if (matches(kKey) && matches(samples.size()))
            return static_cast<std::ptrdiff_t>(at);
    }
    return -1;
}

} // namespace

class TestRecorder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samplesInAreSamplesInTheFile_data();
    void samplesInAreSamplesInTheFile();
    void oneChannelOfSeveralCanBeRecorded();
    void levelsAreShownBeforeRecording();
    void preRollBeginsBeforeTheButton();
    void pauseLeavesOut();
    void markersBecomeLabels();
    void takeIsWholeWhileItGoesOn();
    void lostDeviceEndsTheTake_data();
    void lostDeviceEndsTheTake();
    void overflowIsCounted_data();
    void overflowIsCounted();
    void fastDeviceLosesNothing();
    void closingEndsTheTake();
    void recorderMayGoWhileRecording();
    void recordersFollowEachOther();
    void deviceIsClosedBeforeItIsOpenedAgain();
    void givenUpDeviceIsForgotten();
    void takeThatCannotBeginLeavesNoFile();
    void markerThatCannotBeSavedEndsNothing();
    void hungMonitorDoesNotHoldUpTheTake();
    void whatCannotBeOpenedIsToldOf_data();
    void whatCannotBeOpenedIsToldOf();
    void busyDeviceIsToldOf();
    void ratesAreAskedBeforeTheDeviceIsInUse();
    void fileThatIsThereIsToldOf();
    void takenNameGetsANumber();
    void liveTapGetsTheSound();
    void slowLookerLosesNothingOfTheTake();
    void monitorPlaysWhatComesIn();
    void missingMonitorIsToldOf();

private:
    std::filesystem::path directory() const { return m_directory->path().toStdString(); }
    std::filesystem::path file(const std::string& name) const { return directory() / name; }
    std::optional<QTemporaryDir> m_directory;

private Q_SLOTS:
    void init() { m_directory.emplace(); }
};

void TestRecorder::samplesInAreSamplesInTheFile_data()
{
    QTest::addColumn<int>("rate");
    QTest::addColumn<int>("channels");
    QTest::addColumn<QString>("name");
    for (const int rate : {16000, 44100, 48000})
        for (const int channels : {1, 2})
            QTest::addRow("%d Hz, %d channels", rate, channels) << rate << channels << "take.wav";
    QTest::newRow("48000 Hz, 2 channels, FLAC") << 48000 << 2 << "take.flac";
}

void TestRecorder::samplesInAreSamplesInTheFile()
{
    QFETCH(int, rate);
    QFETCH(int, channels);
    QFETCH(QString, name);
    const auto sound = roomSound(30000, channels);
    const SoundCard card(
        directory(),
        {{.settings = "rate " + std::to_string(rate) + " channels " + std::to_string(channels),
          .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.channels = channels, .rate = rate});
    recorder.record({.file = file(name.toStdString()), .frames = rate / 2});
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    QVERIFY(!ended->report.error);
    QCOMPARE(ended->report.rate, rate);
    QCOMPARE(ended->report.channels, channels);
    QCOMPARE(ended->report.frames, rate / 2);
    QCOMPARE(ended->report.overflows, 0);
    QCOMPARE(ended->report.droppedFrames, 0);

    const auto recorded = readSound(ended->report.file);
    QCOMPARE(recorded.size(), static_cast<std::size_t>(rate / 2 * channels));
    // From the device's very first sample on.
    QCOMPARE(placeIn(sound, recorded, static_cast<std::size_t>(channels)), 0);
    QVERIFY(waitForState(recorder, State::Listening));
}

void TestRecorder::oneChannelOfSeveralCanBeRecorded()
{
    const auto sound = roomSound(30000, 2);
    std::vector<float> second;
    for (std::size_t i = 1; i < sound.size(); i += 2)
        second.push_back(sound[i]);
    const SoundCard card(directory(), {{.settings = "channels 2", .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.firstChannel = 1, .channels = 1, .rate = 16000});
    recorder.record({.file = file("second.wav"), .frames = 8000});
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
    QCOMPARE(placeIn(second, readSound(file("second.wav")), 1), 0);
}

void TestRecorder::levelsAreShownBeforeRecording()
{
    const SoundCard card(directory(), {{.recorded = sine(440, 16000, 1, 0.1)}});
    SoundSystem system;
    Recorder recorder(system);
    QCOMPARE(recorder.status().state, State::Closed);
    recorder.open({.rate = 16000});
    QVERIFY(waitForState(recorder, State::Listening));
    QVERIFY(waitFor([&] {
        const auto levels = recorder.status().levels;
        return levels.channels.size() == 1 && std::abs(levels.channels[0].rms + 23.01) < 0.2;
    }));
    QCOMPARE(recorder.status().device.name, std::string("default"));
    QVERIFY(!recorder.status().levels.clipped);
    QVERIFY(recorder.takeEvents().empty());
    recorder.close();
    QCOMPARE(recorder.status().state, State::Closed);
}

void TestRecorder::preRollBeginsBeforeTheButton()
{
    const auto sound = roomSound(200000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    QVERIFY(waitFor([&] { return recorder.status().preRoll >= 1; }));
    recorder.record({.file = file("pre.wav"), .preRoll = true, .frames = 24000});
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
    const auto recorded = readSound(file("pre.wav"));
    QCOMPARE(recorded.size(), std::size_t(24000));
    // All that was heard before, which were not yet two seconds.
    QCOMPARE(placeIn(sound, recorded, 1), 0);

    QVERIFY(waitFor([&] { return recorder.status().preRoll == kPreRollSeconds; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(300)); // and the oldest are forgotten
    recorder.record({.file = file("later.wav"), .preRoll = true, .frames = 40000});
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
    QVERIFY(placeIn(sound, readSound(file("later.wav")), 1) > 0);
}

void TestRecorder::pauseLeavesOut()
{
    const auto sound = roomSound(400000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("paused.wav")});
    QVERIFY(waitFor([&] { return recorder.status().frames > 4000; }));
    recorder.setPaused(true);
    QVERIFY(waitForState(recorder, State::Paused));
    const auto before = recorder.status().frames;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    QCOMPARE(recorder.status().frames, before);
    recorder.setPaused(false);
    QVERIFY(waitFor([&] { return recorder.status().frames > before + 4000; }));
    recorder.stop();
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));

    const auto recorded = readSound(file("paused.wav"));
    const auto cut = recorded.begin() + before;
    QCOMPARE(placeIn(sound, {recorded.begin(), cut}, 1), 0);
    const auto rest = placeIn(sound, {cut, recorded.end()}, 1);
    QVERIFY2(rest > before + 3000, qPrintable(QString::number(rest)));
}

void TestRecorder::markersBecomeLabels()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("marked.wav")});
    QVERIFY(waitFor([&] { return recorder.status().frames > 1600; }));
    recorder.addMarker("first\tword");
    QVERIFY(waitFor([&] { return recorder.status().markers.size() == 1; }));
    // On disk at once: the recorder may be killed.
    QVERIFY(exists(markersFileOf(file("marked.wav"))));
    QVERIFY(waitFor([&] { return recorder.status().frames > 4800; }));
    recorder.addMarker("second");
    recorder.stop();
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    QCOMPARE(ended->report.markers.size(), std::size_t(2));

    const auto labels = readLabels(markersFileOf(file("marked.wav")));
    QVERIFY(labels);
    QVERIFY(labels->warnings.empty());
    const auto& read = labels->tiers.front().labels;
    QCOMPARE(read.size(), std::size_t(2));
    QCOMPARE(read[0].text, std::string("first word"));
    QVERIFY(std::abs(read[0].start - ended->report.markers[0].seconds) < 1e-5);
    QVERIFY(read[0].start >= 0.1 && read[0].start < read[1].start);
}

void TestRecorder::takeIsWholeWhileItGoesOn()
{
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("going.wav")});
    QVERIFY(waitFor([&] { return recorder.status().seconds > 1.2; }));
    const auto soFar = loadAudio(file("going.wav"));
    QVERIFY(soFar);
    QVERIFY(soFar->samples->size() > 16000);
    QVERIFY(soFar->info.warnings.empty());
    const auto notes = readTakeNotes(file("going.wav"));
    QVERIFY(notes && *notes);
    QVERIFY(!(*notes)->finished);
    QVERIFY(recorder.status().freeSeconds.value_or(0) > 0);
    recorder.stop();
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
    QVERIFY((*readTakeNotes(file("going.wav")))->finished);
}

void TestRecorder::lostDeviceEndsTheTake_data()
{
    QTest::addColumn<QString>("setting");
    QTest::newRow("unplugged") << "fail_after 8000";
    QTest::newRow("hung") << "stall_after 8000";
}

void TestRecorder::lostDeviceEndsTheTake()
{
    QFETCH(QString, setting);
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.settings = setting.toStdString(), .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("lost.wav")});
    QVERIFY(waitFor([&] { return recorder.status().frames > 0; }));
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    // Half a second of sound and two for the watchdog, with a generous margin for a busy machine.
    QVERIFY(std::chrono::steady_clock::now() - begin < std::chrono::seconds(6));
    QVERIFY(ended->report.error);
    QVERIFY2(ended->report.error->message.find("is gone or does not answer") != std::string::npos,
             ended->report.error->message.c_str());
    QCOMPARE(recorder.status().state, State::Closed);
    const auto recorded = readSound(file("lost.wav"));
    QVERIFY(recorded.size() > 4000 && recorded.size() <= 8000);
    QCOMPARE(placeIn(sound, recorded, 1), 0);
    QVERIFY((*readTakeNotes(file("lost.wav")))->finished);

    // The next device works at once, whatever the lost one is still doing.
    const SoundCard other(directory(), {{.recorded = sound}});
    recorder.open({.rate = 16000});
    QVERIFY(waitForState(recorder, State::Listening));
}

void TestRecorder::overflowIsCounted_data()
{
    QTest::addColumn<QString>("setting");
    QTest::newRow("a device that shares its memory") << "mmap 1 overrun_at 8000";
    QTest::newRow("a device that is read") << "overrun_at 8000";
}

void TestRecorder::overflowIsCounted()
{
    QFETCH(QString, setting);
    const SoundCard card(directory(),
                         {{.settings = setting.toStdString(), .recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("overflow.wav"), .frames = 16000});
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    QVERIFY(!ended->report.error);
    QVERIFY(ended->report.overflows > 0);
    QVERIFY(!takeAdvice(ended->report).empty());
}

void TestRecorder::fastDeviceLosesNothing()
{
    const auto sound = roomSound(1000003, 1);
    const SoundCard card(directory(), {{.settings = "speed 20", .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("minute.wav"), .frames = 16000 * 60});
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    QCOMPARE(ended->report.overflows, 0);
    QCOMPARE(ended->report.droppedFrames, 0);
    QCOMPARE(placeIn(sound, readSound(file("minute.wav")), 1), 0);
}

void TestRecorder::closingEndsTheTake()
{
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("closed.wav")});
    QVERIFY(waitFor([&] { return recorder.status().frames > 4000; }));
    recorder.close();
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended && !ended->report.error);
    QCOMPARE(placeIn(sound, readSound(file("closed.wav")), 1), 0);
}

void TestRecorder::recorderMayGoWhileRecording()
{
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    {
        Recorder recorder(system);
        recorder.open({.rate = 16000});
        recorder.record({.file = file("left.wav")});
        QVERIFY(waitFor([&] { return recorder.status().frames > 4000; }));
    }
    QVERIFY(readSound(file("left.wav")).size() > 4000);
    QVERIFY((*readTakeNotes(file("left.wav")))->finished);
}

void TestRecorder::recordersFollowEachOther()
{
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    for (int i = 0; i < 3; ++i) {
        recorder.open({.rate = 16000});
        const auto take = file("take" + std::to_string(i) + ".wav");
        recorder.record({.file = take, .frames = 1600});
        QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
        QCOMPARE(placeIn(sound, readSound(take), 1), 0);
        recorder.close();
    }
}

/// Most hardware can be opened once only: the next waits until the last has closed it.
void TestRecorder::deviceIsClosedBeforeItIsOpenedAgain()
{
    const auto sound = roomSound(30000, 2);
    const SoundCard card(directory(), {{.settings = "exclusive 1 channels 2", .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    for (int i = 0; i < 6; ++i) {
        recorder.open({.channels = 1 + i % 2, .rate = 16000});
        QVERIFY(waitForState(recorder, State::Listening));
        QVERIFY(recorder.takeEvents().empty());
    }
    // What is open already stays so.
    const auto tap = recorder.tap();
    recorder.open({.channels = 2, .rate = 16000});
    QCOMPARE(recorder.tap(), tap);
}

/// Of a device that nobody wants any more nothing is said.
void TestRecorder::givenUpDeviceIsForgotten()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    for (int i = 0; i < 20; ++i) {
        recorder.open({.device = {"nowhere", ""}, .rate = 16000});
        recorder.open({.rate = 16000});
    }
    QVERIFY(waitForState(recorder, State::Listening));
    QVERIFY(waitFor([&] {
        const auto events = recorder.takeEvents();
        return events.empty() && recorder.status().preRoll > 0.3;
    }));
}

void TestRecorder::takeThatCannotBeginLeavesNoFile()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.record({.file = file("closed.wav")});
    QVERIFY(waitForEvent(recorder, Kind::TakeFailed));
    recorder.open({.rate = 16000});
    recorder.record({.file = file("left.wav")});
    QVERIFY(recorder.status().takeComing || recorder.status().state == State::Recording);
    recorder.close();
    const auto told = waitFor([&] {
        for (const auto& event : recorder.takeEvents())
            if (event.kind == Kind::TakeFailed || event.kind == Kind::TakeEnded)
                return true;
        return false;
    });
    QVERIFY(told);
    // Begun in time or not at all.
    QVERIFY(!exists(file("left.wav")) || !readSound(file("left.wav")).empty());
}

void TestRecorder::markerThatCannotBeSavedEndsNothing()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("marked.wav")});
    QVERIFY(waitFor([&] { return recorder.status().frames > 1600; }));
    create_directory(file("marked.txt")); // in its way
    recorder.addMarker("x");
    const auto failed = waitForEvent(recorder, Kind::MarkerFailed);
    QVERIFY(failed && failed->error);
    QCOMPARE(recorder.status().state, State::Recording);
    recorder.stop();
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended && !ended->report.error);
}

/// A loudspeaker that hangs must not hold up the take.
void TestRecorder::hungMonitorDoesNotHoldUpTheTake()
{
    const auto sound = roomSound(400000, 1);
    const SoundCard card(
        directory(),
        {{.recorded = sound, .plays = false}, {.name = "speaker", .settings = "stall_after 4000"}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.setMonitor(DeviceChoice{"speaker", ""});
    recorder.record({.file = file("take.wav"), .frames = 16000 * 4});
    QVERIFY(waitForEvent(recorder, Kind::MonitorFailed));
    QCOMPARE(recorder.status().state, State::Recording);
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended && !ended->report.error);
    QCOMPARE(ended->report.droppedFrames, 0);
    QCOMPARE(placeIn(sound, readSound(file("take.wav")), 1), 0);
}

void TestRecorder::whatCannotBeOpenedIsToldOf_data()
{
    QTest::addColumn<QString>("device");
    QTest::addColumn<int>("rate");
    QTest::addColumn<int>("channels");
    QTest::addColumn<QString>("words");
    QTest::newRow("a device that is not there")
        << "studio" << 16000 << 1 << "'studio' is not there";
    QTest::newRow("a rate it lacks") << "" << 22050 << 1 << "does not offer 22050 Hz";
    QTest::newRow("channels it lacks") << "" << 16000 << 4 << "does not offer 4 channels";
    QTest::newRow("a loudspeaker") << "speaker" << 16000 << 1 << "'speaker' is not there";
}

void TestRecorder::whatCannotBeOpenedIsToldOf()
{
    QFETCH(QString, device);
    QFETCH(int, rate);
    QFETCH(int, channels);
    QFETCH(QString, words);
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}, {.name = "speaker"}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.device = {device.toStdString(), ""}, .channels = channels, .rate = rate});
    recorder.record({.file = file("never.wav")});
    const auto failed = waitForEvent(recorder, Kind::DeviceFailed);
    QVERIFY(failed);
    QVERIFY2(failed->error->message.find(words.toStdString()) != std::string::npos,
             failed->error->message.c_str());
    QCOMPARE(recorder.status().state, State::Closed);
    QVERIFY(!exists(file("never.wav")));
}

void TestRecorder::busyDeviceIsToldOf()
{
    const SoundCard card(directory(),
                         {{.settings = "exclusive 1", .recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder first(system);
    first.open({.rate = 16000});
    QVERIFY(waitForState(first, State::Listening));
    Recorder second(system);
    second.open({.rate = 16000});
    const auto failed = waitForEvent(second, Kind::DeviceFailed);
    QVERIFY(failed);
    QVERIFY2(failed->error->message.find("in use by another program") != std::string::npos,
             failed->error->message.c_str());
    QCOMPARE(first.status().state, State::Listening);
}

void TestRecorder::ratesAreAskedBeforeTheDeviceIsInUse()
{
    const SoundCard card(directory(),
                         {{.settings = "exclusive 1 rate 48000", .recorded = roomSound(30000, 1)}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 48000}, true);
    QVERIFY(waitForState(recorder, State::Listening));
    QCOMPARE(recorder.status().rates, std::vector<int>{48000});
    // In use, it cannot be asked any more; the answer is known.
    QCOMPARE(*system.inputRates({}, 1), std::vector<int>{48000});
    recorder.close();
    recorder.open({.rate = 48000});
    QVERIFY(waitForState(recorder, State::Listening));
    QVERIFY(recorder.status().rates.empty());
}

void TestRecorder::takenNameGetsANumber()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    writeBytes(file("mine.wav"), "precious");
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("mine.wav"), .otherName = true, .frames = 1600});
    const auto ended = waitForEvent(recorder, Kind::TakeEnded);
    QVERIFY(ended);
    QCOMPARE(ended->report.file, file("mine (2).wav"));
    QCOMPARE(readBytes(file("mine.wav")), std::string("precious"));
}

void TestRecorder::fileThatIsThereIsToldOf()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1)}});
    writeBytes(file("mine.wav"), "precious");
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("mine.wav")});
    const auto failed = waitForEvent(recorder, Kind::TakeFailed);
    QVERIFY(failed);
    QVERIFY(failed->error->message.find("a file of that name is there") != std::string::npos);
    QCOMPARE(readBytes(file("mine.wav")), std::string("precious"));
    QVERIFY(waitForState(recorder, State::Listening));
}

void TestRecorder::liveTapGetsTheSound()
{
    const auto sound = roomSound(30000, 2);
    const SoundCard card(directory(), {{.settings = "channels 2", .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    QVERIFY(!recorder.tap());
    recorder.open({.channels = 2, .rate = 16000});
    QVERIFY(waitFor([&] { return recorder.tap() != nullptr; }));
    const auto tap = recorder.tap();
    QCOMPARE(tap->rate(), 16000);
    std::vector<float> heard;
    QVERIFY(waitFor([&] {
        std::vector<float> block(1000);
        block.resize(tap->take(block));
        heard.insert(heard.end(), block.begin(), block.end());
        return heard.size() > 8000;
    }));
    for (std::size_t i = 0; i < heard.size(); ++i)
        QCOMPARE(heard[i], (sound[2 * i % sound.size()] + sound[(2 * i + 1) % sound.size()]) / 2);
}

void TestRecorder::slowLookerLosesNothingOfTheTake()
{
    const auto sound = roomSound(1000003, 1);
    const SoundCard card(directory(), {{.settings = "speed 10", .recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.record({.file = file("unwatched.wav"), .frames = 16000 * 10});
    QVERIFY(waitFor([&] { return recorder.tap() != nullptr; }));
    const auto tap = recorder.tap(); // and never looks
    QVERIFY(waitForEvent(recorder, Kind::TakeEnded));
    QVERIFY(tap->missed() > 0);
    QCOMPARE(placeIn(sound, readSound(file("unwatched.wav")), 1), 0);
}

void TestRecorder::monitorPlaysWhatComesIn()
{
    const auto sound = roomSound(30000, 1);
    const SoundCard card(directory(), {{.recorded = sound}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    QVERIFY(waitForState(recorder, State::Listening));
    QVERIFY(!recorder.status().monitoring);
    recorder.setMonitor(DeviceChoice());
    QVERIFY(waitFor([&] { return card.played().size() > 2000; }));
    QVERIFY(recorder.status().monitoring);
    auto played = card.played();
    played.resize(100);
    QVERIFY(placeIn(sound, played, 1) >= 0);
    recorder.setMonitor({});
    QVERIFY(waitFor([&] { return !recorder.status().monitoring; }));
    QVERIFY(recorder.takeEvents().empty());
}

void TestRecorder::missingMonitorIsToldOf()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000, 1), .plays = false}});
    SoundSystem system;
    Recorder recorder(system);
    recorder.open({.rate = 16000});
    recorder.setMonitor(DeviceChoice());
    const auto failed = waitForEvent(recorder, Kind::MonitorFailed);
    QVERIFY(failed);
    QVERIFY(waitForState(recorder, State::Listening));
}

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
