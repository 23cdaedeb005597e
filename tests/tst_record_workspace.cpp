#include "app/record/live_feed.h"
#include "app/record/live_spectrogram.h"
#include "app/record/record_workspace.h"
#include "app/record/sound_devices.h"
#include "core/audio/audio_file.h"
#include "core/record/take_file.h"
#include "core/record/takes.h"
#include "tests/support/fake_engine.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"
#include "widgets/record/level_meter_view.h"
#include "widgets/record/live_canvas.h"
#include "widgets/record/live_view.h"
#include "widgets/record/record_panel.h"
#include "widgets/record/takes_view.h"
#include "widgets/shell/paths.h"

#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace phono;
using namespace phono::test;

namespace {

std::vector<float> roomSound()
{
    auto sound = asFloats(noise(160000, 5));
    for (auto& sample : sound)
        sample = sample == 0 ? 0.25F : sample;
    return sound;
}

/// All rows of a spectrogram.
class AllRows : public FeatureSink {
public:
    Result<void> begin(const FeatureInfo&, std::int64_t) override { return {}; }
    Result<void> write(std::int64_t, std::span<const float> rows) override
    {
        values.insert(values.end(), rows.begin(), rows.end());
        return {};
    }
    std::vector<float> values;
};

} // namespace

class TestRecordWorkspace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void listensWhileShown();
    void keyRecordsAndStops();
    void takeGoesOnBehindAnotherWorkspace();
    void closingAsksOnlyWhileRecording();
    void lostDeviceIsShown();
    void lostDeviceIsToldOfElsewhere();
    void missingDeviceFallsBack();
    void noDeviceIsSaid();
    void deviceThatCameIsFound();
    void unfinishedTakeIsOffered();
    void takesAreRenamed();
    void choicesAreRemembered();
    void liveSpectrogramIsTheExactOne();
    void liveFeedDeliversAllFrames();

private:
    void show(const std::vector<CardDevice>& devices);
    std::filesystem::path folder() const { return m_directory->path().toStdString() + "/takes"; }
    QString stateText() const
    {
        return m_workspace->panel().findChild<QLabel*>(QStringLiteral("recorderState"))->text();
    }

    std::optional<QTemporaryDir> m_directory;
    std::optional<QSettings> m_store;
    std::optional<SettingsStore> m_settings;
    FakeControl m_control;
    std::optional<FakeEngineSource> m_engines;
    std::optional<Lanes> m_lanes;
    std::optional<ModelHost> m_models;
    std::optional<SoundSystem> m_sound;
    std::optional<SoundDevices> m_devices;
    std::optional<Workbench> m_workbench;
    std::unique_ptr<RecordWorkspace> m_workspace;
};

void TestRecordWorkspace::init()
{
    m_directory.emplace();
    m_store.emplace(m_directory->filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    m_store->setValue(QStringLiteral("folder"), fromPath(folder()));
}

void TestRecordWorkspace::cleanup()
{
    m_workspace.reset();
    m_workbench.reset();
    m_devices.reset();
    m_sound.reset();
    m_models.reset();
    m_lanes.reset();
    m_settings.reset();
}

void TestRecordWorkspace::show(const std::vector<CardDevice>& devices)
{
    const SoundCard card(m_directory->path().toStdString(), devices);
    m_settings.emplace(*m_store);
    m_engines.emplace();
    m_lanes.emplace();
    m_models.emplace(*m_engines, m_lanes->inference());
    m_sound.emplace();
    m_devices.emplace(*m_sound, m_lanes->sound());
    m_workbench.emplace(Workbench{*m_lanes, *m_models, *m_settings, *m_sound, *m_devices});
    m_workspace = std::make_unique<RecordWorkspace>(*m_workbench);
    m_workspace->restoreSession(*m_store, true);
    m_workspace->resize(1000, 800);
    m_workspace->show();
}

void TestRecordWorkspace::listensWhileShown()
{
    show({{.recorded = roomSound()}});
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTRY_VERIFY(m_workspace->panel().meter().active());
    QTRY_VERIFY(m_workspace->panel().live().canvas().now() > 0.5);
    QVERIFY(!std::filesystem::exists(folder()));
    m_workspace->hide();
    QTRY_VERIFY(!m_workspace->panel().meter().active());
    m_workspace->show();
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
}

void TestRecordWorkspace::keyRecordsAndStops()
{
    show({{.recorded = roomSound()}});
    QSignalSpy wanted(m_workspace.get(), &Workspace::recordingWanted);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Recording"), 20000);
    QTest::qWait(400);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_M, Qt::ControlModifier);
    QTest::qWait(200);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 1, 20000);
    QCOMPARE(wanted[0][1].toBool(), false);
    const auto file = toPath(wanted[0][0].toString());
    QCOMPARE(file.parent_path(), folder());
    const auto loaded = loadAudio(file);
    QVERIFY(loaded);
    QVERIFY(loaded->samples->size() > 4000);
    QVERIFY(std::filesystem::exists(markersFileOf(file)));
    QTRY_COMPARE(m_workspace->panel().takes().model().rowCount(), 1);
    QTRY_COMPARE(m_workspace->panel().takes().selected(), QStringList{fromPath(file)});
    QCOMPARE(stateText(), QStringLiteral("Listening"));
}

void TestRecordWorkspace::takeGoesOnBehindAnotherWorkspace()
{
    show({{.recorded = roomSound()}});
    QSignalSpy wanted(m_workspace.get(), &Workspace::recordingWanted);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Recording"), 20000);
    const auto& canvas = m_workspace->panel().live().canvas();
    QTRY_VERIFY(canvas.now() > 0.2);
    m_workspace->hide();
    QTest::qWait(100);
    const double seen = canvas.now();
    QTest::qWait(500);
    QCOMPARE(stateText(), QStringLiteral("Recording"));
    QCOMPARE(canvas.now(), seen); // nobody looks
    m_workspace->show();
    QTRY_VERIFY(canvas.now() > 0.2 && canvas.now() != seen);
    m_workspace->hide();
    Q_EMIT m_workspace->panel().stopRequested();
    QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 1, 20000);
    // And then nobody listens any more.
    QTRY_VERIFY(!m_workspace->panel().meter().active());
}

void TestRecordWorkspace::closingAsksOnlyWhileRecording()
{
    show({{.recorded = roomSound()}});
    QSignalSpy wanted(m_workspace.get(), &Workspace::recordingWanted);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QVERIFY(!m_workspace->closingQuestion());
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Recording"), 20000);
    const auto question = m_workspace->closingQuestion();
    QVERIFY(question);
    QVERIFY(question->keep.isEmpty());
    question->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 1, 20000);
}

void TestRecordWorkspace::lostDeviceIsShown()
{
    show({{.settings = "fail_after 24000", .recorded = roomSound()}});
    QSignalSpy noticed(m_workspace.get(), &Workspace::noticed);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(m_workspace->panel().takes().model().rowCount(), 1, 20000);
    const auto* problem = m_workspace->panel().findChild<QLabel*>(QStringLiteral("problem"));
    QTRY_VERIFY(problem->text().contains(QStringLiteral("is gone or does not answer")));
    QVERIFY(!m_workspace->panel().listening());
    QVERIFY(noticed.isEmpty()); // it is said here
}

void TestRecordWorkspace::lostDeviceIsToldOfElsewhere()
{
    show({{.settings = "fail_after 24000", .recorded = roomSound()}});
    QSignalSpy noticed(m_workspace.get(), &Workspace::noticed);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTest::keyClick(&m_workspace->panel(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Recording"), 20000);
    m_workspace->hide();
    QTRY_VERIFY_WITH_TIMEOUT(!noticed.isEmpty(), 20000);
    const auto notice = noticed[0][0].value<Notice>();
    QVERIFY2(notice.text.contains(QStringLiteral("is gone or does not answer")),
             qPrintable(notice.text));
}

void TestRecordWorkspace::missingDeviceFallsBack()
{
    m_store->setValue(QStringLiteral("device"), QStringLiteral("studio"));
    m_store->setValue(QStringLiteral("hostApi"), QStringLiteral("ALSA"));
    show({{.recorded = roomSound()}});
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QVERIFY(m_workspace->panel().devices().note().contains(QStringLiteral("studio")));
}

void TestRecordWorkspace::noDeviceIsSaid()
{
    show({{.name = "default"}});
    const auto* problem = m_workspace->panel().findChild<QLabel*>(QStringLiteral("problem"));
    QTRY_VERIFY_WITH_TIMEOUT(!problem->text().isEmpty(), 20000);
    QVERIFY2(problem->text().contains(QStringLiteral("no sound input device"), Qt::CaseInsensitive),
             qPrintable(problem->text()));
}

void TestRecordWorkspace::deviceThatCameIsFound()
{
    show({{.recorded = roomSound()}});
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    const SoundCard card(m_directory->path().toStdString(),
                         {{.recorded = roomSound()}, {.name = "studio", .recorded = roomSound()}});
    Q_EMIT m_workspace->panel().devices().rescanRequested();
    const auto& found = m_workspace->panel().devices().devices();
    QTRY_VERIFY_WITH_TIMEOUT(std::ranges::count(found, "studio", &SoundDevice::name) == 1, 20000);
    // And it listens again.
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
}

void TestRecordWorkspace::unfinishedTakeIsOffered()
{
    std::filesystem::create_directories(folder());
    const auto file = folder() / "killed.wav";
    {
        auto take = TakeFile::create(file, 16000, 1);
        QVERIFY(take);
        QVERIFY(take->write(std::vector<float>(32000, 0.1F)));
        QVERIFY(writeTakeNotes(file, TakeNotes()));
    }
    const SoundCard card(m_directory->path().toStdString(), {{.recorded = roomSound()}});
    show({{.recorded = roomSound()}});
    QSignalSpy noticed(m_workspace.get(), &Workspace::noticed);
    QTRY_VERIFY_WITH_TIMEOUT(!noticed.isEmpty(), 20000);
    const auto notice = noticed[0][0].value<Notice>();
    QVERIFY2(notice.text.contains(QStringLiteral("killed.wav")), qPrintable(notice.text));
    QCOMPARE(notice.actions.size(), std::size_t(2));
    notice.actions[1].run();
    QTRY_VERIFY((*readTakeNotes(file))->finished);
}

void TestRecordWorkspace::takesAreRenamed()
{
    std::filesystem::create_directories(folder());
    writeSound(folder() / "a.wav", 0x010002, 16000, 1, std::vector<float>(16000, 0.1F));
    show({{.recorded = roomSound()}});
    auto& takes = m_workspace->panel().takes();
    QTRY_COMPARE_WITH_TIMEOUT(takes.model().rowCount(), 1, 20000);
    Q_EMIT takes.renameRequested(fromPath(folder() / "a.wav"), QStringLiteral("b"));
    QTRY_VERIFY(takes.model().rowCount() == 1 && takes.model().take(0).file.filename() == "b.wav");
}

void TestRecordWorkspace::choicesAreRemembered()
{
    show({{.recorded = roomSound()}, {.name = "other", .recorded = roomSound()}});
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    auto choice = m_workspace->panel().devices().choice();
    choice.input.device = {"other", "ALSA"};
    m_workspace->panel().devices().setChoice(choice);
    m_workspace->panel().setFormat(TakeFormat::Flac);
    m_workspace->panel().setPreRoll(true);
    m_workspace->saveSession(*m_store);
    cleanup();
    show({{.recorded = roomSound()}, {.name = "other", .recorded = roomSound()}});
    QTRY_COMPARE_WITH_TIMEOUT(stateText(), QStringLiteral("Listening"), 20000);
    QTRY_COMPARE(m_workspace->panel().devices().choice().input.device.name, std::string("other"));
    QVERIFY(m_workspace->panel().format() == TakeFormat::Flac);
    QVERIFY(m_workspace->panel().preRoll());
}

void TestRecordWorkspace::liveSpectrogramIsTheExactOne()
{
    const auto samples = roomSound();
    SpectrogramOptions options;
    AllRows exact;
    QVERIFY(computeSpectrogram(Waveform(samples), options, exact));
    LiveSpectrogram live(options);
    std::vector<float> values;
    for (std::size_t at = 0, size = 1; at < samples.size(); size = size * 5 % 4093 + 1) {
        const auto count = std::min(size, samples.size() - at);
        const auto rows = live.add(std::span(samples).subspan(at, count));
        values.insert(values.end(), rows.values.begin(), rows.values.end());
        at += count;
    }
    QVERIFY(values.size() > 80 * 1990);
    QVERIFY(values.size() <= exact.values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        QVERIFY(std::abs(values[i] - exact.values[i]) < 1e-3F);
}

void TestRecordWorkspace::liveFeedDeliversAllFrames()
{
    FakeEngine engine(m_control);
    auto features = engine.live();
    QVERIFY(features);
    auto tap = std::make_shared<LiveTap>(16000);
    LiveFeed feed(tap, {}, std::shared_ptr<LiveFeatures>(std::move(*features)),
                  engine.features().front());
    QTest::qWait(50); // it has begun to listen
    const auto samples = roomSound();
    const auto second = std::span(samples).first(32000);
    std::vector<float> heard;
    std::size_t frames = 0;
    for (std::size_t at = 0; at < second.size(); at += 1600) {
        tap->put(second.subspan(at, 1600));
        QTest::qWait(5);
        const auto block = feed.take();
        heard.insert(heard.end(), block.samples.begin(), block.samples.end());
        frames += block.z.channels ? block.z.values.size() / std::size_t(block.z.channels) : 0;
    }
    QTRY_VERIFY(([&] {
        const auto block = feed.take();
        heard.insert(heard.end(), block.samples.begin(), block.samples.end());
        frames += block.z.channels ? block.z.values.size() / std::size_t(block.z.channels) : 0;
        // A last quarter of a second may still wait for its block to be full.
        return heard.size() == 32000 && frames >= std::size_t((32000 - 4000 - 465) / 160 + 1);
    }()));
    QVERIFY(std::ranges::equal(heard, second));
}

QTEST_MAIN(TestRecordWorkspace)
#include "tst_record_workspace.moc"
