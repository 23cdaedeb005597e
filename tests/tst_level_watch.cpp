#include "core/record/level_watch.h"
#include "core/record/take_report.h"
#include "tests/support/sounds.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace phono;
using namespace phono::test;

namespace {

constexpr int kRate = 16000;

std::vector<float> tone(double seconds, double amplitude)
{
    return sine(440, kRate, seconds, amplitude);
}

bool isNear(double value, double expected, double tolerance = 0.05)
{
    return std::abs(value - expected) <= tolerance;
}

bool says(const TakeReport& report, const std::string& words)
{
    return std::ranges::any_of(takeAdvice(report), [&](const std::string& sentence) {
        return sentence.find(words) != std::string::npos;
    });
}

TakeReport goodTake()
{
    TakeReport report;
    report.rate = kRate;
    report.channels = 1;
    report.frames = kRate;
    report.peak = 0.5;
    report.rms = 0.1;
    return report;
}

} // namespace

class TestLevelWatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void toneHasItsLevels_data();
    void toneHasItsLevels();
    void channelsAreApart();
    void blocksDoNotMatter();
    void peakIsHeldAndFalls();
    void fourFullSamplesClip_data();
    void fourFullSamplesClip();
    void clipLampStaysUntilReset();
    void noiseFloorIsThatOfThePauses();
    void badNumbersDoNoHarm();
    void adviceNamesWhatIsWrong();
    void statisticsDescribeTheTake();
};

void TestLevelWatch::toneHasItsLevels_data()
{
    QTest::addColumn<double>("amplitude");
    QTest::addColumn<double>("peak");
    QTest::addColumn<double>("rms");
    QTest::newRow("full scale") << 1.0 << 0.0 << -3.01;
    QTest::newRow("a tenth") << 0.1 << -20.0 << -23.01;
    QTest::newRow("silence") << 0.0 << -120.0 << -120.0;
}

void TestLevelWatch::toneHasItsLevels()
{
    QFETCH(double, amplitude);
    QFETCH(double, peak);
    QFETCH(double, rms);
    LevelWatch watch(kRate, 1);
    watch.add(tone(1, amplitude));
    const auto reading = watch.reading();
    QCOMPARE(reading.channels.size(), std::size_t(1));
    QVERIFY(isNear(reading.channels[0].peak, peak));
    QVERIFY(isNear(reading.channels[0].rms, rms));
    QVERIFY(isNear(reading.channels[0].hold, peak));
}

void TestLevelWatch::channelsAreApart()
{
    const auto loud = tone(1, 0.5);
    const auto quiet = tone(1, 0.05);
    std::vector<float> both;
    for (std::size_t i = 0; i < loud.size(); ++i)
        both.insert(both.end(), {loud[i], quiet[i]});
    LevelWatch watch(kRate, 2);
    watch.add(both);
    const auto reading = watch.reading();
    QVERIFY(isNear(reading.channels[0].peak, -6.02));
    QVERIFY(isNear(reading.channels[1].peak, -26.02));
}

void TestLevelWatch::blocksDoNotMatter()
{
    const auto samples = asFloats(noise(50000));
    LevelWatch whole(kRate, 1);
    whole.add(samples);
    LevelWatch pieces(kRate, 1);
    for (std::size_t at = 0, size = 1; at < samples.size(); size = size * 3 % 1009 + 1) {
        const auto count = std::min(size, samples.size() - at);
        pieces.add(std::span(samples).subspan(at, count));
        at += count;
    }
    QCOMPARE(pieces.reading().channels[0].rms, whole.reading().channels[0].rms);
    QCOMPARE(pieces.reading().channels[0].peak, whole.reading().channels[0].peak);
    QCOMPARE(pieces.reading().noiseFloor, whole.reading().noiseFloor);
}

void TestLevelWatch::peakIsHeldAndFalls()
{
    LevelWatch watch(kRate, 1);
    watch.add(tone(0.1, 1));
    watch.add(tone(1.5, 0.001));
    QVERIFY(isNear(watch.reading().channels[0].hold, 0));
    QVERIFY(isNear(watch.reading().channels[0].peak, -60));
    // From two seconds on by 20 dB a second.
    watch.add(tone(1.5, 0.001));
    QVERIFY(isNear(watch.reading().channels[0].hold, -20, 1));
    watch.add(tone(5, 0.001));
    QVERIFY(isNear(watch.reading().channels[0].hold, -60));
}

void TestLevelWatch::fourFullSamplesClip_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<bool>("clips");
    QTest::newRow("three are a loud sound") << 3 << false;
    QTest::newRow("four are clipped") << 4 << true;
}

void TestLevelWatch::fourFullSamplesClip()
{
    QFETCH(int, samples);
    QFETCH(bool, clips);
    std::vector<float> sound(1000, 0.1F);
    std::fill_n(sound.begin() + 500, samples, -1.0F);
    LevelWatch watch(kRate, 1);
    watch.add(std::span(sound).first(502)); // within the run
    watch.add(std::span(sound).subspan(502));
    QCOMPARE(watch.reading().clipped, clips);
}

void TestLevelWatch::clipLampStaysUntilReset()
{
    LevelWatch watch(kRate, 1);
    watch.add(std::vector<float>(10, 1.0F));
    watch.add(tone(60, 0.01));
    QVERIFY(watch.reading().clipped);
    watch.resetClip();
    QVERIFY(!watch.reading().clipped);
    watch.add(tone(1, 0.01));
    QVERIFY(!watch.reading().clipped);
}

void TestLevelWatch::noiseFloorIsThatOfThePauses()
{
    LevelWatch watch(kRate, 1);
    watch.add(tone(0.5, 0.001));
    QCOMPARE(watch.reading().noiseFloor, LevelReading::kSilence);
    // Speech with pauses: a fifth of the time there is only noise, RMS 0.001 / sqrt(2).
    for (int i = 0; i < 10; ++i) {
        watch.add(tone(0.8, 0.5));
        watch.add(tone(0.2, 0.001));
    }
    QVERIFY2(isNear(watch.reading().noiseFloor, -63.01, 1),
             qPrintable(QString::number(watch.reading().noiseFloor)));
    // What was long ago is forgotten.
    watch.add(tone(15, 0.5));
    QVERIFY(isNear(watch.reading().noiseFloor, -9.03, 0.5));
}

void TestLevelWatch::badNumbersDoNoHarm()
{
    LevelWatch watch(kRate, 1);
    watch.add(std::vector<float>{std::nanf(""), INFINITY, -INFINITY, 0.1F});
    watch.add(tone(1, 0.1));
    QVERIFY(isNear(watch.reading().channels[0].rms, -23.01));
}

void TestLevelWatch::adviceNamesWhatIsWrong()
{
    QVERIFY(takeAdvice(goodTake()).empty());
    auto low = goodTake();
    low.peak = 0.01;
    QVERIFY(says(low, "The level is low (peak -40.0 dBFS)"));
    auto muted = goodTake();
    muted.peak = 0;
    QVERIFY(says(muted, "All samples are zero"));
    auto clipped = goodTake();
    clipped.clippedRuns = 3;
    QVERIFY(says(clipped, "Clipped 3 times"));
    auto offset = goodTake();
    offset.dcOffset = -0.02;
    QVERIFY(says(offset, "DC offset -0.020"));
    auto lossy = goodTake();
    lossy.overflows = 1;
    lossy.droppedFrames = 480;
    QVERIFY(says(lossy, "The system lost samples 1 time"));
    QVERIFY(says(lossy, "480 frames were lost"));
    QVERIFY(says(TakeReport(), "Nothing was recorded"));
}

void TestLevelWatch::statisticsDescribeTheTake()
{
    auto samples = tone(1, 0.25);
    std::vector<float> both;
    for (const float sample : samples)
        both.insert(both.end(), {sample, sample - 0.5F});
    TakeStatistics statistics(2);
    statistics.add(both);
    auto report = goodTake();
    statistics.fill(report);
    QVERIFY(isNear(report.peak, 0.75, 1e-3));
    QVERIFY(isNear(report.dcOffset, -0.5, 1e-3));
    QVERIFY(isNear(report.rms, std::sqrt((0.03125 + 0.03125 + 0.25) / 2), 1e-3));
    QCOMPARE(report.clippedRuns, 0);
}

QTEST_GUILESS_MAIN(TestLevelWatch)
#include "tst_level_watch.moc"
