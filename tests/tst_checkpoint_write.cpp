#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle_fields.h"
#include "core/checkpoint/torch_file.h"
#include "core/checkpoint/zip_reader.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

using namespace phono;
using namespace phono::test;

/// Written checkpoints: the same model again, in the form that PyTorch and fairseq expect.
class CheckpointWriteTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void modelsSurvive_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("extension");
        for (const std::string folder :
             {"01_base", "02_large", "03_gru", "04a_options_projsame", "05a_vq_gumbel",
              "05b_vq_kmeans", "06_halfstored", "08_formats", "10_real_trainer"})
            for (const auto& file : checkpointsIn(folder))
                for (const std::string extension : {".pt", ".safetensors"})
                    QTest::newRow((file + " to " + extension).c_str())
                        << QString::fromStdString(file) << QString::fromStdString(extension);
    }
    void modelsSurvive()
    {
        QFETCH(QString, file);
        QFETCH(QString, extension);
        const auto original = readCheckpoint(golden::path(file.toStdString()));
        QVERIFY(original.ok());
        const auto path = m_folder.path("copy" + extension.toStdString());
        const auto written = writeCheckpoint(*original, path, true);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message.c_str());
        const auto copy = readCheckpoint(path);
        QVERIFY2(copy.ok(), copy.ok() ? "" : copy.error().message.c_str());
        QVERIFY(copy->config == original->config);
        QVERIFY(copy->warnings.empty());
        QCOMPARE(copy->tensors.size(), original->tensors.size());
        for (std::size_t i = 0; i < copy->tensors.size(); ++i) {
            QCOMPARE(copy->tensors[i].name, original->tensors[i].name);
            QVERIFY(copy->tensors[i].dtype == original->tensors[i].dtype);
            QVERIFY(*copy->tensors[i].bytes == *original->tensors[i].bytes);
        }
        auto facts = original->provenance;
        std::erase_if(facts, [](const auto& fact) { return fact.first == "optimizer state"; });
        QVERIFY(copy->provenance == facts);
    }

    void theSameModelGivesTheSameFile()
    {
        const auto model = someModel();
        for (const std::string extension : {".pt", ".safetensors"}) {
            QVERIFY(writeCheckpoint(model, m_folder.path("one" + extension)));
            QVERIFY(writeCheckpoint(model, m_folder.path("two" + extension)));
            QVERIFY(bytesOf(m_folder.path("one" + extension))
                    == bytesOf(m_folder.path("two" + extension)));
        }
    }

    void recordsLieAsPyTorchWantsThem()
    {
        const auto path = m_folder.path("layout.pt");
        QVERIFY(writeCheckpoint(someModel(), path, true));
        const auto file = InputFile::open(path);
        const auto zip = ZipReader::open(*file);
        QVERIFY(zip.ok());
        QCOMPARE(zip->records().front().name, std::string("archive/data.pkl"));
        for (const auto& record : zip->records()) {
            const auto offset = zip->locate(*file, record);
            QVERIFY(offset.ok());
            QCOMPARE(*offset % 64, std::int64_t(0));
            QCOMPARE(crc32OfRange(*file, *offset, record.bytes).value(), record.crc32);
        }
        QVERIFY(zip->find("archive/version"));
        QVERIFY(zip->find("archive/byteorder"));
    }

    void theDictionaryIsFairseqs()
    {
        const auto path = m_folder.path("dictionary.pt");
        QVERIFY(writeCheckpoint(someModel(), path, true));
        const auto file = InputFile::open(path);
        const auto torch = openTorchFile(*file);
        QVERIFY(torch.ok());
        const auto& root = *torch->document.root;
        QVERIFY(root.find("args")->is(PickleValue::Kind::None));
        QCOMPARE(textOf(memberAt(root, {"cfg", "model", "_name"})), std::string_view("wav2vec"));
        QCOMPARE(textOf(memberAt(root, {"cfg", "task", "_name"})),
                 std::string_view("audio_pretraining"));
        QCOMPARE(textOf(memberAt(root, {"cfg", "criterion", "_name"})),
                 std::string_view("wav2vec"));
        QCOMPARE(textOf(memberAt(root, {"cfg", "model", "offset"})), std::string_view("auto"));
        const auto* history = member(root, "optimizer_history");
        QVERIFY(history && history->items.size() == 1);
        QCOMPARE(member(*history->items[0], "num_updates")->integer, std::int64_t(12));
        QVERIFY(memberAt(root, {"extra_state", "train_iterator", "epoch"}));
    }

    void tiedTensorsAreWrittenOnce()
    {
        const auto model = readCheckpoint(golden::path("04a_options_projsame/ckpt_zip_cfg.pt"));
        const auto path = m_folder.path("tied.pt");
        QVERIFY(model.ok() && writeCheckpoint(*model, path).ok());
        const auto file = InputFile::open(path);
        const auto zip = ZipReader::open(*file);
        std::size_t storages = 0;
        for (const auto& record : zip->records())
            storages += record.name.starts_with("archive/data/");
        QCOMPARE(storages, model->tensors.size() - 3);
        const auto copy = readCheckpoint(path);
        QVERIFY(copy->find("project_features.conv_layers.1.1.weight")->bytes
                == copy->find("feature_aggregator.conv_layers.1.1.weight")->bytes);
    }

    void existingFilesAreKept()
    {
        const auto path = m_folder.write("mine.pt", "precious");
        QVERIFY(!writeCheckpoint(someModel(), path).ok());
        QCOMPARE(bytesOf(path), std::string("precious"));
        QVERIFY(writeCheckpoint(someModel(), path, true));
        QVERIFY(readCheckpoint(path).ok());
    }

    void whatCannotBeWrittenLeavesNothing()
    {
        const Folder folder;
        const auto model = someModel();
        QVERIFY(!writeCheckpoint(model, folder.path("model.onnx")).ok());
        auto incomplete = model;
        incomplete.tensors.pop_back();
        const auto done = writeCheckpoint(incomplete, folder.path("model.pt"));
        QVERIFY(!done.ok());
        QVERIFY(done.error().message.find("wav2vec_predictions.project_to_steps.bias")
                != std::string::npos);
        auto empty = model;
        empty.tensors.front().bytes = nullptr;
        QVERIFY(!writeCheckpoint(empty, folder.path("model.safetensors")).ok());
        QCOMPARE(folder.names(), QStringList());
    }

private:
    static Checkpoint someModel()
    {
        auto model = readCheckpoint(golden::path("10_real_trainer/fairseqHEAD_checkpoint_last.pt"));
        if (!model)
            qFatal("%s", model.error().message.c_str());
        return std::move(*model);
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(CheckpointWriteTest)
#include "tst_checkpoint_write.moc"
