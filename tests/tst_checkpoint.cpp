#include "core/base/file_hash.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_fields.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QJsonArray>
#include <QTest>

#include <map>

using namespace phono;
using namespace phono::test;

namespace {

QByteArray rowName(const std::string& file)
{
    return QByteArray::fromStdString(file);
}

FieldValue fromJson(const QJsonValue& value)
{
    if (value.isBool())
        return value.toBool();
    if (value.isDouble())
        return value.toDouble();
    if (value.isString())
        return value.toString().toStdString();
    std::vector<double> numbers;
    for (const auto& item : value.toArray())
        numbers.push_back(item.toDouble());
    return value.isNull() ? FieldValue() : FieldValue(numbers);
}

/// The configuration that the reference's own description of a case spells out.
ModelConfig configOf(const QJsonObject& fields)
{
    ModelConfig config;
    const auto done = applyFields(config, [&](std::string_view name) -> std::optional<FieldValue> {
        const auto found = fields.find(QString::fromUtf8(name.data(), qsizetype(name.size())));
        return found == fields.end() ? std::nullopt : std::optional(fromJson(*found));
    });
    if (!done)
        qFatal("%s", done.error().message.c_str());
    return config;
}

std::vector<float> floats(const Checkpoint& checkpoint, const std::string& name)
{
    const auto* tensor = checkpoint.find(name);
    return tensor ? tensor->toFloat().value() : std::vector<float>();
}

} // namespace

/// Reading checkpoints of every layout and container against the reference's descriptions.
class CheckpointTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void modelsAreTheReferences_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("folder");
        for (const std::string folder : {"01_base", "02_large", "03_gru", "04a_options_projsame",
                                         "05a_vq_gumbel", "05b_vq_kmeans"})
            for (const auto& file : checkpointsIn(folder))
                QTest::newRow(rowName(file).constData())
                    << QString::fromStdString(file) << QString::fromStdString(folder);
    }
    void modelsAreTheReferences()
    {
        QFETCH(QString, file);
        QFETCH(QString, folder);
        const auto meta = golden::readJson(folder.toStdString() + "/meta.json");
        const auto checkpoint = readCheckpoint(golden::path(file.toStdString()));
        QVERIFY2(checkpoint.ok(), messageOf(checkpoint));
        auto expected = configOf(meta["config"].toObject());
        QVERIFY(checkpoint->config == expected);
        QCOMPARE(checkpoint->parameterCount(), std::int64_t(meta["params"].toInt()));
        QCOMPARE(checkpoint->config.frames(meta["n_samples"].toInt()),
                 std::int64_t(meta["frames"].toInt()));
        QCOMPARE(checkpoint->config.predictionOffset(), meta["offset"].toInt());
        QVERIFY(checkpoint->warnings.empty());

        const auto entries = meta["state_dict"].toArray();
        QCOMPARE(int(checkpoint->tensors.size()), int(entries.size()));
        const auto computed = expectedTensors(expected);
        for (int i = 0; i < entries.size(); ++i) {
            const auto entry = entries[i].toArray();
            const auto& tensor = checkpoint->tensors[std::size_t(i)];
            QCOMPARE(QString::fromStdString(tensor.name), entry[0].toString());
            QCOMPARE("torch." + QString::fromStdString(toString(tensor.dtype)),
                     entry[2].toString());
            std::vector<std::int64_t> shape;
            for (const auto& size : entry[1].toArray())
                shape.push_back(size.toInt());
            QCOMPARE(tensor.shape, shape);
            // In the reference's order, too.
            QCOMPARE(computed[std::size_t(i)], (std::pair{tensor.name, shape}));
        }
    }

    void containersOfOneModelAgree_data()
    {
        QTest::addColumn<QString>("folder");
        for (const auto* folder : {"01_base", "02_large", "03_gru", "04a_options_projsame",
                                   "05a_vq_gumbel", "05b_vq_kmeans", "08_formats"})
            QTest::newRow(folder) << folder;
    }
    void containersOfOneModelAgree()
    {
        QFETCH(QString, folder);
        const auto files = checkpointsIn(folder.toStdString());
        QVERIFY(files.size() >= 2);
        const auto first = readCheckpoint(golden::path(files.front()));
        QVERIFY2(first.ok(), messageOf(first));
        for (const auto& file : files) {
            const auto other = readCheckpoint(golden::path(file));
            QVERIFY2(other.ok(), messageOf(other));
            QCOMPARE(other->tensors.size(), first->tensors.size());
            for (const auto& tensor : first->tensors)
                QCOMPARE(floats(*other, tensor.name), tensor.toFloat().value());
        }
    }

    void layoutsAreRecognised_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("layout");
        QTest::newRow("options of 2019") << "legacy_args"
                                         << "legacy"
                                         << "fairseq args";
        QTest::newRow("layers as an expression") << "legacy_args_exprlayers"
                                                 << "legacy"
                                                 << "fairseq args";
        QTest::newRow("double precision") << "legacy_args_float64"
                                          << "legacy"
                                          << "fairseq args";
        QTest::newRow("options that say little") << "legacy_args_minimal"
                                                 << "legacy"
                                                 << "fairseq args";
        QTest::newRow("pickle protocol 4") << "zip_args_pickle4"
                                           << "zip"
                                           << "fairseq args";
        QTest::newRow("numpy scalars") << "legacy_cfg_numpyscalar"
                                       << "legacy"
                                       << "fairseq cfg";
        QTest::newRow("omegaconf") << "zip_dictconfig"
                                   << "zip"
                                   << "fairseq cfg (omegaconf)";
        QTest::newRow("S3PRL's conversion") << "zip_s3prl_converted"
                                            << "zip"
                                            << "S3PRL";
        QTest::newRow("nn.Parameter") << "zip_parameters"
                                      << "zip"
                                      << "fairseq args";
        QTest::newRow("as newer PyTorch writes") << "zip_args_torch2like_SYNTHETIC"
                                                 << "zip"
                                                 << "fairseq args";
        QTest::newRow("a wrapper's prefix") << "zip_moduleprefix"
                                            << "zip"
                                            << "fairseq args";
        QTest::newRow("tensors only") << "legacy_bare_state_dict"
                                      << "legacy"
                                      << "state dict";
    }
    void layoutsAreRecognised()
    {
        QFETCH(QString, file);
        QFETCH(QString, container);
        QFETCH(QString, layout);
        const auto checkpoint = readCheckpoint(formats(file));
        QVERIFY2(checkpoint.ok(), messageOf(checkpoint));
        QCOMPARE(QString::fromStdString(checkpoint->container), container);
        QCOMPARE(QString::fromStdString(checkpoint->layout), layout);
        // The same architecture in all of them.
        const auto& config = checkpoint->config;
        QCOMPARE(QString::fromStdString(toString(config.convFeatureLayers)),
                 QString("[(8, 10, 5), (8, 8, 4), (8, 4, 2), (8, 4, 2), (8, 4, 2), (8, 1, 1), "
                         "(8, 1, 1)]"));
        QCOMPARE(QString::fromStdString(toString(config.convAggregatorLayers)),
                 QString("[(8, 2, 1), (8, 3, 1)]"));
        QVERIFY(config.logCompression && config.skipConnectionsAgg);
        QVERIFY(config.activation == Activation::Relu && config.aggregator == Aggregator::Cnn);
        QVERIFY(checkpoint->tensors.front().name.starts_with("feature_extractor."));
    }

    void missingOptionsHaveTheDefaultsOf2019()
    {
        const auto checkpoint = readCheckpoint(formats("legacy_args_minimal"));
        QVERIFY(checkpoint.ok());
        QCOMPARE(checkpoint->config.numNegatives, 1);
        QVERIFY(checkpoint->config.vqType == VqType::None);
        QCOMPARE(checkpoint->config.residualScale, 0.5);
    }

    void assumptionsAreSaid()
    {
        const auto guessed = readCheckpoint(formats("zip_bare_state_dict"));
        const auto stated = readCheckpoint(formats("zip_args"));
        QVERIFY(guessed.ok() && stated.ok());
        QVERIFY(stated->warnings.empty());
        QString all;
        for (const auto& warning : guessed->warnings)
            all += QString::fromStdString(warning);
        QVERIFY(all.contains("strides"));
        QVERIFY(all.contains("log compression"));
    }

    void referencesInConfigurationsAreFollowed_data()
    {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("shape");
        QTest::newRow("to another section") << "${task.layers}"
                                            << "[3, 1, 7]";
        QTest::newRow("to nothing, so the default") << "${task.nothing}"
                                                    << "[512, 1, 10]";
        QTest::newRow("to the root, so the default") << "${layers}"
                                                     << "[512, 1, 10]";
    }
    void referencesInConfigurationsAreFollowed()
    {
        QFETCH(QString, reference);
        QFETCH(QString, shape);
        PickleWriter pickle;
        pickle.dictionary([&] {
            pickle.text("cfg");
            pickle.dictionary([&] {
                pickle.text("task");
                pickle.dictionary([&] {
                    pickle.text("layers");
                    pickle.text("[(3, 7, 5)]");
                });
                pickle.text("model");
                pickle.dictionary([&] {
                    pickle.text("conv_feature_layers");
                    pickle.text(reference.toStdString());
                });
            });
            pickle.text("model");
            pickle.orderedDictionary([] {});
        });
        const Folder folder;
        const auto checkpoint = readCheckpoint(
            folder.writeZip("references.pt", {{"archive/data.pkl", pickle.finish()}}));
        QVERIFY(!checkpoint.ok());
        const auto expected = "feature_extractor.conv_layers.0.0.weight " + shape;
        QVERIFY2(QString::fromStdString(checkpoint.error().message).contains(expected),
                 messageOf(checkpoint));
    }

    void theTrainersOwnFileIsRead()
    {
        const auto path = golden::path("10_real_trainer/fairseqHEAD_checkpoint_last.pt");
        const auto checkpoint = readCheckpoint(path);
        QVERIFY2(checkpoint.ok(), messageOf(checkpoint));
        QCOMPARE(checkpoint->tensors.size(), std::size_t(35));
        QCOMPARE(checkpoint->config.encoderDim(), 16);
        QCOMPARE(checkpoint->config.convAggregatorLayers.size(), std::size_t(3));
        QVERIFY(!checkpoint->config.skipConnectionsAgg && !checkpoint->config.logCompression);
        const std::map<std::string, std::string> facts(checkpoint->provenance.begin(),
                                                       checkpoint->provenance.end());
        QCOMPARE(facts.at("updates"), std::string("12"));
        QCOMPARE(facts.at("epoch"), std::string("5"));
        QCOMPARE(facts.at("validation loss"), std::string("4.932"));
        QCOMPARE(facts.at("task"), std::string("audio_pretraining"));
        QVERIFY(facts.at("optimizer state").starts_with("present"));
        QCOMPARE(checkpoint->sha256, sha256OfFile(path).value());
        QVERIFY(checkpoint->path == path);
    }

    void optimizerStateIsTold()
    {
        const auto facts = [](const char* file) {
            const auto checkpoint = readCheckpoint(golden::path(file));
            return std::map<std::string, std::string>(checkpoint->provenance.begin(),
                                                      checkpoint->provenance.end());
        };
        QVERIFY(facts("01_base/ckpt_legacy_args.pt").contains("optimizer state"));
        QCOMPARE(facts("08_formats/legacy_args.pt").at("architecture"), std::string("audio_cpc"));
        QCOMPARE(facts("08_formats/legacy_cfg_numpyscalar.pt").at("validation loss"),
                 std::string("4.9"));
        QCOMPARE(facts("08_formats/zip_dictconfig.pt").at("criterion"), std::string("wav2vec"));
    }

    void halfPrecisionIsKept_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("dtype");
        QTest::addColumn<double>("relative");
        for (const auto* container : {"legacy", "zip"}) {
            QTest::newRow((container + std::string(" float16")).c_str())
                << QString("06_halfstored/ckpt_%1_fp16.pt").arg(container) << "float16" << 0x1p-11;
            QTest::newRow((container + std::string(" bfloat16")).c_str())
                << QString("06_halfstored/ckpt_%1_bf16.pt").arg(container) << "bfloat16" << 0x1p-8;
        }
    }
    void halfPrecisionIsKept()
    {
        QFETCH(QString, file);
        QFETCH(QString, dtype);
        QFETCH(double, relative);
        const auto half = readCheckpoint(golden::path(file.toStdString()));
        const auto full = readCheckpoint(golden::path("02_large/ckpt_zip_cfg.pt"));
        QVERIFY(half.ok() && full.ok());
        for (const auto& tensor : half->tensors) {
            QCOMPARE(QString::fromStdString(toString(tensor.dtype)), dtype);
            const auto rounded = tensor.toFloat().value();
            const auto exact = floats(*full, tensor.name);
            QCOMPARE(rounded.size(), exact.size());
            for (std::size_t i = 0; i < exact.size(); ++i)
                QVERIFY(std::abs(rounded[i] - exact[i]) <= relative * std::abs(exact[i]) + 1e-7);
        }
    }

    void tiedTensorsShareTheirBytes()
    {
        const auto checkpoint =
            readCheckpoint(golden::path("04a_options_projsame/ckpt_zip_cfg.pt"));
        QVERIFY(checkpoint.ok());
        QVERIFY(checkpoint->config.projectFeatures == ProjectFeatures::Same);
        const auto* one = checkpoint->find("feature_aggregator.conv_layers.0.1.weight");
        const auto* other = checkpoint->find("project_features.conv_layers.0.1.weight");
        QVERIFY(one && other && one->bytes == other->bytes);
    }

    void progressRisesAndCanBeStopped()
    {
        const auto path = golden::path("02_large/ckpt_zip_cfg.pt");
        double last = 0;
        std::stop_source stop;
        Progress progress{[&](std::string_view, double fraction) {
                              QVERIFY(fraction >= last && fraction <= 1);
                              last = fraction;
                          },
                          stop.get_token()};
        QVERIFY(readCheckpoint(path, progress).ok());
        QCOMPARE(last, 1.0);
        last = 0;
        progress.report = [&](std::string_view, double) {
            stop.request_stop();
        };
        const auto stopped = readCheckpoint(path, progress);
        QVERIFY(!stopped.ok() && stopped.error().isCancelled());
    }

private:
    static std::string formats(const QString& file)
    {
        return golden::path("08_formats/" + file.toStdString() + ".pt");
    }
    static const char* messageOf(const Result<Checkpoint>& result)
    {
        return result.ok() ? "" : result.error().message.c_str();
    }
};

QTEST_APPLESS_MAIN(CheckpointTest)
#include "tst_checkpoint.moc"
