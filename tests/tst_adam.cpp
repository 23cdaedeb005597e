#include "core/train/adam.h"
#include "core/train/row_network.h"
#include "tests/support/loss_cases.h"

#include <QJsonArray>
#include <QTest>

#include <ATen/ATen.h>

#include <cmath>

using namespace phono;
using namespace phono::golden;

namespace {

/// Three updates of a golden case.
struct Updates {
    explicit Updates(const std::string& name)
        : folder("20_loss/" + name)
        , meta(readJson(folder + "/meta.json"))
        , model(modelOf(QJsonObject{{"case", "02_large"}, {"over", meta["over"]}}))
        , parameters(model, at::kCPU)
    {
        config.model = model.config;
        config.common.threads = 2;
        const auto options = meta["kw"].toObject();
        config.optimization.clipNorm = options["clip"].toDouble(0);
        config.optimizer.weightDecay = options["wd"].toDouble(0);
        config.optimization.lr = meta["lr"].toDouble();
    }

    std::string folder;
    QJsonObject meta;
    Checkpoint model;
    FlatParameters parameters;
    TrainingConfig config;
};

at::Tensor number(double value)
{
    return at::full({1}, value, at::kDouble);
}

double normOf(const AdamOptimizer& adam, const at::Tensor& gradients, double scale)
{
    return adam.norm(gradients, number(scale)).item<double>();
}

void step(AdamOptimizer& adam, at::Tensor& parameters, const at::Tensor& gradients, double scale,
          double norm, double clipNorm, double lr)
{
    adam.step(parameters, gradients, {number(scale), number(norm), at::ones({1}, at::kBool)},
              clipNorm, lr);
    ++adam.steps;
}

} // namespace

/// The optimizer against fairseq's updates, and its parts against plain formulas.
class AdamTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void updatesAreTheReferences_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"adam3_bce", "adam3_infonce", "adam3_bce_clip0p5"})
            QTest::newRow(name) << QString(name);
    }
    void updatesAreTheReferences()
    {
        QFETCH(QString, name);
        Updates run(name.toStdString());
        const auto network = RowNetwork::create(run.parameters, run.config);
        QVERIFY(network.ok());
        AdamOptimizer adam(run.parameters.flat(), run.config.optimizer, 2);
        const auto audio = toTensor(batchOf(run.model, 48));
        const auto steps = run.meta["steps"].toArray();
        for (int i = 0; i < steps.size(); ++i) {
            at::manual_seed(static_cast<std::uint64_t>(run.meta["seed0"].toInt() + i));
            auto gradients = at::zeros_like(run.parameters.flat());
            const auto sums = (*network)->differentiate(audio, i, gradients, {}).read();
            const auto expected = steps[i].toObject();
            const double loss = expected["loss_sum"].toDouble();
            QVERIFY(std::abs(sums.loss - loss) <= 5e-6 * loss);
            const double scale = 1.0 / static_cast<double>(sums.positives);
            const double norm = normOf(adam, gradients, scale);
            const double gnorm = expected["gnorm"].toDouble();
            QVERIFY2(std::abs(norm - gnorm) <= 1e-5 * gnorm,
                     qPrintable(QString("norm %1 instead of %2").arg(norm).arg(gnorm)));
            step(adam, run.parameters.flat(), gradients, scale, norm,
                 run.config.optimization.clipNorm, run.config.optimization.lr);
        }
        QCOMPARE(adam.steps, std::int64_t(3));
        int compared = 0;
        for (const auto& entry : run.parameters.entries()) {
            const auto file = run.folder + "/after3__" + entry.name + ".npy";
            if (!std::ifstream(path(file)).good())
                continue;
            const auto array = readNpy(file);
            const auto difference =
                (run.parameters.view(run.parameters.flat(), entry.name)
                 - at::tensor(at::ArrayRef<double>(array.values), at::kDouble).view(array.shape))
                    .abs()
                    .max()
                    .item<double>();
            QVERIFY2(difference <= 5e-5,
                     qPrintable(QString("%1 differs by %2")
                                    .arg(QString::fromStdString(entry.name))
                                    .arg(difference)));
            ++compared;
        }
        QVERIFY(compared > 0);
    }

    void threadsChangeNoBit()
    {
        at::manual_seed(2);
        const auto start = at::randn({200000});
        const auto gradients = at::randn({200000});
        TrainingConfig::Optimizer options;
        options.weightDecay = 0.01;
        const auto run = [&](int threads) {
            auto parameters = start.clone();
            AdamOptimizer adam(parameters, options, threads);
            for (int i = 0; i < 3; ++i)
                step(adam, parameters, gradients, 0.5, normOf(adam, gradients, 0.5), 1, 0.1);
            return parameters;
        };
        QVERIFY(at::equal(run(1), run(3)));
    }

    /// What other devices compute, on this one.
    void atenMakesTheSameUpdates()
    {
        at::manual_seed(2);
        const auto start = at::randn({1000});
        TrainingConfig::Optimizer options;
        options.weightDecay = 0.01;
        auto expected = start.clone();
        auto parameters = start.clone();
        AdamOptimizer loops(expected, options, 1);
        AdamOptimizer aten(parameters, options, 1);
        for (int i = 0; i < 3; ++i) {
            const auto gradients = at::randn({1000});
            const double norm = normOf(aten, gradients, 0.5);
            step(loops, expected, gradients, 0.5, norm, 3, 0.1);
            aten.stepByAten(parameters, gradients,
                            {number(0.5), number(norm), at::ones({1}, at::kBool)}, 3, 0.1);
            ++aten.steps;
        }
        QVERIFY(!at::allclose(expected, start, 1e-2));
        QVERIFY(at::allclose(parameters, expected, 1e-5, 1e-6));
    }

    void nothingChangesWithoutLeave_data()
    {
        QTest::addColumn<bool>("byAten");
        QTest::newRow("by loops") << false;
        QTest::newRow("by ATen") << true;
    }
    void nothingChangesWithoutLeave()
    {
        QFETCH(bool, byAten);
        TrainingConfig::Optimizer options;
        options.weightDecay = 0.01;
        auto parameters = at::ones({100});
        AdamOptimizer adam(parameters, options, 1);
        step(adam, parameters, at::ones({100}), 1, 1, 0, 0.1);
        const auto before = parameters.clone();
        const auto average = adam.expAvg.clone();
        const auto square = adam.expAvgSq.clone();
        auto gradients = at::ones({100});
        gradients[3] = std::nan("");
        gradients[4] = INFINITY;
        const AdamOptimizer::Given given = {number(1), number(std::nan("")),
                                            at::zeros({1}, at::kBool)};
        if (byAten)
            adam.stepByAten(parameters, gradients, given, 1, 0.1);
        else
            adam.step(parameters, gradients, given, 1, 0.1);
        QVERIFY(at::equal(parameters, before));
        QVERIFY(at::equal(adam.expAvg, average));
        QVERIFY(at::equal(adam.expAvgSq, square));
    }

    void stateContinues()
    {
        at::manual_seed(2);
        const auto gradients = at::randn({1000});
        auto whole = at::zeros({1000});
        AdamOptimizer first(whole, {}, 1);
        for (int i = 0; i < 4; ++i)
            step(first, whole, gradients * (i + 1), 1, 1, 0, 0.1);

        auto parts = at::zeros({1000});
        AdamOptimizer before(parts, {}, 1);
        for (int i = 0; i < 2; ++i)
            step(before, parts, gradients * (i + 1), 1, 1, 0, 0.1);
        AdamOptimizer after(parts, {}, 1);
        after.steps = before.steps;
        after.expAvg = before.expAvg.clone();
        after.expAvgSq = before.expAvgSq.clone();
        for (int i = 2; i < 4; ++i)
            step(after, parts, gradients * (i + 1), 1, 1, 0, 0.1);
        QVERIFY(at::equal(parts, whole));
    }

    void weightDecayIsDecoupled()
    {
        // Without gradients only the decay moves a parameter.
        auto parameters = at::full({3}, 2.0F);
        TrainingConfig::Optimizer options;
        options.weightDecay = 0.5;
        AdamOptimizer adam(parameters, options, 1);
        step(adam, parameters, at::zeros({3}), 1, 0, 0, 0.1);
        QVERIFY(at::allclose(parameters, at::full({3}, 1.9F)));
    }

    void aLargeGradientIsScaledDown()
    {
        // Clipped from norm 5 to 1; eps is large, so that sizes show.
        TrainingConfig::Optimizer options;
        options.adamEps = 1;
        auto clipped = at::zeros({2});
        AdamOptimizer adam(clipped, options, 1);
        const auto gradients = at::tensor({3.0F, 4.0F});
        QVERIFY(std::abs(normOf(adam, gradients, 1) - 5) < 1e-12);
        step(adam, clipped, gradients, 1, 5, 1, 0.1);
        auto direct = at::zeros({2});
        AdamOptimizer other(direct, options, 1);
        step(other, direct, gradients / 5, 1, 1, 0, 0.1);
        QVERIFY(at::allclose(clipped, direct, 1e-5));
    }
};

QTEST_APPLESS_MAIN(AdamTest)
#include "tst_adam.moc"
