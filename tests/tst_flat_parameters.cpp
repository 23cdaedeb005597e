#include "core/train/training_network.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cmath>
#include <numbers>

using namespace phono;
using namespace phono::test;

namespace {

Checkpoint modelIn(const std::string& folder)
{
    auto model = readCheckpoint(golden::path(folder + "/ckpt_zip_cfg.pt"));
    if (!model)
        throw std::runtime_error(model.error().message);
    return std::move(*model);
}

BatchSums someSums()
{
    BatchSums one;
    one.loss = 30;
    one.stepLoss = {20, 10};
    one.stepPositives = {6, 4};
    one.positives = 10;
    one.negatives = 20;
    one.correct = 5;
    one.positiveSum = 15;
    one.negativeSum = -10;
    one.codePerplexity = 8;
    return one;
}

} // namespace

/// A model's parameters as one tensor, and back; and the sums that training keeps.
class FlatParametersTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writtenModelsCanBeRead_data()
    {
        QTest::addColumn<QString>("folder");
        for (const char* folder : {"01_base", "02_large", "03_gru", "04a_options_projsame",
                                   "05a_vq_gumbel", "05b_vq_kmeans"})
            QTest::newRow(folder) << QString(folder);
    }
    void writtenModelsCanBeRead()
    {
        QFETCH(QString, folder);
        const auto original = modelIn(folder.toStdString());
        FlatParameters parameters(original, at::kCPU);
        parameters.flat() += 1;
        const auto path = m_folder.path("model.pt");
        const auto written = writeCheckpoint(parameters.toCheckpoint(), path, true);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message.c_str());
        const auto copy = readCheckpoint(path);
        QVERIFY(copy.ok());
        QVERIFY(copy->config == original.config);
        QVERIFY(copy->warnings.empty());
        const auto expected = expectedTensors(original.config);
        QCOMPARE(copy->tensors.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(copy->tensors[i].name, expected[i].first);
            const auto before = *original.find(expected[i].first)->toFloat();
            const auto after = *copy->tensors[i].toFloat();
            QCOMPARE(after.size(), before.size());
            for (std::size_t k = 0; k < after.size(); ++k)
                QCOMPARE(after[k], before[k] + 1);
        }
    }

    void entriesFillTheFlatTensorInOrder()
    {
        const auto model = modelIn("02_large");
        const FlatParameters parameters(model, at::kCPU);
        std::int64_t next = 0;
        for (const auto& entry : parameters.entries()) {
            QCOMPARE(entry.first, next);
            next += entry.count;
            const auto view = parameters.view(parameters.flat(), entry.name);
            QCOMPARE(view.sizes().vec(), entry.shape);
            QCOMPARE(static_cast<const void*>(view.data_ptr<float>()),
                     static_cast<const void*>(parameters.flat().data_ptr<float>() + entry.first));
        }
        QCOMPARE(next, parameters.flat().numel());
        QCOMPARE(next, model.parameterCount());
    }

    void sharedTensorsAreThereOnce()
    {
        const auto model = modelIn("04a_options_projsame");
        const FlatParameters parameters(model, at::kCPU);
        for (const auto& entry : parameters.entries())
            QVERIFY(!entry.name.starts_with("project_features"));
        const auto one =
            parameters.view(parameters.flat(), "feature_aggregator.conv_layers.1.1.weight");
        const auto other =
            parameters.view(parameters.flat(), "project_features.conv_layers.1.1.weight");
        QCOMPARE(static_cast<const void*>(one.data_ptr<float>()),
                 static_cast<const void*>(other.data_ptr<float>()));
        const auto written = parameters.toCheckpoint();
        QVERIFY(written.find("feature_aggregator.conv_layers.1.1.weight")->bytes
                == written.find("project_features.conv_layers.1.1.weight")->bytes);
    }

    void incompleteModelsAreRefused()
    {
        auto model = modelIn("01_base");
        model.tensors.pop_back();
        QVERIFY_THROWS_EXCEPTION(c10::Error, FlatParameters(model, at::kCPU));
    }

    void sumsAddUp()
    {
        const BatchSums one = someSums();
        BatchSums longer = one;
        longer.loss = 60;
        longer.stepLoss = {20, 20, 20};
        longer.stepPositives = {10, 10, 10};
        longer.positives = 30;
        longer.codePerplexity = 4;
        BatchSums all;
        all.add(one);
        all.add(longer);
        QCOMPARE(all.positives, std::int64_t(40));
        QCOMPARE(*all.codePerplexity, 5.0); // weighed by the positives
        const auto metrics = all.metrics();
        QCOMPARE(metrics.lossBits, 90.0 / 40 / std::numbers::ln2);
        QCOMPARE(metrics.stepBits.size(), std::size_t(3));
        QCOMPARE(metrics.stepBits[0], 40.0 / 16 / std::numbers::ln2);
        QCOMPARE(metrics.stepBits[2], 2 / std::numbers::ln2);
        QCOMPARE(metrics.accuracy, 0.25);
        QCOMPARE(metrics.positiveMean, 0.75);
        QCOMPARE(metrics.negativeMean, -0.5);
    }

    void rowsAddUpAsSumsDo()
    {
        const BatchSums one = someSums();
        BatchSums other = one;
        other.positives = 30;
        other.stepPositives = {20, 10};
        other.codePerplexity = 4;
        BatchSums expected = one;
        expected.add(other);

        DeviceSums rows(4, at::kCPU); // more steps than any batch could predict
        rows.add(DeviceSums(one, 4));
        rows.add(DeviceSums(other, 4));
        QCOMPARE(rows.loss().item<double>(), 60.0);
        QCOMPARE(rows.positives().item<double>(), 40.0);
        const auto read = rows.read();
        QVERIFY(read.metrics() == expected.metrics());
        QVERIFY(read.stepPositives == expected.stepPositives);
        QCOMPARE(read.correct, expected.correct);
        QCOMPARE(*read.codePerplexity, 5.0);
        QVERIFY(!DeviceSums(BatchSums(), 4).read().codePerplexity);
    }

    void nothingSummedGivesZeros() { QVERIFY(BatchSums().metrics() == TaskMetrics()); }

private:
    Folder m_folder;
};

QTEST_APPLESS_MAIN(FlatParametersTest)
#include "tst_flat_parameters.moc"
