#include "widgets/record/device_bar.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace phono;

namespace {

SoundDevice device(const char* name, const char* host, int inputs, int outputs, double rate = 48000)
{
    SoundDevice made;
    made.name = name;
    made.hostApi = host;
    made.inputChannels = inputs;
    made.outputChannels = outputs;
    made.defaultRate = rate;
    return made;
}

std::vector<SoundDevice> someDevices()
{
    auto internal = device("Internal", "ALSA", 2, 2);
    internal.isDefaultInput = true;
    internal.isDefaultOutput = true;
    return {internal, device("Microphone", "ALSA", 1, 0, 44100), device("Mixer", "ALSA", 4, 0),
            device("Microphone", "JACK", 1, 0), device("Loudspeaker", "JACK", 0, 2)};
}

} // namespace

/// Which devices can be chosen, and what becomes of a choice whose device is not there.
class DeviceBarTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void theDefaultComesFirst();
    void devicesAreThoseOfTheSoundSystem();
    void channelsAreThoseOfTheDevice_data();
    void channelsAreThoseOfTheDevice();
    void aChoiceIsToldAndKept();
    void settersTellNothing();
    void aRememberedChoiceComesBack();
    void namesRepeatOverSoundSystems();
    void aMissingDeviceFallsBackInWords();
    void itComesBackWithTheDevice();
    void ratesAreThoseOfTheDevice();
    void withoutDevicesTheChoiceIsKept();
    void theOutputIsChosen();
    void whatIsMissingStaysWanted();
    void hearingYourselfWarns();
    void lockedAndSearching();

private:
    QComboBox* list(const char* name) const
    {
        return m_bar->findChild<QComboBox*>(QLatin1String(name));
    }
    QStringList texts(const char* name) const
    {
        QStringList all;
        for (int i = 0; i < list(name)->count(); ++i)
            all << list(name)->itemText(i);
        return all;
    }
    /// As the user does it, by keys.
    void choose(const char* name, const QString& text) const
    {
        QComboBox* combo = list(name);
        const int wanted = combo->findText(text);
        QVERIFY2(wanted >= 0, qPrintable(text));
        const bool down = wanted > combo->currentIndex();
        while (combo->currentIndex() != wanted)
            QTest::keyClick(combo, down ? Qt::Key_Down : Qt::Key_Up);
    }

    std::unique_ptr<DeviceBar> m_bar;
};

void DeviceBarTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void DeviceBarTest::init()
{
    m_bar = std::make_unique<DeviceBar>();
    m_bar->setDevices(someDevices());
    m_bar->resize(900, 100);
    m_bar->show();
}

void DeviceBarTest::cleanup()
{
    m_bar.reset();
}

void DeviceBarTest::theDefaultComesFirst()
{
    QCOMPARE(list("input")->currentText(), QStringLiteral("Default (Internal)"));
    QVERIFY(m_bar->choice() == SoundChoice{});
    QCOMPARE(m_bar->note(), QString());
    QVERIFY(m_bar->hasInput());
}

void DeviceBarTest::devicesAreThoseOfTheSoundSystem()
{
    QCOMPARE(texts("host"), (QStringList{QStringLiteral("ALSA"), QStringLiteral("JACK")}));
    QCOMPARE(texts("input"),
             (QStringList{QStringLiteral("Default (Internal)"), QStringLiteral("Internal"),
                          QStringLiteral("Microphone"), QStringLiteral("Mixer")}));
    choose("host", QStringLiteral("JACK"));
    QCOMPARE(texts("input"), QStringList{QStringLiteral("Microphone")});
    QCOMPARE(m_bar->choice().input.device, (DeviceChoice{"Microphone", "JACK"}));
}

void DeviceBarTest::channelsAreThoseOfTheDevice_data()
{
    QTest::addColumn<int>("channels");
    QTest::addColumn<QStringList>("offered");
    QTest::newRow("one") << 1 << QStringList{QStringLiteral("Channel 1")};
    QTest::newRow("two") << 2
                         << QStringList{QStringLiteral("Channel 1"), QStringLiteral("Channel 2"),
                                        QStringLiteral("Channels 1 + 2")};
    QTest::newRow("three") << 3
                           << QStringList{QStringLiteral("Channel 1"), QStringLiteral("Channel 2"),
                                          QStringLiteral("Channel 3"),
                                          QStringLiteral("Channels 1 + 2"),
                                          QStringLiteral("Channels 1 – 3")};
}

void DeviceBarTest::channelsAreThoseOfTheDevice()
{
    QFETCH(int, channels);
    auto only = device("Only", "ALSA", channels, 0);
    only.isDefaultInput = true;
    m_bar->setDevices({only});
    QTEST(texts("channels"), "offered");
    // A sound system may claim any number.
    only.inputChannels = 10000;
    m_bar->setDevices({only});
    QVERIFY(list("channels")->count() < 100);
}

void DeviceBarTest::aChoiceIsToldAndKept()
{
    QSignalSpy changed(m_bar.get(), &DeviceBar::changed);
    choose("input", QStringLiteral("Internal"));
    choose("channels", QStringLiteral("Channels 1 + 2"));
    choose("buffer", QStringLiteral("Buffer 20 ms"));
    QVERIFY(changed.count() >= 3);
    const InputRequest input = m_bar->choice().input;
    QCOMPARE(input.device, (DeviceChoice{"Internal", "ALSA"}));
    QCOMPARE(input.firstChannel, 0);
    QCOMPARE(input.channels, 2);
    QCOMPARE(input.latency, 0.02);
    QCOMPARE(input.rate, 0);
    choose("channels", QStringLiteral("Channel 2"));
    QCOMPARE(m_bar->choice().input.firstChannel, 1);
    QCOMPARE(m_bar->choice().input.channels, 1);
}

void DeviceBarTest::settersTellNothing()
{
    QSignalSpy changed(m_bar.get(), &DeviceBar::changed);
    QSignalSpy monitored(m_bar.get(), &DeviceBar::monitorChanged);
    SoundChoice wanted;
    wanted.input.device = {"Gone", "ALSA"};
    wanted.input.rate = 96000;
    m_bar->setChoice(wanted);
    m_bar->setDevices({});
    m_bar->setDevices(someDevices());
    m_bar->setRates({16000, 48000});
    m_bar->setMonitoring(true);
    QCOMPARE(changed.count(), 0);
    QCOMPARE(monitored.count(), 0);
}

void DeviceBarTest::aRememberedChoiceComesBack()
{
    SoundChoice wanted;
    wanted.input = {{"Mixer", "ALSA"}, 2, 2, 16000, 0.1};
    wanted.output = {"Loudspeaker", "JACK"};
    m_bar->setChoice(wanted);
    QVERIFY(m_bar->choice() == wanted);
    QCOMPARE(list("channels")->currentText(), QStringLiteral("Channels 3 + 4"));
    QCOMPARE(list("rate")->currentText(), QStringLiteral("16 kHz"));
    QCOMPARE(m_bar->note(), QString());
}

void DeviceBarTest::namesRepeatOverSoundSystems()
{
    SoundChoice wanted;
    wanted.input.device = {"Microphone", "JACK"};
    m_bar->setChoice(wanted);
    QCOMPARE(list("host")->currentText(), QStringLiteral("JACK"));
    QCOMPARE(m_bar->choice().input.device, wanted.input.device);
}

void DeviceBarTest::aMissingDeviceFallsBackInWords()
{
    SoundChoice wanted;
    wanted.input.device = {"Snowball", "ALSA"};
    wanted.output = {"Headphones", "ALSA"};
    m_bar->setChoice(wanted);
    QVERIFY(m_bar->choice().input.device.isDefault());
    QVERIFY(m_bar->choice().output.isDefault());
    QVERIFY(m_bar->note().contains(QStringLiteral("“Snowball” is not there")));
    QVERIFY(m_bar->note().contains(QStringLiteral("“Headphones” is not there")));
    auto* label = m_bar->findChild<QLabel*>(QStringLiteral("deviceNote"));
    QVERIFY(label->isVisible());
    choose("input", QStringLiteral("Microphone"));
    QVERIFY(!m_bar->note().contains(QStringLiteral("Snowball")));
}

void DeviceBarTest::itComesBackWithTheDevice()
{
    SoundChoice wanted;
    wanted.input = {{"Mixer", "ALSA"}, 2, 2, 0, 0};
    m_bar->setChoice(wanted);
    auto fewer = someDevices();
    fewer.erase(fewer.begin() + 2);
    m_bar->setDevices(fewer);
    QVERIFY(m_bar->choice().input.device.isDefault());
    QVERIFY(!m_bar->note().isEmpty());
    m_bar->setDevices(someDevices());
    QVERIFY(m_bar->choice() == wanted);
    QCOMPARE(m_bar->note(), QString());
}

void DeviceBarTest::ratesAreThoseOfTheDevice()
{
    QCOMPARE(texts("rate"), QStringList{QStringLiteral("Device's own (48 kHz)")});
    m_bar->setRates({16000, 44100, 48000});
    QCOMPARE(list("rate")->count(), 4);
    choose("rate", QStringLiteral("44.1 kHz"));
    QCOMPARE(m_bar->choice().input.rate, 44100);
    // Another device has to be asked first; the wish stands until then.
    choose("input", QStringLiteral("Mixer"));
    QCOMPARE(m_bar->choice().input.rate, 44100);
    QCOMPARE(m_bar->note(), QString());
    m_bar->setRates({48000});
    QCOMPARE(m_bar->choice().input.rate, 0);
    QVERIFY(m_bar->note().contains(QStringLiteral("cannot record at 44.1 kHz")));
}

void DeviceBarTest::withoutDevicesTheChoiceIsKept()
{
    SoundChoice wanted;
    wanted.input = {{"Mixer", "ALSA"}, 2, 2, 16000, 0.1};
    m_bar->setChoice(wanted);
    m_bar->setDevices({});
    QVERIFY(!m_bar->hasInput());
    QVERIFY(m_bar->choice() == wanted);
    for (const char* name : {"host", "input", "channels", "rate", "output"})
        QVERIFY2(!list(name)->isEnabled(), name);
    m_bar->setDevices({device("Loudspeaker", "JACK", 0, 2)});
    QVERIFY(!m_bar->hasInput());
    QVERIFY(list("output")->isEnabled());
}

void DeviceBarTest::theOutputIsChosen()
{
    QSignalSpy changed(m_bar.get(), &DeviceBar::outputChanged);
    QSignalSpy inputChanged(m_bar.get(), &DeviceBar::changed);
    choose("output", QStringLiteral("Loudspeaker · JACK"));
    QVERIFY(changed.count() > 0);
    QCOMPARE(inputChanged.count(), 0);
    QCOMPARE(m_bar->choice().output, (DeviceChoice{"Loudspeaker", "JACK"}));
    QCOMPARE(m_bar->wanted().output, (DeviceChoice{"Loudspeaker", "JACK"}));
}

void DeviceBarTest::whatIsMissingStaysWanted()
{
    SoundChoice wanted;
    wanted.input.device = {"Studio", "ALSA"};
    wanted.output = {"Headphones", "ALSA"};
    m_bar->setChoice(wanted);
    QVERIFY(m_bar->choice().input.device.name != "Studio");
    choose("buffer", QStringLiteral("Buffer 50 ms"));
    QCOMPARE(m_bar->wanted().input.device, wanted.input.device);
    QCOMPARE(m_bar->wanted().output, wanted.output);
    QCOMPARE(m_bar->wanted().input.latency, 0.05);
    m_bar->setOutput({"Loudspeaker", "JACK"});
    QCOMPARE(m_bar->choice().output, (DeviceChoice{"Loudspeaker", "JACK"}));
    QCOMPARE(m_bar->wanted().input.device, wanted.input.device);
}

void DeviceBarTest::hearingYourselfWarns()
{
    auto* monitor = m_bar->findChild<QCheckBox*>(QStringLiteral("monitor"));
    auto* warning = m_bar->findChild<QLabel*>(QStringLiteral("monitorWarning"));
    QSignalSpy monitored(m_bar.get(), &DeviceBar::monitorChanged);
    QVERIFY(!warning->isVisible());
    QTest::mouseClick(monitor, Qt::LeftButton, {}, QPoint(8, monitor->height() / 2));
    QCOMPARE(monitored.count(), 1);
    QCOMPARE(monitored[0][0].toBool(), true);
    QVERIFY(warning->isVisible());
    QVERIFY(warning->text().contains(QStringLiteral("headphones")));
    m_bar->setMonitoring(false);
    QVERIFY(!warning->isVisible());
}

void DeviceBarTest::lockedAndSearching()
{
    auto* rescan = m_bar->findChild<QToolButton*>(QStringLiteral("rescan"));
    QSignalSpy wanted(m_bar.get(), &DeviceBar::rescanRequested);
    QTest::mouseClick(rescan, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    m_bar->setLocked(true);
    for (const char* name : {"host", "input", "channels", "rate", "buffer"})
        QVERIFY2(!list(name)->isEnabled(), name);
    QVERIFY(!rescan->isEnabled());
    QVERIFY(list("output")->isEnabled());
    m_bar->setLocked(false);
    QVERIFY(rescan->isEnabled());
    m_bar->setSearching(true);
    QVERIFY(!rescan->isEnabled());
    QCOMPARE(rescan->text(), QStringLiteral("Looking…"));
    m_bar->setSearching(false);
    QVERIFY(list("input")->isEnabled());
}

QTEST_MAIN(DeviceBarTest)
#include "tst_device_bar.moc"
