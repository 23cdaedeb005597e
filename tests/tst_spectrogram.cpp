#include "core/audio/spectrogram.h"
#include "tests/support/sounds.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <thread>

using namespace phono;
using namespace phono::test;

namespace {

struct KeepingSink : FeatureSink {
    Result<void> begin(const FeatureInfo& newInfo, std::int64_t newFrames) override
    {
        info = newInfo;
        frames = newFrames;
        return {};
    }
    Result<void> write(std::int64_t first, std::span<const float> rows) override
    {
        if (first * info.channels != static_cast<std::int64_t>(values.size()))
            return Error{"a gap"};
        values.insert(values.end(), rows.begin(), rows.end());
        return {};
    }
    std::span<const float> frame(std::int64_t index) const
    {
        const auto channels = static_cast<std::size_t>(info.channels);
        return std::span(values).subspan(static_cast<std::size_t>(index) * channels, channels);
    }

    FeatureInfo info;
    std::int64_t frames = -1;
    std::vector<float> values;
};

KeepingSink spectrogram(std::vector<float> samples, const SpectrogramOptions& options)
{
    KeepingSink sink;
    const auto done = computeSpectrogram(Waveform(std::move(samples)), options, sink);
    if (!done)
        throw std::runtime_error(done.error().message);
    return sink;
}

double power(std::span<const float> decibels)
{
    double sum = 0;
    for (const float value : decibels)
        sum += std::pow(10, value / 10.0);
    return sum;
}

constexpr SpectrogramOptions kLinear{
    .windowLength = 400, .hop = 80, .scale = FrequencyScale::Linear};
constexpr SpectrogramOptions kMel{};

} // namespace

class TestSpectrogram : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereIsAFrameEveryHop_data();
    void thereIsAFrameEveryHop();
    void linearEqualsTheDefinition();
    void fullScaleSineIsZeroDecibels_data();
    void fullScaleSineIsZeroDecibels();
    void melBandsHoldAllThePower_data();
    void melBandsHoldAllThePower();
    void melBandsAreThoseOfHtk();
    void noMelBandIsEmpty();
    void silenceIsTheFloor();
    void clicksStandWhereTheyAre();
    void unusableOptionsAreRefused_data();
    void unusableOptionsAreRefused();
    void failureOfTheSinkStops();
    void cancelledWorkStops();
    void progressRisesToOne();
    void threadsMayWorkAtOnce();
};

void TestSpectrogram::thereIsAFrameEveryHop_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("frames");
    QTest::newRow("no samples, no frame") << 0 << 0;
    QTest::newRow("one sample") << 1 << 1;
    QTest::newRow("a hop") << 80 << 1;
    QTest::newRow("a hop and a sample") << 81 << 2;
    QTest::newRow("less than a window") << 199 << 3;
    QTest::newRow("more than a block") << 80 * 1000 << 1000;
}

void TestSpectrogram::thereIsAFrameEveryHop()
{
    QFETCH(int, samples);
    QFETCH(int, frames);
    for (const auto& options : {kLinear, kMel}) {
        const auto sink = spectrogram(asFloats(noise(static_cast<std::size_t>(samples))), options);
        QCOMPARE(spectrogramFrames(samples, options), frames);
        QCOMPARE(sink.frames, frames);
        QCOMPARE(sink.info.hop, options.hop);
        QCOMPARE(static_cast<std::size_t>(sink.info.channels),
                 spectrogramFrequencies(options).size());
        QCOMPARE(sink.values.size(), static_cast<std::size_t>(frames * sink.info.channels));
        for (const float value : sink.values)
            QVERIFY(std::isfinite(value));
    }
}

void TestSpectrogram::linearEqualsTheDefinition()
{
    // The sum over the window as it is written in books, on a signal reflected by hand.
    const auto samples = asFloats(noise(900));
    const auto at = [&](int i) {
        i = i < 0 ? -i : i;
        return static_cast<double>(samples[static_cast<std::size_t>(i > 899 ? 1798 - i : i)]);
    };
    const SpectrogramOptions options{
        .windowLength = 300, .hop = 150, .scale = FrequencyScale::Linear};
    const auto sink = spectrogram(samples, options);
    QCOMPARE(sink.info.channels, 257);
    for (int frame = 0; frame < 6; ++frame)
        for (int bin = 0; bin <= 256; bin += 16) {
            std::complex<double> sum = 0;
            double weights = 0;
            for (int i = 0; i < 300; ++i) {
                const double angle = std::numbers::pi * (i + 0.5) / 300;
                const double weight = std::sin(angle) * std::sin(angle);
                weights += weight;
                sum += weight * at(frame * 150 - 150 + i)
                    * std::polar(1.0, -2 * std::numbers::pi * bin * i / 512);
            }
            const double expected = 10 * std::log10(std::norm(sum) * 4 / (weights * weights));
            const double got = sink.frame(frame)[static_cast<std::size_t>(bin)];
            QVERIFY2(std::abs(got - expected) < 0.001,
                     qPrintable(QStringLiteral("%1 %2").arg(got).arg(expected)));
        }
}

void TestSpectrogram::fullScaleSineIsZeroDecibels_data()
{
    QTest::addColumn<int>("windowLength");
    QTest::addColumn<int>("bin"); // of an FFT of 512
    QTest::newRow("1 kHz in 25 ms") << 400 << 32;
    QTest::newRow("250 Hz in 25 ms") << 400 << 8;
    QTest::newRow("1 kHz in 32 ms, without padding") << 512 << 32;
    QTest::newRow("7 kHz in 20 ms") << 320 << 224;
}

void TestSpectrogram::fullScaleSineIsZeroDecibels()
{
    QFETCH(int, windowLength);
    QFETCH(int, bin);
    auto options = kLinear;
    options.windowLength = windowLength;
    const double hertz = bin * 16000.0 / 512;
    const auto frequencies = spectrogramFrequencies(options);
    QCOMPARE(frequencies[static_cast<std::size_t>(bin)], hertz);

    const auto sink = spectrogram(sine(hertz, 16000, 1, 1.0), options);
    const auto frame = sink.frame(100);
    const auto highest = std::ranges::max_element(frame) - frame.begin();
    QCOMPARE(highest, bin);
    QVERIFY(std::abs(frame[static_cast<std::size_t>(bin)]) < 0.02);
    const auto quiet = spectrogram(sine(hertz, 16000, 1, 0.01), options);
    QVERIFY(std::abs(quiet.frame(100)[static_cast<std::size_t>(bin)] + 40) < 0.02);
}

void TestSpectrogram::melBandsHoldAllThePower_data()
{
    QTest::addColumn<double>("hertz");
    QTest::addColumn<double>("amplitude");
    QTest::newRow("300 Hz") << 300.0 << 1.0;
    QTest::newRow("1 kHz") << 1000.0 << 1.0;
    QTest::newRow("a quiet 1234 Hz") << 1234.0 << 0.1;
    QTest::newRow("5 kHz") << 5000.0 << 1.0;
}

void TestSpectrogram::melBandsHoldAllThePower()
{
    QFETCH(double, hertz);
    QFETCH(double, amplitude);
    const auto sink = spectrogram(sine(hertz, 16000, 1, amplitude), kMel);
    const double expected = 20 * std::log10(amplitude);
    QVERIFY(std::abs(10 * std::log10(power(sink.frame(100))) - expected) < 0.05);

    const auto frame = sink.frame(100);
    const auto frequencies = spectrogramFrequencies(kMel);
    const auto highest = static_cast<std::size_t>(std::ranges::max_element(frame) - frame.begin());
    QVERIFY(frequencies[highest - 1] < hertz && frequencies[highest + 1] > hertz);
}

void TestSpectrogram::melBandsAreThoseOfHtk()
{
    const auto mel = [](double hertz) {
        return 1127.01048 * std::log(1 + hertz / 700);
    };
    const auto centres = spectrogramFrequencies(kMel);
    QCOMPARE(centres.size(), 80u);
    const double step = mel(8000) / 81;
    for (std::size_t i = 0; i < centres.size(); ++i)
        QVERIFY(std::abs(mel(centres[i]) - step * static_cast<double>(i + 1)) < 0.01);
}

void TestSpectrogram::noMelBandIsEmpty()
{
    // White noise: bands narrower than a bin of the FFT get their part, too.
    auto options = kMel;
    options.melBands = 200;
    const auto sink = spectrogram(asFloats(noise(16000)), options);
    for (std::size_t band = 0; band < 200; ++band) {
        double sum = 0;
        for (std::int64_t frame = 10; frame < 190; ++frame)
            sum += std::pow(10, sink.frame(frame)[band] / 10.0);
        QVERIFY(10 * std::log10(sum / 180) > -50);
    }
}

void TestSpectrogram::silenceIsTheFloor()
{
    for (const auto& options : {kLinear, kMel})
        for (const float value : spectrogram(std::vector<float>(2000, 0.0f), options).values)
            QCOMPARE(value, -120.0f);
}

void TestSpectrogram::clicksStandWhereTheyAre()
{
    std::vector<float> samples(80 * 2000, 0.0f);
    samples[80 * 777] = 1;
    const auto sink = spectrogram(samples, kMel);
    std::int64_t loudest = 0;
    for (std::int64_t frame = 0; frame < sink.frames; ++frame) {
        if (power(sink.frame(frame)) > power(sink.frame(loudest)))
            loudest = frame;
        const bool near = std::abs(frame - 777) < 3; // half a window is two and a half hops
        QCOMPARE(sink.frame(frame)[40] > -119, near);
    }
    QCOMPARE(loudest, 777);
}

void TestSpectrogram::unusableOptionsAreRefused_data()
{
    QTest::addColumn<int>("windowLength");
    QTest::addColumn<int>("hop");
    QTest::addColumn<int>("melBands");
    QTest::newRow("no window") << 0 << 80 << 80;
    QTest::newRow("a negative window") << -400 << 80 << 80;
    QTest::newRow("an immense window") << 2000000000 << 80 << 80;
    QTest::newRow("no hop") << 400 << 0 << 80;
    QTest::newRow("no bands") << 400 << 80 << 0;
    QTest::newRow("a billion bands") << 400 << 80 << 1000000000;
}

void TestSpectrogram::unusableOptionsAreRefused()
{
    QFETCH(int, windowLength);
    QFETCH(int, hop);
    QFETCH(int, melBands);
    KeepingSink sink;
    const auto done =
        computeSpectrogram(Waveform(std::vector<float>(1000)),
                           {.windowLength = windowLength, .hop = hop, .melBands = melBands}, sink);
    QVERIFY(!done);
    QVERIFY(done.error().message.starts_with("a spectrogram"));
    QCOMPARE(sink.frames, -1);
}

void TestSpectrogram::failureOfTheSinkStops()
{
    struct FullSink : KeepingSink {
        Result<void> write(std::int64_t first, std::span<const float> rows) override
        {
            return first > 300 ? Error{"disk full"} : KeepingSink::write(first, rows);
        }
    } sink;
    const auto done = computeSpectrogram(Waveform(std::vector<float>(160000)), kMel, sink);
    QVERIFY(!done);
    QCOMPARE(done.error().message, std::string("disk full"));
}

void TestSpectrogram::cancelledWorkStops()
{
    std::stop_source stop;
    KeepingSink sink;
    const Progress progress{.report = [&](std::string_view, double) { stop.request_stop(); },
                            .stop = stop.get_token()};
    const auto done =
        computeSpectrogram(Waveform(std::vector<float>(1600000)), kMel, sink, progress);
    QVERIFY(!done);
    QVERIFY(done.error().isCancelled());
    QVERIFY(!sink.values.empty());
    QVERIFY(static_cast<std::int64_t>(sink.values.size()) < sink.frames * sink.info.channels / 2);
}

void TestSpectrogram::progressRisesToOne()
{
    std::vector<double> fractions;
    KeepingSink sink;
    const Progress progress{
        .report = [&](std::string_view, double fraction) { fractions.push_back(fraction); },
        .stop = {}};
    QVERIFY(computeSpectrogram(Waveform(std::vector<float>(320000)), kMel, sink, progress));
    QVERIFY(fractions.size() > 10);
    QVERIFY(std::ranges::is_sorted(fractions));
    QCOMPARE(fractions.back(), 1.0);
}

void TestSpectrogram::threadsMayWorkAtOnce()
{
    const auto samples = asFloats(noise(16000));
    const auto expected = spectrogram(samples, kMel).values;
    std::vector<KeepingSink> sinks(8);
    {
        std::vector<std::jthread> threads;
        for (auto& sink : sinks)
            threads.emplace_back([&] { sink = spectrogram(samples, kMel); });
    }
    for (const auto& sink : sinks)
        QVERIFY(sink.values == expected);
}

QTEST_APPLESS_MAIN(TestSpectrogram)
#include "tst_spectrogram.moc"
