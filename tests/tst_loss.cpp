#include "core/model/contrastive_loss.h"
#include "core/model/evaluate_loss.h"
#include "core/model/graph.h"
#include "tests/support/loss_cases.h"

#include <QTest>

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

using namespace phono;
using namespace phono::golden;

namespace {

/// All scores in the order in which the reference's criterion sees them (SPEC 3): BCE flat,
/// copy-major per step; InfoNCE [rows, 1 + negatives].
at::Tensor asTheReference(const at::Tensor& scores, bool infonce)
{
    std::vector<at::Tensor> parts;
    for (std::int64_t step = 0; step < scores.size(2); ++step) {
        const auto made = scores.select(2, step).narrow(1, step, scores.size(1) - step);
        parts.push_back(infonce ? made.transpose(0, 1).reshape({-1, made.size(2)})
                                : made.permute({2, 0, 1}).flatten());
    }
    return at::cat(parts, 0).contiguous();
}

} // namespace

/// Negatives, scores and loss against those of the reference implementation.
class LossTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void negativesAreTheReferences_data() { addLossCases(); }
    void negativesAreTheReferences()
    {
        QFETCH(QString, name);
        const auto folder = "20_loss/" + name.toStdString();
        const auto meta = readJson(folder + "/meta.json");
        const auto model = modelOf(meta);
        const auto expected = readNpy(folder + "/neg_pos.npy"); // negatives x batch x frames
        at::manual_seed(static_cast<std::uint64_t>(meta["seed"].toInt()));
        const auto drawn = sampleNegatives(meta["B"].toInt(), meta["T"].toInt(), model.config)
                               .view({meta["B"].toInt(), -1, meta["T"].toInt()})
                               .permute({1, 0, 2})
                               .contiguous();
        QCOMPARE(drawn.sizes().vec(), expected.shape);
        const auto* values = drawn.data_ptr<std::int64_t>();
        QCOMPARE(std::vector<double>(values, values + drawn.numel()), expected.values);
    }

    void scoresAreTheReferences_data() { addLossCases(); }
    void scoresAreTheReferences()
    {
        QFETCH(QString, name);
        const auto folder = "20_loss/" + name.toStdString();
        const auto meta = readJson(folder + "/meta.json");
        const auto model = modelOf(meta);
        const Graph graph(model, at::kCPU);
        const auto output = graph.forward(toTensor(batchOf(model, meta["T"].toInt())));
        const auto targets = graph.targets(output);
        at::manual_seed(static_cast<std::uint64_t>(meta["seed"].toInt()));
        const auto negatives = sampleNegatives(targets.size(0), targets.size(2), model.config);
        const auto scores =
            contrastiveScores(graph.predictions(output.c), targets, negatives, model.config);
        const auto flat = asTheReference(scores, model.config.infonce);
        const auto expected = readNpy(folder + "/logits.npy");
        QCOMPARE(flat.sizes().vec(), expected.shape);
        for (std::int64_t i = 0; i < flat.numel(); ++i) {
            const double want = expected.values[static_cast<std::size_t>(i)];
            const double difference =
                std::abs(static_cast<double>(flat.data_ptr<float>()[i]) - want);
            QVERIFY2(difference <= 1e-5 + 1e-5 * std::abs(want),
                     qPrintable(QString("score %1 differs by %2").arg(i).arg(difference)));
        }
    }

    void lossIsTheReferences_data() { addLossCases(); }
    void lossIsTheReferences()
    {
        QFETCH(QString, name);
        const auto meta = readJson("20_loss/" + name.toStdString() + "/meta.json");
        const auto model = modelOf(meta);
        LossOptions options;
        options.seed = static_cast<std::uint64_t>(meta["seed"].toInt());
        const auto report = evaluateLoss(model, batchOf(model, meta["T"].toInt()), options);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
        const double loss = meta["loss_sum"].toDouble();
        QVERIFY2(std::abs(report->lossSum - loss) <= 2e-6 * loss,
                 qPrintable(QString("%1 instead of %2").arg(report->lossSum).arg(loss)));
        QCOMPARE(report->sampleSize, static_cast<std::int64_t>(meta["sample_size"].toInt()));
        QVERIFY(std::abs(report->bits - meta["logged_loss_bits"].toDouble()) < 1e-4);
        QCOMPARE(static_cast<int>(report->bitsPerStep.size()),
                 std::min(meta["steps"].toInt(), meta["T"].toInt() - meta["offset"].toInt()));
        if (model.config.infonce) {
            QCOMPARE(report->correct, static_cast<std::int64_t>(meta["correct"].toInt()));
            QCOMPARE(report->count, static_cast<std::int64_t>(meta["count"].toInt()));
        }
    }

    void theOtherCriterionCanBeAskedFor()
    {
        const auto meta = readJson("20_loss/large_bce/meta.json");
        const auto model = modelOf(meta);
        LossOptions options;
        options.criterion = Criterion::InfoNce;
        const auto report = evaluateLoss(model, batchOf(model, 48), options);
        QVERIFY(report.ok());
        QCOMPARE(report->criterion, Criterion::InfoNce);
        QCOMPARE(report->count, report->sampleSize);
    }

    void zeroScoresGiveOneBitEach()
    {
        // BCE of a zero score is log 2; InfoNCE of K equal scores is log K (SPEC 3).
        ModelConfig config = ModelConfig::tiny();
        config.numNegatives = 10;
        const auto scores = at::zeros({2, 30, 12, 11});
        const auto bce = summarizeLoss(scores, config);
        QCOMPARE(bce.sampleSize, std::int64_t(2 * (12 * 30 - 66)));
        QVERIFY(std::abs(bce.bits - 11) < 1e-12);
        config.infonce = true;
        const auto infoNce = summarizeLoss(scores, config);
        QVERIFY(std::abs(infoNce.bits - std::log2(11.0)) < 1e-12);
        QCOMPARE(infoNce.correct, std::int64_t(0)); // rows in which all scores tie
        config.infonce = false;
        config.balancedClasses = true;
        QVERIFY(std::abs(summarizeLoss(scores, config).bits - 2) < 1e-12);
    }

    void aPositiveDrawnAsItsNegativeTies()
    {
        auto config = ModelConfig::tiny();
        config.numNegatives = 37;
        config.predictionSteps = 5;
        config.offset = 1;
        at::manual_seed(3);
        constexpr std::int64_t kFrames = 40;
        const auto targets = at::randn({2, 67, kFrames});
        const auto predictions = at::randn({2, 4 + kFrames - 1, 5, 67});
        const auto own = at::arange(2 * kFrames, at::kLong).view({2, 1, kFrames});
        const auto negatives = own.expand({2, 37, kFrames}).reshape({2, -1});
        const auto scores = contrastiveScores(predictions, targets, negatives, config);
        QVERIFY(at::equal(scores, scores.narrow(3, 0, 1).expand(scores.sizes())));
        QCOMPARE(sumScores(scores, config).correct.item<double>(), 0.0);
    }

    void recurrenceOverTheBatch()
    {
        // The reference's axes: elements of a batch hear those before them (SPEC 1.4).
        const auto meta = readJson("20_loss/03_gru_bce/meta.json");
        const auto model = modelOf(meta);
        const Graph graph(model, at::kCPU);
        const auto c = graph.forward(toTensor(batchOf(model, 48))).c.contiguous();
        const auto expected = readNpy("03_gru/batch3_c.npy");
        QCOMPARE(c.sizes().vec(), expected.shape);
        for (std::int64_t i = 0; i < c.numel(); ++i)
            QVERIFY(std::abs(static_cast<double>(c.data_ptr<float>()[i])
                             - expected.values[static_cast<std::size_t>(i)])
                    <= 2e-5);
    }

    void tooShort_data()
    {
        QTest::addColumn<int>("samples");
        QTest::newRow("no frame") << 100;
        QTest::newRow("one frame: nothing to draw negatives from") << 624;
    }
    void tooShort()
    {
        QFETCH(int, samples);
        const auto model = modelOf(readJson("20_loss/large_bce/meta.json"));
        const std::vector<Waveform> batch(
            1, Waveform(std::vector<float>(static_cast<std::size_t>(samples), 0.1F)));
        QVERIFY(!evaluateLoss(model, batch, {}));
        QVERIFY(!evaluateLoss(model, {}, {}));
    }

    void fewerFramesThanTheOffsetGiveNoLoss()
    {
        const auto model = modelOf(readJson("20_loss/large_bce/meta.json"));
        const std::vector<Waveform> batch(2, Waveform(std::vector<float>(785, 0.1F))); // 3 frames
        const auto report = evaluateLoss(model, batch, {});
        QVERIFY(report.ok());
        QCOMPARE(report->sampleSize, std::int64_t(0));
        QCOMPARE(report->lossSum, 0.0);
    }
};

QTEST_APPLESS_MAIN(LossTest)
#include "tst_loss.moc"
