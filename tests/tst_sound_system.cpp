#include "core/audio/output_stream.h"
#include "core/audio/sound_system.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <sys/wait.h>
#include <unistd.h>

using namespace phono;
using namespace phono::test;

namespace {

const SoundDevice* named(const std::vector<SoundDevice>& devices, const std::string& name)
{
    const auto found = std::ranges::find(devices, name, &SoundDevice::name);
    return found == devices.end() ? nullptr : &*found;
}

} // namespace

class TestSoundSystem : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void devicesAreDescribed();
    void noDeviceIsAnEmptyList();
    void rescanFindsWhatCame();
    void rescanWaitsForStreamsToEnd();
    void ratesAreThoseTheDeviceOffers();
    void brokenConfigurationIsToldOf_data();
    void brokenConfigurationIsToldOf();

private:
    std::filesystem::path directory() const { return m_directory.path().toStdString(); }
    QTemporaryDir m_directory;
};

void TestSoundSystem::devicesAreDescribed()
{
    const SoundCard card(directory(),
                         {{.recorded = {0.5F}},
                          {.name = "studio",
                           .settings = "rate 48000 channels 2",
                           .recorded = {0.5F},
                           .plays = false},
                          {.name = "speaker"}});
    SoundSystem system;
    const auto devices = system.devices();
    QVERIFY(devices);
    const auto* byDefault = named(*devices, "default");
    QVERIFY(byDefault);
    QVERIFY(byDefault->isDefaultInput && byDefault->isDefaultOutput);
    QCOMPARE(byDefault->hostApi, std::string("ALSA"));
    const auto* studio = named(*devices, "studio");
    QVERIFY(studio);
    QCOMPARE(studio->inputChannels, 2);
    QCOMPARE(studio->outputChannels, 0);
    QCOMPARE(studio->defaultRate, 48000.0);
    QVERIFY(!studio->isDefaultInput);
    QVERIFY(studio->inputLatency > 0);
    const auto* speaker = named(*devices, "speaker");
    QVERIFY(speaker);
    QCOMPARE(speaker->inputChannels, 0);
    QVERIFY(speaker->outputChannels > 0);
}

void TestSoundSystem::noDeviceIsAnEmptyList()
{
    SoundCard::none(directory());
    SoundSystem system;
    const auto devices = system.devices();
    QVERIFY(devices);
    QVERIFY(std::ranges::none_of(*devices, [](const SoundDevice& device) {
        return device.inputChannels > 0 || device.outputChannels > 0;
    }));
    QVERIFY(!system.inputRates({}, 1));
}

void TestSoundSystem::rescanFindsWhatCame()
{
    SoundCard::none(directory());
    SoundSystem system;
    QVERIFY(system.devices());
    const SoundCard card(directory(), {{.name = "default"}, {.name = "headphones"}});
    QVERIFY(!named(*system.devices(), "headphones"));
    const auto devices = system.rescan();
    QVERIFY(devices);
    QVERIFY(named(*devices, "headphones"));
    QVERIFY(named(*system.devices(), "headphones"));
}

void TestSoundSystem::rescanWaitsForStreamsToEnd()
{
    const SoundCard card(directory());
    SoundSystem system;
    PlaybackClock clock;
    auto stream = OutputStream::open(system, {}, 16000, clock);
    QVERIFY(stream);
    const auto refused = system.rescan();
    QVERIFY(!refused);
    QVERIFY(refused.error().message.find("stop playing and recording first") != std::string::npos);
    stream->reset();
    QVERIFY(system.rescan());
}

void TestSoundSystem::ratesAreThoseTheDeviceOffers()
{
    const SoundCard card(directory(),
                         {{.settings = "rate 44100", .recorded = {0.5F}},
                          {.name = "odd", .settings = "rate 37800", .recorded = {0.5F}}});
    SoundSystem system;
    const auto rates = system.inputRates({}, 1);
    QVERIFY(rates);
    QCOMPARE(*rates, std::vector<int>{44100});
    QCOMPARE(*system.inputRates({"odd", ""}, 1), std::vector<int>{37800});
    QCOMPARE(*system.ownRate({"odd", ""}), 37800);
}

void TestSoundSystem::brokenConfigurationIsToldOf_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("a brace that is never closed")
        << QByteArray("pcm.!default { type hw\n card {{{ 0\n") << QByteArray("cannot be read");
    QTest::newRow("an open string")
        << QByteArray("pcm.default \"a\n") << QByteArray("cannot be read");
    QTest::newRow("nothing") << QByteArray() << QByteArray("names no device 'default'");
    QTest::newRow("no device") << QByteArray("ctl.x { type hw card 0 }\n")
                               << QByteArray("names no device 'default'");
    QTest::newRow("only another device")
        << QByteArray("pcm.other { type null }\n") << QByteArray("names no device 'default'");
    QTest::newRow("a device of a type that does not exist")
        << QByteArray("pcm.!default { type nosuch }\n") << QByteArray();
    QTest::newRow("a number for a device") << QByteArray("pcm.!default 3\n") << QByteArray();
    QTest::newRow("a function that does not exist")
        << QByteArray("pcm.!default { @func nosuch }\n") << QByteArray();
}

void TestSoundSystem::brokenConfigurationIsToldOf()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, words);
    SoundCard::configure(directory(), text.toStdString());
    // PortAudio aborts the process on some of them: that must not be this one.
    const auto child = fork();
    if (child == 0) {
        SoundSystem system;
        const auto devices = system.devices();
        if (words.isEmpty())
            _exit(devices ? 0 : 1);
        const bool told = !devices
            && devices.error().message.find(words.toStdString()) != std::string::npos
            && devices.error().message.find("look for devices again") != std::string::npos;
        // Once it is mended, all is well.
        const SoundCard card(directory());
        _exit(told && system.rescan() && named(*system.devices(), "default") ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    QVERIFY2(WIFEXITED(status), "it crashed");
    QCOMPARE(WEXITSTATUS(status), 0);
}

QTEST_GUILESS_MAIN(TestSoundSystem)
#include "tst_sound_system.moc"
