#include "core/audio/audio_file.h"
#include "core/record/take_notes.h"
#include "tests/support/program.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace phono;
using namespace phono::test;

namespace {

Finished cli(const QStringList& arguments)
{
    return run(QStringLiteral(PHONO_CLI), arguments);
}

std::vector<float> roomSound(std::size_t samples)
{
    auto sound = asFloats(noise(samples, 5));
    for (auto& sample : sound)
        sample = sample == 0 ? 0.25F : sample;
    return sound;
}

std::vector<float> loaded(const QString& path)
{
    const auto recording = loadAudio(path.toStdString());
    if (!recording)
        return {};
    std::vector<float> samples(static_cast<std::size_t>(recording->samples->size()));
    if (!recording->samples->read(0, samples))
        return {};
    return samples;
}

} // namespace

class TestCliRecord : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_directory.emplace(); }
    void devicesAreListed();
    void secondsAreRecordedExactly();
    void interruptionEndsTheTake();
    void partOfANameIsEnough();
    void doubtfulNamesAreToldOf_data();
    void doubtfulNamesAreToldOf();
    void existingFileIsLeftAlone();
    void lostDeviceKeepsTheFile();
    void fullDiskKeepsTheFile();
    void killLeavesTheSound();
    void brokenSoundSystemIsToldOf();
    void wrongUsageIsRefused_data();
    void wrongUsageIsRefused();

private:
    std::filesystem::path directory() const { return m_directory->path().toStdString(); }
    QString file(const QString& name) const { return m_directory->filePath(name); }
    std::optional<QTemporaryDir> m_directory;
};

void TestCliRecord::devicesAreListed()
{
    const SoundCard card(
        directory(),
        {{.recorded = {0.5F}},
         {.name = "studio", .settings = "rate 48000 channels 2", .recorded = {0.5F}}});
    const auto text = cli({"devices"});
    QCOMPARE(text.status, 0);
    QVERIFY(text.out.contains("studio\n    ALSA, 2 in, 2 out, 48000 Hz\n"));
    QVERIFY(text.out.contains("default input"));

    const auto json = QJsonDocument::fromJson(cli({"devices", "--json"}).out).array();
    bool found = false;
    for (const auto& device : json)
        found |= device[QLatin1String("name")] == QLatin1String("studio")
            && device[QLatin1String("input_channels")] == 2
            && device[QLatin1String("default_rate_hz")] == 48000;
    QVERIFY(found);

    SoundCard::none(directory());
    const auto none = cli({"devices", "--json"});
    QCOMPARE(none.status, 0);
    QCOMPARE(QJsonDocument::fromJson(none.out).array().size(), 0);
}

void TestCliRecord::secondsAreRecordedExactly()
{
    const auto sound = roomSound(30000);
    const SoundCard card(directory(), {{.recorded = sound}});
    const auto out = file("take.wav");
    const auto done = cli({"record", "--seconds", "0.75", "--out", out, "--json"});
    QCOMPARE(done.status, 0);
    const auto json = QJsonDocument::fromJson(done.out).object();
    QCOMPARE(json[QLatin1String("frames")].toInt(), 12000);
    QCOMPARE(json[QLatin1String("rate_hz")].toInt(), 16000);
    QCOMPARE(json[QLatin1String("overflows")].toInt(), 0);
    QCOMPARE(json[QLatin1String("device")].toString(), QStringLiteral("default"));
    const auto samples = loaded(out);
    QCOMPARE(samples.size(), std::size_t(12000));
    QVERIFY(std::equal(samples.begin(), samples.end(), sound.begin()));
    QVERIFY(readTakeNotes(out.toStdString())->value().finished);
}

void TestCliRecord::interruptionEndsTheTake()
{
    const SoundCard card(directory(), {{.recorded = roomSound(30000)}});
    const auto out = file("take.flac");
    QProcess process;
    process.start(QStringLiteral(PHONO_CLI), {"record", "--out", out});
    QTRY_VERIFY_WITH_TIMEOUT(loaded(out).size() > 8000, 30000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    const auto done = finish(process);
    QCOMPARE(done.status, 0);
    QVERIFY2(done.out.contains("take.flac: ") && done.out.contains("16000 Hz, 1 channel"),
             done.out);
    QVERIFY(readTakeNotes(out.toStdString())->value().finished);
}

void TestCliRecord::partOfANameIsEnough()
{
    const SoundCard card(
        directory(), {{.name = "default"}, {.name = "Studio_Left", .recorded = roomSound(9000)}});
    const auto done =
        cli({"record", "--device", "studio", "--seconds", "0.1", "--out", file("a.wav"), "--json"});
    QCOMPARE(done.status, 0);
    QVERIFY(done.out.contains("Studio_Left"));
}

void TestCliRecord::doubtfulNamesAreToldOf_data()
{
    QTest::addColumn<QString>("device");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("several have it in their name") << "studio" << QByteArray("studio_left (ALSA)");
    QTest::newRow("none has") << "casino" << QByteArray("no input device has 'casino'");
}

void TestCliRecord::doubtfulNamesAreToldOf()
{
    QFETCH(QString, device);
    QFETCH(QByteArray, words);
    const SoundCard card(directory(),
                         {{.recorded = {0.5F}},
                          {.name = "studio_left", .recorded = {0.5F}},
                          {.name = "studio_right", .recorded = {0.5F}}});
    const auto done = cli({"record", "--device", device, "--out", file("a.wav")});
    QCOMPARE(done.status, 1);
    QVERIFY2(done.err.contains(words), done.err);
    QVERIFY(!QFile::exists(file("a.wav")));
}

void TestCliRecord::existingFileIsLeftAlone()
{
    const SoundCard card(directory(), {{.recorded = roomSound(9000)}});
    writeBytes(file("a.wav").toStdString(), "precious");
    const auto done = cli({"record", "--seconds", "0.1", "--out", file("a.wav")});
    QCOMPARE(done.status, 1);
    QVERIFY(done.err.contains("never overwritten"));
    QCOMPARE(readBytes(file("a.wav").toStdString()), std::string("precious"));
}

void TestCliRecord::lostDeviceKeepsTheFile()
{
    const auto sound = roomSound(30000);
    const SoundCard card(directory(), {{.settings = "fail_after 12000", .recorded = sound}});
    const auto done = cli({"record", "--seconds", "60", "--out", file("a.wav")});
    QCOMPARE(done.status, 1);
    QVERIFY2(done.err.contains("is gone or does not answer"), done.err);
    QVERIFY(done.err.contains("What was recorded is kept"));
    const auto samples = loaded(file("a.wav"));
    QVERIFY(samples.size() > 8000 && samples.size() <= 12000);
    QVERIFY(std::equal(samples.begin(), samples.end(), sound.begin()));
}

void TestCliRecord::fullDiskKeepsTheFile()
{
    const auto sound = roomSound(1000003);
    const SoundCard card(directory(), {{.settings = "speed 20", .recorded = sound}});
    // A limit of the size of files, in units of 1024 bytes, stands for the disk's.
    QProcess process;
    process.start(QStringLiteral("/bin/bash"),
                  {"-c", "ulimit -f 300; exec \"$0\" record --seconds 60 --out \"$1\"",
                   QStringLiteral(PHONO_CLI), file("a.wav")});
    const auto done = finish(process);
    QCOMPARE(done.status, 1);
    QVERIFY2(done.err.contains("the disk is full"), done.err);
    const auto samples = loaded(file("a.wav"));
    QVERIFY(samples.size() > 90000 && samples.size() < 102400);
    QVERIFY(std::equal(samples.begin(), samples.end(), sound.begin()));
}

void TestCliRecord::killLeavesTheSound()
{
    const auto sound = roomSound(1000003);
    const SoundCard card(directory(), {{.recorded = sound}});
    for (const auto* name : {"a.wav", "a.flac"}) {
        const auto out = file(QLatin1String(name));
        QProcess process;
        process.start(QStringLiteral(PHONO_CLI), {"record", "--out", out});
        QTRY_VERIFY_WITH_TIMEOUT(loaded(out).size() > 24000, 30000);
        const auto before = loaded(out).size();
        process.kill();
        QVERIFY(process.waitForFinished());
        const auto samples = loaded(out);
        QVERIFY(samples.size() >= before);
        QVERIFY(std::equal(samples.begin(), samples.end(), sound.begin()));
        QVERIFY(!readTakeNotes(out.toStdString())->value().finished);
    }
}

void TestCliRecord::brokenSoundSystemIsToldOf()
{
    SoundCard::configure(directory(), "pcm.!default {{{");
    for (const auto& arguments :
         {QStringList{"devices"}, QStringList{"record", "--out", file("a.wav")}}) {
        const auto done = cli(arguments);
        QCOMPARE(done.status, 1);
        QVERIFY2(done.err.contains("ALSA's configuration"), done.err);
    }
}

void TestCliRecord::wrongUsageIsRefused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no file") << QStringList{"record"};
    QTest::newRow("no seconds") << QStringList{"record", "--out", "a.wav", "--seconds", "0"};
    QTest::newRow("seconds in words") << QStringList{"record", "--out", "a.wav", "--seconds", "x"};
    QTest::newRow("no channel") << QStringList{"record", "--out", "a.wav", "--channels", "0"};
}

void TestCliRecord::wrongUsageIsRefused()
{
    QFETCH(QStringList, arguments);
    QCOMPARE(cli(arguments).status, 2);
}

QTEST_GUILESS_MAIN(TestCliRecord)
#include "tst_cli_record.moc"
