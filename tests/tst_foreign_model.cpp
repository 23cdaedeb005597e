#include "core/checkpoint/checkpoint.h"
#include "tests/support/checkpoint_files.h"

#include <QTest>

using namespace phono;
using namespace phono::test;

/// Models and files that people take for wav2vec checkpoints: each is called by its name.
class ForeignModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void modelsAreNamedByTheirTensors_data()
    {
        QTest::addColumn<QStringList>("tensors");
        QTest::addColumn<QString>("name");
        const QString encoder = "feature_extractor.conv_layers.0.0.weight";
        QTest::newRow("wav2vec 2.0 of fairseq")
            << QStringList{"mask_emb", encoder, "encoder.pos_conv.0.bias", "quantizer.vars"}
            << "a wav2vec 2.0 checkpoint";
        QTest::newRow("wav2vec 2.0, fine-tuned")
            << QStringList{"w2v_encoder.w2v_model.post_extract_proj.weight"}
            << "a wav2vec 2.0 checkpoint";
        QTest::newRow("wav2vec 2.0 of transformers")
            << QStringList{"wav2vec2.feature_extractor.conv_layers.0.conv.weight"}
            << "a wav2vec 2.0 checkpoint";
        QTest::newRow("HuBERT of fairseq")
            << QStringList{"label_embs_concat", "mask_emb", encoder} << "a HuBERT checkpoint";
        QTest::newRow("HuBERT of transformers")
            << QStringList{"hubert.encoder.layer_norm.weight"} << "a HuBERT checkpoint";
        QTest::newRow("WavLM") << QStringList{"mask_emb",
                                              "encoder.layers.0.self_attn.grep_linear.weight"}
                               << "a WavLM checkpoint";
        QTest::newRow("data2vec of transformers")
            << QStringList{"data2vec_audio.masked_spec_embed"} << "a data2vec checkpoint";
        QTest::newRow("Whisper of transformers")
            << QStringList{"model.encoder.conv1.weight", "model.decoder.embed_tokens.weight"}
            << "a Whisper checkpoint";
        QTest::newRow("CPC_audio")
            << QStringList{"gEncoder.conv0.weight", "gAR.baseNet.weight_ih_l0"}
            << "a CPC checkpoint";
        QTest::newRow("something else")
            << QStringList{"conv1.weight", "fc.bias"} << "conv1.weight, fc.bias";
    }
    void modelsAreNamedByTheirTensors()
    {
        QFETCH(QStringList, tensors);
        QFETCH(QString, name);
        PickleWriter pickle;
        std::vector<std::pair<std::string, std::string>> records(1);
        pickle.orderedDictionary([&] {
            for (const auto& tensor : tensors) {
                const auto key = std::to_string(records.size() - 1);
                pickle.text(tensor.toStdString());
                writeTensor(pickle, key, {2, 2}, 4);
                records.emplace_back("archive/data/" + key, std::string(16, '\0'));
            }
        });
        records[0] = {"archive/data.pkl", pickle.finish()};
        expectRefusal(m_folder.writeZip("model.pt", records), name);
    }

    void modelsAreNamedByTheirConfiguration_data()
    {
        QTest::addColumn<QString>("section");
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("name");
        QTest::newRow("wav2vec 2.0 with options") << "args"
                                                  << "wav2vec2"
                                                  << "a wav2vec 2.0";
        QTest::newRow("wav2vec 2.0, fine-tuned") << "cfg"
                                                 << "wav2vec_ctc"
                                                 << "a wav2vec 2.0";
        QTest::newRow("HuBERT") << "cfg"
                                << "hubert"
                                << "a HuBERT";
        QTest::newRow("data2vec") << "cfg"
                                  << "data2vec_audio"
                                  << "a data2vec";
        QTest::newRow("RoBERTa on codes") << "args"
                                          << "roberta_base"
                                          << "a BERT or RoBERTa";
    }
    void modelsAreNamedByTheirConfiguration()
    {
        QFETCH(QString, section);
        QFETCH(QString, architecture);
        QFETCH(QString, name);
        PickleWriter pickle;
        pickle.dictionary([&] {
            pickle.text(section.toStdString());
            pickle.dictionary([&] {
                if (section == "args") {
                    pickle.text("arch");
                    pickle.text(architecture.toStdString());
                    return;
                }
                pickle.text("model");
                pickle.dictionary([&] {
                    pickle.text("_name");
                    pickle.text(architecture.toStdString());
                });
            });
            pickle.text("model");
            pickle.orderedDictionary([] {});
        });
        expectRefusal(m_folder.writeZip("model.pt", {{"archive/data.pkl", pickle.finish()}}), name);
    }

    void modelsWithUnknownClassesAreNamedToo()
    {
        // As HuBERT's published files: a dictionary object of fairseq in the task's state.
        PickleWriter pickle;
        pickle.dictionary([&] {
            pickle.text("task_state");
            pickle.call("fairseq.data.dictionary", "Dictionary", [] {});
            pickle.text("cfg");
            pickle.dictionary([&] {
                pickle.text("model");
                pickle.dictionary([&] {
                    pickle.text("_name");
                    pickle.text("hubert");
                });
            });
        });
        const auto path = m_folder.writeZip("hubert.pt", {{"archive/data.pkl", pickle.finish()}});
        expectRefusal(path, "a HuBERT checkpoint");
        expectRefusal(path, "fairseq.data.dictionary.Dictionary");
    }

    void pickledModelsOfWholeClassesAreRefused()
    {
        PickleWriter pickle;
        pickle.call("my.models", "Net", [] {});
        expectRefusal(m_folder.write("net.pt", legacyPrologue() + pickle.finish()),
                      "my.models.Net");
    }

    void formatsAreNamedByTheirFirstBytes_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<QString>("name");
        QTest::newRow("GGUF") << QByteArray("GGUF\x03\0\0\0", 8) << "a GGUF model";
        QTest::newRow("GGML") << QByteArray("lmgg\x01\0\0\0", 8) << "a GGML model";
        QTest::newRow("ONNX") << QByteArray("\x08\x07\x12\x07pytorch\x1a\x05") << "an ONNX model";
        QTest::newRow("HDF5") << QByteArray("\x89HDF\r\n\x1a\n") << "an HDF5 file";
        QTest::newRow("NumPy") << QByteArray("\x93NUMPY\x01\0", 8) << "a NumPy array";
        QTest::newRow("TensorFlow Lite") << QByteArray("\x1c\0\0\0TFL3", 8) << "TensorFlow Lite";
        QTest::newRow("Git LFS") << QByteArray("version https://git-lfs.github.com/spec/v1\n")
                                 << "a Git LFS pointer";
        QTest::newRow("a web page") << QByteArray("<!DOCTYPE html><html>") << "a web page";
        QTest::newRow("gzip") << QByteArray("\x1f\x8b\x08") << "a compressed archive";
        QTest::newRow("a configuration") << QByteArray("{\"architectures\": []}") << "a JSON text";
        QTest::newRow("a recording") << QByteArray("RIFF\0\0\0\0WAVE", 12) << "a recording";
        QTest::newRow("another pickle") << QByteArray("\x80\x04}.") << "a Python pickle";
        QTest::newRow("a tar archive") << QByteArray(257, '\1') + "ustar"
                                       << "a tar archive";
        QTest::newRow("a text") << QByteArray("hello") << "neither a PyTorch checkpoint";
    }
    void formatsAreNamedByTheirFirstBytes()
    {
        QFETCH(QByteArray, start);
        QFETCH(QString, name);
        expectRefusal(m_folder.write("model.pt", start.toStdString() + std::string(64, '\1')),
                      name);
    }

    void archivesAreNamedByTheirRecords_data()
    {
        QTest::addColumn<QString>("record");
        QTest::addColumn<QString>("name");
        QTest::newRow("TorchScript") << "model/constants.pkl"
                                     << "a TorchScript archive";
        QTest::newRow("torch.export") << "model/archive_format"
                                      << "a torch.export archive";
        QTest::newRow("NumPy") << "weights.npy"
                               << "a NumPy archive";
        QTest::newRow("Keras") << "model.weights.h5"
                               << "a Keras model";
        QTest::newRow("a packed checkpoint") << "wav2vec_large.pt"
                                             << "with a model in it";
        QTest::newRow("a document") << "word/document.xml"
                                    << "no data.pkl";
    }
    void archivesAreNamedByTheirRecords()
    {
        QFETCH(QString, record);
        QFETCH(QString, name);
        expectRefusal(m_folder.writeZip("model.pt", {{record.toStdString(), "?"}}), name);
    }

private:
    static void expectRefusal(const std::filesystem::path& path, const QString& words)
    {
        const auto checkpoint = readCheckpoint(path);
        QVERIFY(!checkpoint.ok());
        const auto message = QString::fromStdString(checkpoint.error().message);
        QVERIFY2(message.contains(words), qPrintable(message));
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(ForeignModelTest)
#include "tst_foreign_model.moc"
