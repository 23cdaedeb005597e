#include "core/audio/player.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"
#include "tests/support/wait_for.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <numbers>
#include <thread>

using namespace phono;
using namespace phono::test;

namespace {

/// Samples that are never zero, so that the device's silence before them can be told apart.
std::vector<float> loudNoise(std::size_t count)
{
    auto samples = asFloats(noise(count));
    for (auto& sample : samples)
        sample = sample == 0 ? 0.5f : sample;
    return samples;
}

/// The positions the player told until it ended.
std::vector<std::int64_t> positionsToTheEnd(Player& player)
{
    std::vector<std::int64_t> positions;
    while (const auto position = player.position()) {
        positions.push_back(*position);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return positions;
}

bool startsWith(const std::vector<float>& samples, std::span<const float> beginning)
{
    return samples.size() >= beginning.size()
        && std::ranges::equal(std::span(samples).first(beginning.size()), beginning);
}

} // namespace

class TestPlayer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allIsPlayedExactly();
    void selectionIsPlayed();
    void loopHasNoGap();
    void loopCanBeginWhilePlaying_data();
    void loopCanBeginWhilePlaying();
    void loopCanEndWhilePlaying_data();
    void loopCanEndWhilePlaying();
    void positionRisesWithTheSound();
    void newPlayReplacesTheOld();
    void stopStopsAtOnce();
    void deviceOfAnotherRateGetsTheSameSound_data();
    void deviceOfAnotherRateGetsTheSameSound();
    void loudSamplesAreHeldAtFullScale();
    void emptySelectionIsRefused_data();
    void emptySelectionIsRefused();
    void missingDeviceIsToldOf();
    void deviceThatAppearsIsFound();
    void lostDeviceIsToldOf_data();
    void lostDeviceIsToldOf();
    void playerMayGoWhilePlaying();
    void speedChangesTheTimeButNotThePitch_data();
    void speedChangesTheTimeButNotThePitch();
    void speedCanChangeWhilePlaying();
    void deviceCanBeChosen();
    void deviceThatIsNotThereIsToldOf();
    void deviceCanChangeWhilePlaying();
    void lateSamplesAreCounted();

private:
    std::filesystem::path directory() const { return m_directory.path().toStdString(); }
    QTemporaryDir m_directory;
};

void TestPlayer::allIsPlayedExactly()
{
    const SoundCard device(directory());
    const auto samples = loudNoise(8000);
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 0, 8000, false));
    positionsToTheEnd(player);
    QVERIFY(!player.takeError());

    const auto played = device.played();
    QVERIFY(startsWith(played, samples));
    QVERIFY(std::all_of(played.begin() + 8000, played.end(), [](float s) { return s == 0; }));
}

void TestPlayer::selectionIsPlayed()
{
    const SoundCard device(directory());
    const auto samples = loudNoise(50000);
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 20000, 23001, false));
    const auto positions = positionsToTheEnd(player);
    QVERIFY(std::ranges::all_of(positions, [](auto p) { return p >= 20000 && p < 23001; }));

    const auto played = device.played();
    QVERIFY(startsWith(played, std::span(samples).subspan(20000, 3001)));
    QVERIFY(std::all_of(played.begin() + 3001, played.end(), [](float s) { return s == 0; }));
}

void TestPlayer::loopHasNoGap()
{
    const SoundCard device(directory());
    const auto samples = loudNoise(5000);
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 1000, 1777, true));
    QVERIFY(waitFor([&] { return device.played().size() > 10 * 777; }));
    const auto position = player.position();
    QVERIFY(position && *position >= 1000 && *position < 1777);
    player.stop();

    const auto played = device.played();
    for (std::size_t i = 0; i < 10 * 777; ++i)
        QCOMPARE(played[i], samples[1000 + i % 777]);
}

void TestPlayer::loopCanBeginWhilePlaying_data()
{
    QTest::addColumn<int>("length");
    QTest::newRow("with some still to come") << 40000;
    QTest::newRow("when all of it lies ready for the device") << 8000;
}

void TestPlayer::loopCanBeginWhilePlaying()
{
    QFETCH(int, length);
    const SoundCard device(directory());
    const auto samples = loudNoise(static_cast<std::size_t>(length));
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 0, length, false));
    QVERIFY(waitFor([&] { return player.position().value_or(0) > 500; }));
    player.setLoop(true);
    QVERIFY(waitFor([&] { return device.played().size() > samples.size() + 8000; }));
    QVERIFY(player.position());
    player.stop();
    const auto played = device.played();
    for (std::size_t i = 0; i < samples.size() + 8000; ++i)
        QCOMPARE(played[i], samples[i % samples.size()]);
}

void TestPlayer::loopCanEndWhilePlaying_data()
{
    QTest::addColumn<int>("length");
    QTest::newRow("many passes lie ready for the device") << 1777;
    QTest::newRow("a pass is longer than what lies ready") << 24000;
}

void TestPlayer::loopCanEndWhilePlaying()
{
    QFETCH(int, length);
    const SoundCard device(directory());
    const auto samples = loudNoise(static_cast<std::size_t>(length));
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 0, length, true));
    QVERIFY(waitFor([&] { return player.position().value_or(0) > length / 2; }));
    player.setLoop(false);
    const auto positions = positionsToTheEnd(player);
    QVERIFY(!player.takeError());
    // This pass goes on to its end, and no other begins.
    QVERIFY(!positions.empty());
    QVERIFY(std::ranges::is_sorted(positions));
    QVERIFY(positions.back() > length / 2);
}

void TestPlayer::positionRisesWithTheSound()
{
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(loudNoise(16000)), 0, 16000, false));
    const auto positions = positionsToTheEnd(player);
    QVERIFY(std::ranges::is_sorted(positions));
    QVERIFY(positions.size() > 5);
    QVERIFY(positions.front() < 8000);
    QVERIFY(positions.back() > 8000);
    // It moves smoothly, not by the device's blocks: most looks see another sample.
    auto different = positions;
    different.erase(std::ranges::unique(different).begin(), different.end());
    QVERIFY(different.size() > positions.size() / 2);
}

void TestPlayer::newPlayReplacesTheOld()
{
    const SoundCard device(directory());
    const auto samples = loudNoise(32000);
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 0, 32000, true));
    QVERIFY(waitFor([&] { return !device.played().empty(); }));
    QVERIFY(player.play(Waveform(samples), 16000, 18000, false));
    const auto positions = positionsToTheEnd(player);
    QVERIFY(std::ranges::all_of(positions, [](auto p) { return p >= 16000 && p < 18000; }));
    QVERIFY(startsWith(device.played(), std::span(samples).subspan(16000, 2000)));
}

void TestPlayer::stopStopsAtOnce()
{
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(loudNoise(160000)), 0, 160000, false));
    QVERIFY(waitFor([&] { return player.position().value_or(0) > 1000; }));
    player.stop();
    QVERIFY(!player.position());
    QVERIFY(!player.takeError());
    player.stop();
    QVERIFY(!player.position());
}

void TestPlayer::deviceOfAnotherRateGetsTheSameSound_data()
{
    QTest::addColumn<int>("rate");
    QTest::addColumn<int>("channels");
    QTest::newRow("48 kHz") << 48000 << 1;
    QTest::newRow("44.1 kHz") << 44100 << 1;
    QTest::newRow("two channels at 48 kHz") << 48000 << 2;
    QTest::newRow("two channels at 16 kHz") << 16000 << 2;
}

void TestPlayer::deviceOfAnotherRateGetsTheSameSound()
{
    QFETCH(int, rate);
    QFETCH(int, channels);
    const SoundCard device(
        directory(), "rate " + std::to_string(rate) + " channels " + std::to_string(channels));
    auto samples = sine(440, 16000, 0.5);
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(samples), 0, 8000, false));
    const auto positions = positionsToTheEnd(player);
    QVERIFY(!player.takeError());
    QVERIFY(positions.back() > 4000 && positions.back() < 8000);

    const auto played = device.played();
    const auto frames = played.size() / static_cast<std::size_t>(channels);
    QVERIFY(static_cast<double>(frames) >= 0.49 * rate);
    // Power in the band of the tone is what was played, in the first channel.
    std::complex<double> tone = 0;
    const auto count = static_cast<std::size_t>(0.4 * rate);
    for (std::size_t i = 0; i < count; ++i)
        tone += static_cast<double>(played[i * static_cast<std::size_t>(channels)])
            * std::polar(1.0, -2 * std::numbers::pi * 440 * static_cast<double>(i) / rate);
    const double amplitude = 2 * std::abs(tone) / static_cast<double>(count);
    QVERIFY2(std::abs(amplitude - 0.5) < 0.01, qPrintable(QString::number(amplitude)));
}

void TestPlayer::loudSamplesAreHeldAtFullScale()
{
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(std::vector<float>(4000, 3.0f)), 0, 4000, false));
    positionsToTheEnd(player);
    const auto played = device.played();
    QVERIFY(!played.empty());
    QVERIFY(std::ranges::all_of(played, [](float sample) { return sample <= 1; }));
}

void TestPlayer::emptySelectionIsRefused_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("last");
    QTest::newRow("nothing") << 10 << 10;
    QTest::newRow("backwards") << 20 << 10;
    QTest::newRow("behind the end") << 2000 << 3000;
    QTest::newRow("before the beginning") << -20 << 0;
}

void TestPlayer::emptySelectionIsRefused()
{
    QFETCH(int, first);
    QFETCH(int, last);
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    const auto started = player.play(Waveform(loudNoise(1000)), first, last, false);
    QVERIFY(!started);
    QVERIFY(started.error().message.starts_with("there is nothing to play"));
    QVERIFY(!player.position());
}

void TestPlayer::missingDeviceIsToldOf()
{
    SoundCard::none(directory());
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(loudNoise(1000)), 0, 1000, false));
    positionsToTheEnd(player);
    const auto error = player.takeError();
    QVERIFY(error);
    QVERIFY2(error->message.starts_with("no sound output device was found"),
             error->message.c_str());
    QVERIFY(!player.position());
    player.stop();
}

void TestPlayer::deviceThatAppearsIsFound()
{
    SoundCard::none(directory());
    SoundSystem system;
    Player player(system);
    const auto samples = loudNoise(1000);
    QVERIFY(player.play(Waveform(samples), 0, 1000, false));
    positionsToTheEnd(player);
    QVERIFY(player.takeError());
    const SoundCard device(directory());
    QVERIFY(player.play(Waveform(samples), 0, 1000, false));
    positionsToTheEnd(player);
    QVERIFY(startsWith(device.played(), samples));
}

void TestPlayer::lostDeviceIsToldOf_data()
{
    QTest::addColumn<QString>("setting");
    QTest::newRow("unplugged") << "fail_after 4000";
    QTest::newRow("hung") << "stall_after 4000";
}

void TestPlayer::lostDeviceIsToldOf()
{
    QFETCH(QString, setting);
    const SoundCard device(directory(), setting.toStdString());
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(loudNoise(64000)), 0, 64000, true));
    positionsToTheEnd(player);
    const auto error = player.takeError();
    QVERIFY(error);
    QVERIFY2(error->message.starts_with("playing stopped: the sound device is gone"),
             error->message.c_str());
    QVERIFY(!player.takeError());
}

void TestPlayer::playerMayGoWhilePlaying()
{
    const SoundCard device(directory());
    {
        SoundSystem system;
        Player player(system);
        QVERIFY(player.play(Waveform(loudNoise(16000)), 0, 16000, true));
        QVERIFY(waitFor([&] { return !device.played().empty(); }));
    }
    const auto before = device.played().size();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    QCOMPARE(device.played().size(), before);
}

void TestPlayer::speedChangesTheTimeButNotThePitch_data()
{
    QTest::addColumn<double>("speed");
    QTest::newRow("half") << 0.5;
    QTest::newRow("three quarters") << 0.75;
    QTest::newRow("one and a half") << 1.5;
    QTest::newRow("double") << 2.0;
}

void TestPlayer::speedChangesTheTimeButNotThePitch()
{
    QFETCH(double, speed);
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    player.setSpeed(speed);
    // Silence, a tone from 0.25 s to 0.75 s, silence.
    auto samples = sine(440, 16000, 1);
    std::fill_n(samples.begin(), 4000, 0.0f);
    samples[0] = 1e-4f; // where the device's own silence ends
    std::fill_n(samples.begin() + 12000, 4000, 0.0f);
    QVERIFY(player.play(Waveform(samples), 0, 16000, false));
    const auto positions = positionsToTheEnd(player);
    QVERIFY(!player.takeError());
    QVERIFY(std::ranges::is_sorted(positions));
    QVERIFY(positions.back() > 12000 && positions.back() < 16000);

    const auto played = device.played();
    const auto isLoud = [](float sample) {
        return std::abs(sample) > 0.25f;
    };
    const auto first = std::find_if(played.begin(), played.end(), isLoud);
    const auto last = std::find_if(played.rbegin(), played.rend(), isLoud).base();
    QVERIFY(first < last);
    const double length = static_cast<double>(last - first) / 16000;
    QVERIFY2(std::abs(length - 0.5 / speed) < 0.04, qPrintable(QString::number(length)));
    int crossings = 0;
    for (auto at = first + 1; at < last; ++at)
        crossings += at[-1] < 0 && at[0] >= 0;
    const double pitch = crossings / length;
    QVERIFY2(std::abs(pitch - 440) < 15, qPrintable(QString::number(pitch)));
}

void TestPlayer::speedCanChangeWhilePlaying()
{
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    const auto samples = loudNoise(48000);
    QVERIFY(player.play(Waveform(samples), 16000, 48000, false));
    QVERIFY(waitFor([&] { return player.position().value_or(0) > 24000; }));
    player.setSpeed(2);
    const auto position = player.position();
    QVERIFY(position && *position >= 24000 && *position < 40000);
    const auto positions = positionsToTheEnd(player);
    QVERIFY(!player.takeError());
    QVERIFY(positions.back() > 44000 && positions.back() < 48000);
}

void TestPlayer::deviceCanBeChosen()
{
    const SoundCard card(directory(), {{.name = "default"}, {.name = "other"}});
    SoundSystem system;
    Player player(system);
    const auto samples = loudNoise(8000);
    player.setDevice({"other", "ALSA"});
    QVERIFY(player.play(Waveform(samples), 0, 8000, false));
    positionsToTheEnd(player);
    QVERIFY(startsWith(card.played("other"), samples));
    QVERIFY(card.played().empty());
}

void TestPlayer::deviceThatIsNotThereIsToldOf()
{
    const SoundCard device(directory());
    SoundSystem system;
    Player player(system);
    player.setDevice({"headphones", "ALSA"});
    QVERIFY(player.play(Waveform(loudNoise(1000)), 0, 1000, false));
    positionsToTheEnd(player);
    const auto error = player.takeError();
    QVERIFY(error);
    QVERIFY2(error->message.starts_with("the sound output device 'headphones' is not there"),
             error->message.c_str());
}

void TestPlayer::deviceCanChangeWhilePlaying()
{
    const SoundCard card(directory(), {{.name = "default"}, {.name = "other"}});
    SoundSystem system;
    Player player(system);
    const auto samples = loudNoise(32000);
    QVERIFY(player.play(Waveform(samples), 0, 32000, false));
    QVERIFY(waitFor([&] { return player.position().value_or(0) > 8000; }));
    player.setDevice({"other", "ALSA"});
    const auto positions = positionsToTheEnd(player);
    QVERIFY(positions.back() > 30000);
    const auto played = card.played("other");
    QVERIFY(played.size() > 8000 && played.size() < 26000);
    // What is heard there is the end of what was to be played.
    const auto beginning =
        std::search(samples.begin(), samples.end(), played.begin(), played.begin() + 100);
    QVERIFY(beginning != samples.end());
    QVERIFY(std::equal(beginning, samples.end(), played.begin()));
}

void TestPlayer::lateSamplesAreCounted()
{
    const SoundCard device(directory(), "mmap 1 overrun_at 4000");
    SoundSystem system;
    Player player(system);
    QVERIFY(player.play(Waveform(loudNoise(16000)), 0, 16000, false));
    positionsToTheEnd(player);
    QVERIFY(player.underflows() > 0);

    const SoundCard steady(directory());
    SoundSystem other;
    Player patient(other);
    QVERIFY(patient.play(Waveform(loudNoise(8000)), 0, 8000, false));
    positionsToTheEnd(patient);
    QCOMPARE(patient.underflows(), 0);
}

QTEST_GUILESS_MAIN(TestPlayer)
#include "tst_player.moc"
