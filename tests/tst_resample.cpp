#include "core/audio/resample.h"
#include "tests/support/sounds.h"

#include <QTest>

#include <cmath>

using namespace phono;
using namespace phono::test;

namespace {

std::vector<float> resampled(const std::vector<float>& in, double from, double to,
                             std::size_t block)
{
    auto resampler = Resampler::create(from, to);
    std::vector<float> out;
    for (std::size_t i = 0; i < in.size(); i += block) {
        const auto count = std::min(block, in.size() - i);
        if (!resampler->process(std::span(in).subspan(i, count), out))
            return {};
    }
    if (!resampler->finish(out))
        return {};
    return out;
}

double rms(std::span<const float> samples)
{
    double sum = 0;
    for (const float sample : samples)
        sum += static_cast<double>(sample) * sample;
    return std::sqrt(sum / static_cast<double>(samples.size()));
}

} // namespace

class TestResample : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blockSizesDoNotMatter_data();
    void blockSizesDoNotMatter();
    void equalRatesChangeNothing();
    void lengthFollowsTheRates_data();
    void lengthFollowsTheRates();
    void whatTheNewRateCannotHoldIsRemoved_data();
    void whatTheNewRateCannotHoldIsRemoved();
    void nothingStaysNothing();
};

void TestResample::blockSizesDoNotMatter_data()
{
    QTest::addColumn<double>("from");
    QTest::addColumn<double>("to");
    QTest::newRow("down") << 44100.0 << 16000.0;
    QTest::newRow("up") << 8000.0 << 16000.0;
    QTest::newRow("up a lot") << 1000.0 << 48000.0;
}

void TestResample::blockSizesDoNotMatter()
{
    QFETCH(double, from);
    QFETCH(double, to);
    const auto in = asFloats(noise(20000));
    const auto whole = resampled(in, from, to, in.size());
    QVERIFY(!whole.empty());
    for (const std::size_t block : {1u, 100u, 4096u}) {
        const auto parts = resampled(in, from, to, block);
        QCOMPARE(parts.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i)
            QVERIFY(std::abs(parts[i] - whole[i]) < 1e-6);
    }
}

void TestResample::equalRatesChangeNothing()
{
    const auto in = asFloats(noise(3000));
    QVERIFY(resampled(in, 16000, 16000, 77) == in);
}

void TestResample::lengthFollowsTheRates_data()
{
    QTest::addColumn<double>("from");
    QTest::addColumn<double>("to");
    QTest::newRow("compact disc to model") << 44100.0 << 16000.0;
    QTest::newRow("telephone to model") << 8000.0 << 16000.0;
    QTest::newRow("model to sound card") << 16000.0 << 48000.0;
    QTest::newRow("a rate that divides nothing") << 7999.0 << 16000.0;
}

void TestResample::lengthFollowsTheRates()
{
    QFETCH(double, from);
    QFETCH(double, to);
    for (const std::size_t count : {1u, 10u, 465u, 30000u}) {
        const auto out = resampled(std::vector<float>(count, 0.1f), from, to, 1000);
        QVERIFY(std::abs(static_cast<double>(out.size()) - static_cast<double>(count) * to / from)
                <= 1);
    }
}

void TestResample::whatTheNewRateCannotHoldIsRemoved_data()
{
    QTest::addColumn<double>("hertz");
    QTest::addColumn<double>("gain"); // dB, of the amplitude
    QTest::newRow("100 Hz stays") << 100.0 << 0.0;
    QTest::newRow("5 kHz stays") << 5000.0 << 0.0;
    QTest::newRow("7 kHz stays") << 7000.0 << 0.0;
    QTest::newRow("9 kHz goes") << 9000.0 << -90.0;
    QTest::newRow("15 kHz goes, without an echo at 1 kHz") << 15000.0 << -90.0;
}

void TestResample::whatTheNewRateCannotHoldIsRemoved()
{
    QFETCH(double, hertz);
    QFETCH(double, gain);
    const auto out = resampled(sine(hertz, 48000, 1), 48000, 16000, 4096);
    const double level = rms(std::span(out).subspan(4000, 8000)) / (0.5 / std::sqrt(2.0));
    if (gain < 0)
        QVERIFY(20 * std::log10(level) < gain);
    else
        QVERIFY(std::abs(20 * std::log10(level)) < 0.02);
}

void TestResample::nothingStaysNothing()
{
    QVERIFY(resampled({}, 44100, 16000, 1).empty());
}

QTEST_APPLESS_MAIN(TestResample)
#include "tst_resample.moc"
