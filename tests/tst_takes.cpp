#include "core/record/take_file.h"
#include "core/record/takes.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

using namespace phono;
using namespace phono::test;

namespace {

TakeNotes notesOf(const std::filesystem::path& file)
{
    TakeNotes notes;
    notes.finished = true;
    auto& report = notes.report;
    report.file = file;
    report.device = "Mikrofon \"1\" ä";
    report.hostApi = "ALSA";
    report.rate = 48000;
    report.channels = 2;
    report.frames = 123456789012;
    report.started = "2026-11-25T21:40:03+0000";
    report.overflows = 1;
    report.droppedFrames = 2;
    report.clippedRuns = 3;
    report.peak = 0.5;
    report.rms = 0.25;
    report.dcOffset = -0.125;
    report.noiseFloor = -63.5;
    report.error = Error{"the device is gone"};
    return notes;
}

} // namespace

class TestTakes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_directory.emplace(); }
    void notesComeBack();
    void foreignNotesDoNoHarm_data();
    void foreignNotesDoNoHarm();
    void markersWithoutNamesAreNotWritten();
    void newestTakeIsFirst();
    void folderThatIsNotThereHasNoTakes();
    void othersFilesAreLeftOut();
    void unfinishedTakeIsFoundAndKept();
    void takeBeingRecordedIsKnown();
    void newNamesAreFree();
    void renamingTakesAllAlong();
    void othersFilesBesideStay();
    void renamingNeverOverwrites_data();
    void renamingNeverOverwrites();
    void badNamesAreRefused_data();
    void badNamesAreRefused();
    void takeBeingRecordedKeepsItsName();

private:
    std::filesystem::path directory() const { return m_directory->path().toStdString(); }
    std::filesystem::path file(const std::string& name) const { return directory() / name; }
    void makeTake(const std::string& name, int frames = 16000)
    {
        writeSound(file(name), SF_FORMAT_WAV | SF_FORMAT_PCM_24, 16000, 1,
                   asFloats(noise(static_cast<std::size_t>(frames))));
        TakeNotes notes;
        notes.finished = true;
        notes.report.rate = 16000;
        QVERIFY(writeTakeNotes(file(name), notes));
    }
    std::optional<QTemporaryDir> m_directory;
};

void TestTakes::notesComeBack()
{
    const auto notes = notesOf(file("a.wav"));
    QVERIFY(writeTakeNotes(file("a.wav"), notes));
    const auto read = readTakeNotes(file("a.wav"));
    QVERIFY(read && *read);
    const auto& report = (*read)->report;
    QVERIFY((*read)->finished);
    QCOMPARE(report.device, notes.report.device);
    QCOMPARE(report.hostApi, notes.report.hostApi);
    QCOMPARE(report.rate, 48000);
    QCOMPARE(report.channels, 2);
    QCOMPARE(report.frames, 123456789012);
    QCOMPARE(report.started, notes.report.started);
    QCOMPARE(report.overflows, 1);
    QCOMPARE(report.droppedFrames, 2);
    QCOMPARE(report.clippedRuns, 3);
    QCOMPARE(report.peak, 0.5);
    QCOMPARE(report.rms, 0.25);
    QCOMPARE(report.dcOffset, -0.125);
    QCOMPARE(report.noiseFloor, -63.5);
    QVERIFY(report.error && report.error->message == "the device is gone");
    QVERIFY(!*readTakeNotes(file("other.wav")));
}

void TestTakes::foreignNotesDoNoHarm_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("readable");
    QTest::newRow("nothing") << QByteArray() << false;
    QTest::newRow("no JSON") << QByteArray("{\"format\": \"phonoscope take\"") << false;
    QTest::newRow("JSON of somebody else") << QByteArray("{\"frames\": 3}") << false;
    QTest::newRow("a list") << QByteArray("[1, 2]") << false;
    QTest::newRow("wrong types") << QByteArray(
        "{\"format\": \"phonoscope take\", \"frames\": \"many\", \"device\": 7, "
        "\"finished\": [], \"peak\": null}")
                                 << true;
    QTest::newRow("huge numbers") << QByteArray(
        "{\"format\": \"phonoscope take\", \"frames\": 1e300, \"rate_hz\": -1e99}")
                                  << true;
    QTest::newRow("deep nesting") << QByteArray(200000, '[') << false;
}

void TestTakes::foreignNotesDoNoHarm()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, readable);
    makeTake("a.wav");
    writeBytes(notesFileOf(file("a.wav")), text.toStdString());
    const auto read = readTakeNotes(file("a.wav"));
    QCOMPARE(read.ok(), readable);
    if (!readable)
        QVERIFY(read.error().message.find("a.wav.json") != std::string::npos);
    // The recording is in the list all the same.
    const auto takes = listTakes(directory());
    QVERIFY(takes);
    QCOMPARE(takes->size(), std::size_t(1));
}

void TestTakes::markersWithoutNamesAreNotWritten()
{
    QVERIFY(writeMarkers(file("a.wav"), {}));
    QVERIFY(!exists(markersFileOf(file("a.wav"))));
    QVERIFY(writeMarkers(file("a.wav"), {{1.5, "x\ny"}, {2, ""}}));
    QCOMPARE(readBytes(markersFileOf(file("a.wav"))),
             std::string("1.500000\t1.500000\tx y\n2.000000\t2.000000\t\n"));
}

void TestTakes::newestTakeIsFirst()
{
    for (const char* name : {"old.wav", "middle.wav", "new.wav"})
        makeTake(name);
    const auto now = std::filesystem::file_time_type::clock::now();
    using std::chrono::hours;
    last_write_time(file("old.wav"), now - hours(2));
    last_write_time(file("middle.wav"), now - hours(1));
    last_write_time(file("new.wav"), now);
    const auto takes = listTakes(directory());
    QVERIFY(takes);
    QCOMPARE(takes->size(), std::size_t(3));
    QCOMPARE((*takes)[0].file, file("new.wav"));
    QCOMPARE((*takes)[2].file, file("old.wav"));
    QCOMPARE((*takes)[0].seconds, 1.0);
    QCOMPARE((*takes)[0].rate, 16000);
    QVERIFY((*takes)[0].state == Take::State::Finished);
    QVERIFY((*takes)[0].bytes > 48000);
}

void TestTakes::folderThatIsNotThereHasNoTakes()
{
    const auto takes = listTakes(file("nowhere"));
    QVERIFY(takes);
    QVERIFY(takes->empty());
}

void TestTakes::othersFilesAreLeftOut()
{
    makeTake("a.wav");
    writeBytes(file("b.wav"), "this is no sound");
    writeBytes(file("c.txt"), "1\t2\tx\n");
    create_directory(file("d.wav"));
    const auto takes = listTakes(directory());
    QVERIFY(takes);
    QCOMPARE(takes->size(), std::size_t(1));
}

void TestTakes::unfinishedTakeIsFoundAndKept()
{
    makeTake("a.wav", 24000);
    TakeNotes notes;
    notes.report.rate = 16000;
    notes.report.device = "studio";
    QVERIFY(writeTakeNotes(file("a.wav"), notes)); // as a killed recorder leaves them
    auto takes = listTakes(directory());
    QVERIFY(takes && takes->size() == 1);
    QVERIFY((*takes)[0].state == Take::State::Unfinished);
    QVERIFY(keepUnfinishedTake((*takes)[0]));
    takes = listTakes(directory());
    QVERIFY((*takes)[0].state == Take::State::Finished);
    QCOMPARE((*takes)[0].notes->report.frames, 24000);
    QCOMPARE((*takes)[0].notes->report.device, std::string("studio"));
    QVERIFY((*takes)[0].notes->report.error);
}

void TestTakes::takeBeingRecordedIsKnown()
{
    auto take = TakeFile::create(file("a.wav"), 16000, 1);
    QVERIFY(take);
    QVERIFY(take->write(std::vector<float>(16000, 0.1F)));
    QVERIFY(writeTakeNotes(file("a.wav"), TakeNotes()));
    const auto takes = listTakes(directory());
    QVERIFY(takes && takes->size() == 1);
    QVERIFY((*takes)[0].state == Take::State::Recording);
    QCOMPARE((*takes)[0].seconds, 1.0);
}

void TestTakes::newNamesAreFree()
{
    const auto first = takeFileNow(directory(), ".wav");
    QVERIFY(first.filename().string().starts_with("take 2"));
    QCOMPARE(first.extension(), std::filesystem::path(".wav"));
    QCOMPARE(freeFile(first), first);
    writeBytes(first, "x");
    const auto second = freeFile(first);
    QCOMPARE(second.filename().string(), first.stem().string() + " (2).wav");
    writeBytes(second, "x");
    QCOMPARE(freeFile(first).filename().string(), first.stem().string() + " (3).wav");
}

void TestTakes::renamingTakesAllAlong()
{
    makeTake("a.wav");
    QVERIFY(writeMarkers(file("a.wav"), {{1, "x"}}));
    const auto renamed = renameTake(file("a.wav"), "Märchen 1");
    QVERIFY(renamed);
    QCOMPARE(*renamed, file("Märchen 1.wav"));
    QVERIFY(exists(*renamed));
    QVERIFY(exists(notesFileOf(*renamed)));
    QVERIFY(exists(markersFileOf(*renamed)));
    QVERIFY(!exists(file("a.wav")));
    QVERIFY(!exists(notesFileOf(file("a.wav"))));
    QVERIFY(!exists(markersFileOf(file("a.wav"))));
    QCOMPARE(*renameTake(*renamed, "Märchen 1"), *renamed);
}

void TestTakes::othersFilesBesideStay()
{
    writeSound(file("interview.wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1,
               asFloats(noise(1000)));
    writeBytes(file("interview.txt"), "what was said");
    QVERIFY(filesBeside(file("interview.wav")).empty());
    QVERIFY(renameTake(file("interview.wav"), "b"));
    QCOMPARE(readBytes(file("interview.txt")), std::string("what was said"));
    // No take begins where it would write over it.
    QCOMPARE(freeFile(file("interview.wav")).filename().string(), std::string("interview (2).wav"));
}

void TestTakes::renamingNeverOverwrites_data()
{
    QTest::addColumn<QString>("there");
    QTest::newRow("a take") << "b.wav";
    QTest::newRow("notes") << "b.wav.json";
    QTest::newRow("labels") << "b.txt";
}

void TestTakes::renamingNeverOverwrites()
{
    QFETCH(QString, there);
    makeTake("a.wav");
    writeBytes(file(there.toStdString()), "precious");
    const auto renamed = renameTake(file("a.wav"), "b");
    QVERIFY(!renamed);
    QVERIFY(exists(file("a.wav")));
    QVERIFY(exists(notesFileOf(file("a.wav"))));
    QCOMPARE(readBytes(file(there.toStdString())), std::string("precious"));
}

void TestTakes::badNamesAreRefused_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("none") << "";
    QTest::newRow("a path") << "../b";
    QTest::newRow("the folder") << ".";
    QTest::newRow("the folder above") << "..";
    QTest::newRow("too long") << QString(300, QLatin1Char('x'));
}

void TestTakes::badNamesAreRefused()
{
    QFETCH(QString, name);
    makeTake("a.wav");
    QVERIFY(!renameTake(file("a.wav"), name.toStdString()));
    QVERIFY(exists(file("a.wav")));
    QVERIFY(exists(notesFileOf(file("a.wav"))));
}

void TestTakes::takeBeingRecordedKeepsItsName()
{
    auto take = TakeFile::create(file("a.wav"), 16000, 1);
    QVERIFY(take);
    const auto renamed = renameTake(file("a.wav"), "b");
    QVERIFY(!renamed);
    QVERIFY(renamed.error().message.find("Stop it first") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTakes)
#include "tst_takes.moc"
