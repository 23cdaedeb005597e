#include "core/train/negatives.h"

#include <QTest>

#include <cmath>

using namespace phono;

namespace {

constexpr std::int64_t kBatch = 3;
constexpr std::int64_t kFrames = 7;

ModelConfig configWith(int inSample, int cross)
{
    auto config = ModelConfig::tiny();
    config.numNegatives = inSample;
    config.crossSampleNegatives = cross;
    return config;
}

/// How often each frame of the batch was drawn for each positive, [positives][frames].
std::vector<std::vector<int>> countDraws(const at::Tensor& drawn, std::int64_t copies)
{
    const auto frames = kBatch * kFrames;
    std::vector<std::vector<int>> counts(static_cast<std::size_t>(frames),
                                         std::vector<int>(static_cast<std::size_t>(frames)));
    const auto values = drawn.view({kBatch, copies, kFrames}).contiguous();
    const auto* next = values.data_ptr<std::int64_t>();
    for (std::int64_t b = 0; b < kBatch; ++b)
        for (std::int64_t n = 0; n < copies; ++n)
            for (std::int64_t t = 0; t < kFrames; ++t)
                ++counts.at(static_cast<std::size_t>(b * kFrames + t))
                      .at(static_cast<std::size_t>(*next++));
    return counts;
}

} // namespace

/// Negatives that exclude the positive, where fairseq's exclude another frame.
class NegativesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void exclusiveOnesAreUniformOverTheOthers_data()
    {
        QTest::addColumn<bool>("cross");
        QTest::newRow("of the same sample") << false;
        QTest::newRow("of the whole batch") << true;
    }
    void exclusiveOnesAreUniformOverTheOthers()
    {
        QFETCH(bool, cross);
        constexpr int kCopies = 6000;
        at::manual_seed(11);
        const auto config = configWith(cross ? 0 : kCopies, cross ? kCopies : 0);
        const auto counts =
            countDraws(drawNegatives(kBatch, kFrames, config, NegativeDraw::Exclusive), kCopies);
        const auto others = (cross ? kBatch * kFrames : kFrames) - 1;
        const double expected = static_cast<double>(kCopies) / static_cast<double>(others);
        for (std::size_t positive = 0; positive < counts.size(); ++positive)
            for (std::size_t frame = 0; frame < counts.size(); ++frame) {
                const bool sameSample = positive / kFrames == frame / kFrames;
                const int count = counts[positive][frame];
                if (frame == positive || (!cross && !sameSample))
                    QCOMPARE(count, 0);
                else // within five standard deviations
                    QVERIFY2(std::abs(count - expected) < 5 * std::sqrt(expected),
                             qPrintable(QString("%1 for %2: %3 times instead of %4")
                                            .arg(frame)
                                            .arg(positive)
                                            .arg(count)
                                            .arg(expected)));
            }
    }

    void inSampleOnesComeFirst()
    {
        at::manual_seed(12);
        const auto drawn =
            drawNegatives(kBatch, kFrames, configWith(4, 50), NegativeDraw::Exclusive)
                .view({kBatch, 54, kFrames});
        const auto sample = drawn.floor_divide(kFrames);
        const auto own = at::arange(kBatch, at::kLong).view({kBatch, 1, 1});
        QVERIFY((sample.narrow(1, 0, 4) == own).all().item<bool>());
        QVERIFY(!(sample.narrow(1, 4, 50) == own).all().item<bool>());
    }

    void theReferencesDrawThePositiveItself()
    {
        // The quirk that the exclusive draw is for (SPEC 2.1).
        at::manual_seed(13);
        const auto counts = countDraws(
            drawNegatives(kBatch, kFrames, configWith(600, 0), NegativeDraw::Reference), 600);
        int own = 0;
        for (std::size_t i = 0; i < counts.size(); ++i)
            own += counts[i][i];
        QVERIFY(own > 0);
    }

    void nothingToDrawFrom_data()
    {
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("negatives");
        QTest::addColumn<bool>("distance");
        QTest::newRow("one frame") << 1 << 10 << false;
        QTest::newRow("no negatives asked for") << 7 << 0 << false;
        QTest::newRow("a sample distance") << 7 << 10 << true;
    }
    void nothingToDrawFrom()
    {
        QFETCH(int, frames);
        QFETCH(int, negatives);
        QFETCH(bool, distance);
        auto config = configWith(negatives, 0);
        if (distance)
            config.sampleDistance = 5;
        QVERIFY_THROWS_EXCEPTION(c10::Error,
                                 drawNegatives(2, frames, config, NegativeDraw::Exclusive));
    }
};

QTEST_APPLESS_MAIN(NegativesTest)
#include "tst_negatives.moc"
