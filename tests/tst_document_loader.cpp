#include "app/recording/document_loader.h"
#include "tests/support/fake_engine.h"
#include "tests/support/sounds.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <cmath>
#include <limits>

using namespace phono;
using namespace phono::test;

namespace {

constexpr int kSamples = 16000;
constexpr int kFrames = 98; // of one second

/// A document with everything that fills it.
struct Desk {
    FakeEngineSource engines;
    Lanes lanes;
    ModelHost models{engines, lanes.inference()};
    Document document;
    std::optional<DocumentLoader> loader{std::in_place, document, lanes};

    void useModel()
    {
        models.load(QStringLiteral(PHONO_TEST_DATA "/golden/08_formats/zip_args.pt"), {}, {});
        QTRY_VERIFY(models.model());
        loader->setModel(models.model());
    }
    FeatureMatrix values(const char* name) { return document.feature(QLatin1String(name)).values; }
};

} // namespace

class DocumentLoaderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        qRegisterMetaType<LoadProgress>();
        qRegisterMetaType<Notice>();
        m_samples = noise(kSamples);
        writeSound(file("speech.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, kModelRate,
                   1, m_samples);
        writeSound(file("stereo.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2,
                   noise(2 * 8000));
        writeSound(file("short.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, kModelRate, 1,
                   noise(464));
        writeSound(file("labelled.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, kModelRate,
                   1, m_samples);
        writeBytes(file("labelled.phn").toStdString(), "0 8000 sil\n8000 16000 a\n");
        writeBytes(file("words.wrd").toStdString(), "0 4000 one\n4000 3000 back\n");
        writeSound(file("long.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1,
                   noise(300 * 16000));
        std::vector<float> broken(100000);
        broken.back() = std::numeric_limits<float>::infinity();
        writeSound(file("broken.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_FLOAT, kModelRate, 1,
                   broken);
        writeBytes(file("text.wav").toStdString(), "this is not audio");
    }

    void showsWaveformSpectrogramAndFeatures()
    {
        Desk desk;
        desk.useModel();
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.loader->state() == DocumentLoader::State::Ready);
        QCOMPARE(desk.document.waveform().samples().size(), std::size_t(kSamples));
        QCOMPARE(desk.document.waveform().samples()[7], asFloats(m_samples)[7]);
        QVERIFY(desk.document.peaks() != nullptr);
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.spectrogram().complete());
        for (const char* name : {"z", "c"}) {
            const DocumentFeature feature = desk.document.feature(QLatin1String(name));
            QVERIFY(feature.complete());
            QCOMPARE(feature.values.frames(), std::int64_t(kFrames));
            for (int t = 0; t < kFrames; ++t)
                QCOMPARE(feature.values.frame(t)[2],
                         FakeEngine::value(name, asFloats(m_samples)[std::size_t(160 * t + 2)]));
        }
        QVERIFY(desk.document.feature(QStringLiteral("enc0")).values.empty());
    }

    void aLongRecordingGrowsIntoView()
    {
        Desk desk;
        desk.useModel();
        std::int64_t before = 0;
        bool grows = true;
        const auto look = [&] {
            const Document& document = desk.document;
            grows = grows && document.waveform().size() >= before
                && document.peaks()->size() == document.waveform().size()
                && std::abs(document.seconds() - 300 * 16000 / 44100.0) < 1e-3;
            if (!document.audioComplete())
                grows = grows && desk.document.spectrogram().values.empty()
                    && desk.engines.control.extractions == 0;
            before = document.waveform().size();
        };
        connect(&desk.document, &Document::audioChanged, &desk.document, look);
        connect(&desk.document, &Document::audioGrew, &desk.document, look);
        QSignalSpy progress(&*desk.loader, &DocumentLoader::progressed);
        desk.loader->open(file("long.wav"), {});
        QTRY_VERIFY(desk.loader->state() == DocumentLoader::State::Ready);
        QVERIFY(grows);
        QVERIFY(desk.document.audioComplete());
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.spectrogram().complete());
        const auto first = progress[0][0].value<LoadProgress>();
        QVERIFY(first.step == LoadStep::Reading);
        QCOMPARE(first.features, QStringList(QStringLiteral("waveform")));
    }

    void theWaveformDoesNotWaitForAModel()
    {
        Desk desk;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.document.hasAudio());
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.spectrogram().complete());
        QCOMPARE(desk.engines.control.extractions.load(), 0);
        desk.useModel();
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.feature(QStringLiteral("c")).complete());
    }

    void peaksOutliveTheDocumentsWaveform()
    {
        std::shared_ptr<const PeakPyramid> peaks;
        {
            Desk desk;
            desk.loader->open(file("speech.wav"), {});
            QTRY_VERIFY(desk.document.hasAudio());
            peaks = desk.document.peaks();
        }
        const auto floats = asFloats(m_samples);
        const auto [low, high] = std::minmax_element(floats.begin() + 10, floats.begin() + 20);
        QCOMPARE(peaks->range(10, 20), (PeakPyramid::Range{*low, *high}));
    }

    void featuresGrowWhileTheyAreComputed()
    {
        Desk desk;
        desk.useModel();
        desk.engines.control.held = true;
        QSignalSpy progress(&*desk.loader, &DocumentLoader::progressed);
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.engines.control.waiting);
        QTRY_VERIFY(!desk.values("z").empty());
        const DocumentFeature z = desk.document.feature(QStringLiteral("z"));
        QVERIFY(!z.complete());
        QCOMPARE(z.totalFrames, std::int64_t(kFrames));
        QVERIFY(z.values.frames() <= kFrames / 2);
        desk.engines.control.held = false;
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.feature(QStringLiteral("z")).complete());
        QVERIFY(std::any_of(progress.begin(), progress.end(), [](const QList<QVariant>& call) {
            const auto report = call[0].value<LoadProgress>();
            return report.step == LoadStep::Features
                && report.stage == QLatin1String("computing z");
        }));
        const auto last = progress.last()[0].value<LoadProgress>();
        QVERIFY(last.stage.isEmpty());
    }

    void stopGivesUpAndResumeComputesAgain()
    {
        Desk desk;
        desk.useModel();
        desk.engines.control.held = true;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.engines.control.waiting);
        desk.loader->stop();
        QVERIFY(!desk.loader->busy());
        QVERIFY(desk.loader->stopped());
        desk.engines.control.held = false;
        desk.lanes.inference().waitForDone();
        QCoreApplication::processEvents();
        QVERIFY(!desk.document.feature(QStringLiteral("z")).complete());
        desk.loader->resume();
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.feature(QStringLiteral("z")).complete());
        QVERIFY(desk.document.feature(QStringLiteral("c")).complete());
    }

    void aLayerAskedForMeanwhileComesNext()
    {
        Desk desk;
        desk.useModel();
        desk.engines.control.held = true;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.engines.control.waiting);
        desk.loader->requestFeature(QStringLiteral("enc0"));
        desk.loader->requestFeature(QStringLiteral("z"));
        desk.engines.control.held = false;
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.feature(QStringLiteral("enc0")).complete());
        QCOMPARE(desk.engines.control.requested, (std::vector<std::string>{"z", "c", "enc0"}));
    }

    void anotherModelStartsOverWithEverythingWanted()
    {
        Desk desk;
        desk.useModel();
        desk.loader->open(file("speech.wav"), {});
        desk.loader->requestFeature(QStringLiteral("enc0"));
        QTRY_VERIFY(desk.document.feature(QStringLiteral("enc0")).complete());
        QTRY_VERIFY(!desk.loader->busy());
        desk.engines.control.requested.clear();
        desk.loader->setModel(nullptr);
        QVERIFY(desk.values("z").empty());
        QVERIFY(desk.document.offeredFeatures().empty());
        desk.loader->setModel(desk.models.model());
        QTRY_VERIFY(!desk.loader->busy());
        QCOMPARE(desk.engines.control.requested, (std::vector<std::string>{"z", "c", "enc0"}));
    }

    void anotherModelCancelsWhatIsBeingComputed()
    {
        Desk desk;
        desk.useModel();
        desk.engines.control.held = true;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.engines.control.waiting);
        desk.loader->setModel(nullptr); // the old extraction is still held: only cancelling ends it
        desk.lanes.inference().waitForDone();
        QCoreApplication::processEvents();
        QVERIFY(desk.values("z").empty());
    }

    void destructionCancelsAndWaits()
    {
        Desk desk;
        desk.useModel();
        desk.engines.control.held = true;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.engines.control.waiting);
        desk.loader.reset();
        QCOMPARE(desk.lanes.inference().activeThreadCount(), 0);
    }

    void otherSpectrogramOptionsReplaceTheSpectrogram()
    {
        Desk desk;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(desk.document.spectrogram().complete());
        SpectrogramOptions options;
        options.hop = 160;
        options.scale = FrequencyScale::Linear;
        desk.loader->requestSpectrogram(options);
        QTRY_COMPARE(desk.document.spectrogramOptions(), options);
        QTRY_VERIFY(desk.document.spectrogram().complete());
        QCOMPARE(desk.document.spectrogram().values.frames(), spectrogramFrames(kSamples, options));
    }

    void labelsBesideTheRecordingAreShown()
    {
        Desk desk;
        desk.loader->open(file("labelled.wav"), {});
        QTRY_COMPARE(desk.document.labels().size(), std::size_t(1));
        QCOMPARE(desk.document.labels()[0].labels[1].text, std::string("a"));
    }

    void badLabelsAreReportedByLine()
    {
        Desk desk;
        desk.loader->open(file("speech.wav"), {});
        QTRY_VERIFY(!desk.loader->busy());
        QSignalSpy notices(&*desk.loader, &DocumentLoader::noticed);
        desk.loader->openLabels(file("words.wrd"));
        QTRY_COMPARE(notices.size(), 1);
        const auto notice = notices[0][0].value<Notice>();
        QVERIFY(notice.severity == Severity::Warning);
        QVERIFY(notice.text.contains(QLatin1String("words.wrd")));
        QVERIFY(notice.details.contains(QLatin1String("line 2")));
        QCOMPARE(desk.document.labels()[0].labels[0].text, std::string("one"));
    }

    void whatWasDoneToTheAudioIsKept()
    {
        Desk desk;
        desk.loader->open(file("stereo.wav"), {});
        QTRY_VERIFY(desk.document.hasAudio());
        QCOMPARE(desk.document.audio().channels, 2);
        QCOMPARE(desk.document.audio().notes.size(), std::size_t(2));
        QCOMPARE(desk.document.waveform().size(), std::int64_t(16000));
    }

    void errorsSayWhatAndWhere_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("a file that is not there") << "missing.wav";
        QTest::newRow("a file that is not audio") << "text.wav";
    }
    void errorsSayWhatAndWhere()
    {
        QFETCH(QString, name);
        Desk desk;
        QSignalSpy notices(&*desk.loader, &DocumentLoader::noticed);
        QSignalSpy opened(&*desk.loader, &DocumentLoader::opened);
        desk.loader->open(m_folder.filePath(name), {});
        QTRY_COMPARE(opened.size(), 1);
        QVERIFY(desk.loader->state() == DocumentLoader::State::Failed);
        QVERIFY(!desk.document.hasAudio());
        QCOMPARE(notices.size(), 1);
        const auto notice = notices[0][0].value<Notice>();
        QVERIFY(notice.severity == Severity::Error);
        QVERIFY2(notice.text.contains(name), qPrintable(notice.text));
    }

    void nothingStaysOfARecordingThatFailsInTheMiddle_data()
    {
        QTest::addColumn<bool>("stopped");
        QTest::newRow("by a bad sample") << false;
        QTest::newRow("by the user") << true;
    }
    void nothingStaysOfARecordingThatFailsInTheMiddle()
    {
        QFETCH(bool, stopped);
        Desk desk;
        QSignalSpy notices(&*desk.loader, &DocumentLoader::noticed);
        QSignalSpy opened(&*desk.loader, &DocumentLoader::opened);
        desk.loader->open(file(stopped ? "long.wav" : "broken.wav"), {});
        // What is half there, as a long file would have it.
        desk.document.growAudio({}, Waveform({0.5f}), std::make_shared<PeakPyramid>());
        if (stopped)
            desk.loader->stop();
        QTRY_COMPARE(opened.size(), 1);
        QVERIFY(desk.loader->state()
                == (stopped ? DocumentLoader::State::Stopped : DocumentLoader::State::Failed));
        QVERIFY(!desk.document.hasAudio());
        QCOMPARE(desk.document.waveform().size(), std::int64_t(0));
        QCOMPARE(desk.document.seconds(), 0.0);
        QCOMPARE(notices.size(), stopped ? 0 : 1);
        QVERIFY(!desk.loader->busy());
    }

    void aRecordingTooShortForTheModelStillShowsItsWaveform()
    {
        Desk desk;
        desk.useModel();
        QSignalSpy notices(&*desk.loader, &DocumentLoader::noticed);
        desk.loader->open(file("short.wav"), {});
        QTRY_COMPARE(notices.size(), 1);
        QVERIFY(notices[0][0].value<Notice>().text.contains(QLatin1String("465")));
        QTRY_VERIFY(!desk.loader->busy());
        QVERIFY(desk.document.hasAudio());
        QCOMPARE(desk.engines.control.extractions.load(), 1); // not again and again
    }

private:
    QString file(const char* name) const { return m_folder.filePath(QLatin1String(name)); }

    QTemporaryDir m_folder;
    std::vector<std::int16_t> m_samples;
};

QTEST_GUILESS_MAIN(DocumentLoaderTest)
#include "tst_document_loader.moc"
