#include "app/recording/growing_audio.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <cmath>
#include <limits>

using namespace phono;
using namespace phono::test;

namespace {

constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
constexpr std::chrono::milliseconds kAlways(0);

} // namespace

class GrowingAudioTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_looks.clear();
        m_folder.emplace();
    }

    void everyLookIsTheBeginningOfTheWhole()
    {
        writeSound(file("a.wav"), kWav, 44100, 2, noise(2 * 200000));
        const auto whole = read(file("a.wav"));
        QVERIFY(whole);
        QVERIFY(m_looks.size() > 10);
        const auto samples = whole->peaks.waveform().samples();
        std::int64_t before = 0;
        for (const GrowingAudio& look : m_looks) {
            const auto part = look.peaks.waveform().samples();
            QVERIFY(look.peaks.size() > before);
            before = look.peaks.size();
            QVERIFY(std::ranges::equal(part, samples.first(part.size())));
            QVERIFY(look.peaks.range(0, before)
                    == PeakPyramid(Waveform(std::vector<float>(part.begin(), part.end())))
                           .range(0, before));
            // The header is right, and known from the start.
            QCOMPARE(look.info.seconds, 200000 / 44100.0);
            QCOMPARE(look.info.sampleRate, 44100);
        }
        QCOMPARE(whole->info.seconds, 200000 / 44100.0);
        QVERIFY(whole->info.sha256.empty());
    }

    void theWholeIsWhatLoadAudioLoads()
    {
        writeSound(file("a.wav"), kWav, 8000, 1, noise(70000));
        const auto whole = read(file("a.wav"));
        const auto loaded = loadAudio(file("a.wav"));
        QVERIFY(whole && loaded);
        const auto& expected = dynamic_cast<const Waveform&>(*loaded->samples);
        QVERIFY(std::ranges::equal(whole->peaks.waveform().samples(), expected.samples()));
        QCOMPARE(whole->info.rms, loaded->info.rms);
        QVERIFY(whole->info.notes == loaded->info.notes);
    }

    void aShortRecordingAppearsAsAWhole()
    {
        writeSound(file("a.wav"), kWav, kModelRate, 1, noise(70000));
        QVERIFY(readAudio(file("a.wav"), show(), Throttle(std::chrono::hours(1)), {}));
        QVERIFY(m_looks.empty());
    }

    void lyingHeadersDoNotLast_data()
    {
        QTest::addColumn<quint32>("declaredBytes");
        QTest::addColumn<bool>("believed");
        QTest::newRow("twice as long as the file is") << quint32(4 * 70000) << true;
        QTest::newRow("a thousand times as long") << quint32(2000 * 70000) << false;
        QTest::newRow("as long as the field allows") << quint32(0xFFFFFFFE) << false;
    }
    void lyingHeadersDoNotLast()
    {
        QFETCH(quint32, declaredBytes);
        QFETCH(bool, believed);
        const std::string data(2 * 70000, '\x11');
        writeBytes(file("a.wav"), wavBytes(wavFormat(1, 1, kModelRate, 16), declaredBytes, data));
        const auto whole = read(file("a.wav"));
        QVERIFY(whole);
        QVERIFY(!m_looks.empty());
        for (const GrowingAudio& look : m_looks) {
            QVERIFY(look.info.seconds >= look.peaks.waveform().seconds());
            QVERIFY(look.info.seconds < 16 * 70000.0 / kModelRate);
            if (!believed)
                QVERIFY(look.info.seconds < 1.5 * 70000 / kModelRate);
        }
        QCOMPARE(whole->info.seconds, 70000.0 / kModelRate);
        QCOMPARE(whole->peaks.size(), 70000);
    }

    void aBadSampleInTheMiddleIsAnError()
    {
        auto samples = sine(440, kModelRate, 5);
        samples[60000] = std::numeric_limits<float>::quiet_NaN();
        writeSound(file("a.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, kModelRate, 1, samples);
        const auto whole = read(file("a.wav"));
        QVERIFY(!m_looks.empty());
        QVERIFY(!whole);
        QVERIFY(whole.error().message.find("a.wav") != std::string::npos);
    }

    void readingCanBeStopped()
    {
        writeSound(file("a.wav"), kWav, kModelRate, 1, noise(70000));
        std::stop_source stop;
        const auto whole = readAudio(file("a.wav"),
                                     [&](const GrowingAudio& look) {
                                         m_looks.push_back(look);
                                         stop.request_stop();
                                     },
                                     Throttle(kAlways), {{}, stop.get_token()});
        QVERIFY(!whole && whole.error().isCancelled());
        QCOMPARE(m_looks.size(), std::size_t(1));
    }

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder->filePath(QLatin1String(name)).toStdString();
    }
    std::function<void(GrowingAudio)> show()
    {
        return [this](GrowingAudio look) {
            m_looks.push_back(std::move(look));
        };
    }
    Result<GrowingAudio> read(const std::filesystem::path& path)
    {
        return readAudio(path, show(), Throttle(kAlways), {});
    }

    std::optional<QTemporaryDir> m_folder;
    std::vector<GrowingAudio> m_looks;
};

QTEST_APPLESS_MAIN(GrowingAudioTest)
#include "tst_growing_audio.moc"
