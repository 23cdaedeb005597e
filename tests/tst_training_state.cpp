#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/training_state.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace phono;
using namespace phono::test;

/// What a run needs to go on: written beside the model, read back to the bit.
class TrainingStateTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void survivesTheFile()
    {
        const auto model = someModel();
        const auto state = someState(model);
        const auto path = m_folder.path("run.pt");
        const auto written = writeCheckpoint(model, path, true, &state);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message.c_str());
        const auto read = readTrainingState(path);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        QCOMPARE(read->updates, state.updates);
        QCOMPARE(read->epoch, state.epoch);
        QCOMPARE(read->batch, state.batch);
        QCOMPARE(read->lr, state.lr);
        QCOMPARE(read->adamBetas, state.adamBetas);
        QCOMPARE(read->adamEps, state.adamEps);
        QCOMPARE(read->weightDecay, state.weightDecay);
        QVERIFY(read->progress == state.progress);
        QCOMPARE(read->expAvg.size(), state.expAvg.size());
        for (std::size_t i = 0; i < read->expAvg.size(); ++i) {
            QCOMPARE(read->expAvg[i].shape, state.expAvg[i].shape);
            QVERIFY(*read->expAvg[i].bytes == *state.expAvg[i].bytes);
            QVERIFY(*read->expAvgSq[i].bytes == *state.expAvgSq[i].bytes);
        }
    }

    void leavesTheModelAsItIs()
    {
        const auto model = someModel();
        const auto state = someState(model);
        const auto path = m_folder.path("model.pt");
        QVERIFY(writeCheckpoint(model, path, true, &state));
        const auto read = readCheckpoint(path);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        QVERIFY(read->config == model.config);
        QVERIFY(read->warnings.empty());
        for (std::size_t i = 0; i < read->tensors.size(); ++i)
            QVERIFY(*read->tensors[i].bytes == *model.tensors[i].bytes);
    }

    /// So a run of fairseq can be taken over.
    void readsWhatTheReferencesTrainerWrote()
    {
        const auto path = golden::path("10_real_trainer/fairseqHEAD_checkpoint_last.pt");
        const auto model = readCheckpoint(path);
        QVERIFY(model.ok());
        const auto state = readTrainingState(path);
        QVERIFY2(state.ok(), state.ok() ? "" : state.error().message.c_str());
        QVERIFY(state->updates > 0);
        QCOMPARE(state->expAvg.size(), model->tensors.size());
        for (std::size_t i = 0; i < state->expAvg.size(); ++i) {
            QCOMPARE(state->expAvg[i].shape, model->tensors[i].shape);
            QCOMPARE(state->expAvgSq[i].shape, model->tensors[i].shape);
        }
    }

    void saysWhatIsMissing()
    {
        const auto path = m_folder.path("bare.pt");
        QVERIFY(writeCheckpoint(someModel(), path, true));
        const auto read = readTrainingState(path);
        QVERIFY(!read.ok());
        QVERIFY(QString::fromStdString(read.error().message).contains("bare.pt"));
        QVERIFY(QString::fromStdString(read.error().message).contains("no optimizer state"));
    }

    /// A file is foreign: going on from there must not overflow.
    void countsBeyondReasonAreRefused()
    {
        const auto path = m_folder.path("far.pt");
        const auto model = someModel();
        auto state = someState(model);
        state.epoch = std::numeric_limits<std::int64_t>::max();
        QVERIFY(writeCheckpoint(model, path, true, &state));
        const auto read = readTrainingState(path);
        QVERIFY(!read.ok());
        QVERIFY(QString::fromStdString(read.error().message).contains("how far"));
    }

    void onlyFiniteNumbersOfItsKindCount()
    {
        TrainingState state;
        state.progress = {{"a", 0.5}, {"b", std::int64_t(3)}, {"c", std::nan("")}};
        QCOMPARE(state.number<double>("a"), std::optional(0.5));
        QCOMPARE(state.number<std::int64_t>("b"), std::optional(std::int64_t(3)));
        QVERIFY(!state.number<double>("b") && !state.number<double>("c"));
        QVERIFY(!state.number<double>("d"));
    }

    void onlyTorchFilesHoldIt()
    {
        const auto model = someModel();
        const auto state = someState(model);
        QVERIFY(!writeCheckpoint(model, m_folder.path("run.safetensors"), true, &state));
        QVERIFY(!std::filesystem::exists(m_folder.path("run.safetensors")));
    }

private:
    static Checkpoint someModel()
    {
        auto model = readCheckpoint(golden::path("02_large/ckpt_zip_cfg.pt"));
        if (!model)
            qFatal("%s", model.error().message.c_str());
        return *model;
    }
    static TrainingState someState(const Checkpoint& model)
    {
        TrainingState state;
        state.updates = 1234;
        state.epoch = 3;
        state.batch = 17;
        state.lr = 0.1 + 0.2; // has no short decimal form
        state.adamBetas = {0.8, 0.99};
        state.adamEps = 1e-7;
        state.weightDecay = 0.01;
        state.progress = {{"best_loss", 4.25}, {"seconds", 17.125}, {"note", std::string("a")}};
        float next = 0.5F;
        for (const auto& tensor : model.tensors) {
            std::vector<float> values(static_cast<std::size_t>(tensor.numel()));
            std::iota(values.begin(), values.end(), next);
            state.expAvg.push_back(Tensor::fromFloat(tensor.name, tensor.shape, values));
            std::iota(values.begin(), values.end(), next += 1);
            state.expAvgSq.push_back(Tensor::fromFloat(tensor.name, tensor.shape, values));
        }
        return state;
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(TrainingStateTest)
#include "tst_training_state.moc"
