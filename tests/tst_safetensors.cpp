#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/safetensors.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cstring>

using namespace phono;
using namespace phono::test;

namespace {

std::string fileWith(const std::string& header, std::size_t dataBytes)
{
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + std::string(dataBytes, '\0');
}

} // namespace

/// The safetensors format: what is written, and how strictly it is read.
class SafetensorsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tensorsAreReadBack()
    {
        const std::vector<Tensor> tensors = {Tensor::fromFloat("b", {2, 2}, {1, 2, 3, 4}),
                                             Tensor::fromFloat("a", {}, {5}),
                                             Tensor::fromFloat("empty", {0, 7}, {})};
        const auto path = m_folder.path("model.safetensors");
        QVERIFY(writeSafetensors(tensors, {{"who", "“us”\n"}}, path, false));
        const auto file = InputFile::open(path);
        const auto opened = openSafetensors(*file);
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().message.c_str());
        QCOMPARE(opened->metadata.at("who"), std::string("“us”\n"));
        QCOMPARE(opened->weights.tensors.size(), tensors.size());
        QCOMPARE(opened->weights.tensors.front().name, std::string("b"));
        for (const auto& tensor : tensors) {
            const auto* info = opened->weights.find(tensor.name);
            QVERIFY(info && info->shape == tensor.shape);
            const auto read =
                opened->weights.read(std::size_t(info - opened->weights.tensors.data()));
            QVERIFY(read.ok() && *read->bytes == *tensor.bytes);
        }
        QVERIFY(!writeSafetensors(tensors, {}, path, false).ok());
        QVERIFY(writeSafetensors(tensors, {}, path, true));
    }

    void theHeaderIsAligned()
    {
        for (std::size_t letters = 1; letters < 12; ++letters) {
            const auto path = m_folder.path("aligned.safetensors");
            QVERIFY(writeSafetensors({Tensor::fromFloat(std::string(letters, 'n'), {1}, {1})}, {},
                                     path, true));
            const auto bytes = bytesOf(path);
            std::uint64_t length = 0;
            std::memcpy(&length, bytes.data(), sizeof length);
            QCOMPARE(length % 8, std::uint64_t(0));
            QCOMPARE(bytes.size(), 8 + length + 4);
        }
    }

    void malformedFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("dataBytes");
        QTest::addColumn<QString>("reason");
        const auto tensor = [](const char* name, const char* dtype, const char* shape, int begin,
                               int end) {
            return QString(R"("%1":{"dtype":"%2","shape":%3,"data_offsets":[%4,%5]})")
                .arg(name, dtype, shape)
                .arg(begin)
                .arg(end)
                .toLatin1();
        };
        const auto row = [](const char* name, const QByteArray& contents, int bytes,
                            const char* reason) {
            QTest::newRow(name) << "{" + contents + "}" << bytes << reason;
        };
        row("too few bytes for the shape", tensor("w", "F32", "[4]", 0, 12), 12, "needs 16 bytes");
        row("reversed offsets", tensor("w", "F32", "[4]", 16, 0), 16, "data_offsets");
        row("data missing", tensor("w", "F32", "[4]", 0, 16), 12, "12 follow");
        row("data too many", tensor("w", "F32", "[4]", 0, 16), 20, "20 follow");
        row("a hole", tensor("v", "F32", "[1]", 0, 4) + "," + tensor("w", "F32", "[1]", 8, 12), 12,
            "begins at 8");
        row("an overlap", tensor("v", "F32", "[2]", 0, 8) + "," + tensor("w", "F32", "[2]", 4, 12),
            12, "begins at 4");
        row("the same bytes twice",
            tensor("v", "F32", "[1]", 0, 4) + "," + tensor("w", "F32", "[1]", 0, 4), 4,
            "begins at 0");
        row("an unknown type", tensor("w", "F8_E4M3", "[4]", 0, 4), 4, "F8_E4M3");
        row("an impossible shape", tensor("w", "F32", "[4294967296,4294967296,4294967296]", 0, 16),
            16, "impossible");
        row("a negative size", tensor("w", "F32", "[-4]", 0, 16), 16, "not described");
        row("a size that is a fraction", tensor("w", "F32", "[4.0]", 0, 16), 16, "not described");
        row("a size beyond 64 bits", tensor("w", "F32", "[99999999999999999999]", 0, 16), 16,
            "not described");
        row("a shape that is a number", tensor("w", "F32", "4", 0, 16), 16, "not described");
        row("a name twice", tensor("w", "F32", "[1]", 0, 4) + "," + tensor("w", "F32", "[1]", 4, 8),
            8, "w twice");
        row("a field twice",
            R"("w":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]})", 4,
            "dtype twice");
        row("a field too many", R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1})", 4,
            "not described");
        row("a field missing", R"("w":{"dtype":"F32","shape":[1]})", 4, "not described");
        row("metadata that is no text", R"("__metadata__":{"a":1})", 0, "not texts");
        row("metadata that is a list", R"("__metadata__":[])", 0, "not texts");
        row("deep nesting", R"("w":)" + QByteArray(20000, '[') + QByteArray(20000, ']'), 0,
            "not described");
        row("deep nesting that never ends", R"("w":)" + QByteArray(20000, '['), 0, "not described");
        row("text behind the object", "},1", 0, "not JSON");
        row("broken UTF-8", "\"\xff\xfe\":1", 0, "not JSON");
        row("objects in objects", R"("w":{"dtype":{"a":{}}})", 0, "not described");
        row("a number for a tensor", R"("w":1)", 0, "not described");
        row("two numbers and a third for offsets",
            R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})", 4, "not described");
    }
    void malformedFilesAreRefused()
    {
        QFETCH(QByteArray, header);
        QFETCH(int, dataBytes);
        QFETCH(QString, reason);
        const auto path = m_folder.write("bad.safetensors",
                                         fileWith(header.toStdString(), std::size_t(dataBytes)));
        const auto checkpoint = readCheckpoint(path);
        QVERIFY(!checkpoint.ok());
        const auto message = QString::fromStdString(checkpoint.error().message);
        QVERIFY2(message.contains(reason), qPrintable(message));
    }

    void headersLongerThanTheFileAreRefused()
    {
        std::string bytes = fileWith("{}", 0);
        for (const auto length : {std::uint64_t(3), std::uint64_t(1) << 40, ~std::uint64_t(0)}) {
            std::memcpy(bytes.data(), &length, sizeof length);
            const auto checkpoint = readCheckpoint(m_folder.write("long.safetensors", bytes));
            QVERIFY(!checkpoint.ok());
            QVERIFY(checkpoint.error().message.find(std::to_string(length)) != std::string::npos);
        }
        QVERIFY(!readCheckpoint(m_folder.write("short.safetensors", "abc")).ok());
    }

    void weightsOfOtherModelsAreNamed()
    {
        const auto path = m_folder.path("hf.safetensors");
        QVERIFY(writeSafetensors(
            {Tensor::fromFloat("wav2vec2.encoder.layer_norm.weight", {1}, {1})}, {}, path, true));
        const auto checkpoint = readCheckpoint(path);
        QVERIFY(!checkpoint.ok());
        QVERIFY(checkpoint.error().message.find("wav2vec 2.0") != std::string::npos);
    }

    void weightsWithoutAConfigurationAreWorkedOut_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("base") << "01_base/ckpt_zip_cfg.pt";
        QTest::newRow("large") << "02_large/ckpt_zip_cfg.pt";
        QTest::newRow("GRU") << "03_gru/ckpt_zip_cfg.pt";
        QTest::newRow("gumbel codes") << "05a_vq_gumbel/ckpt_zip_cfg.pt";
        QTest::newRow("k-means codes, shared by the groups") << "05b_vq_kmeans/ckpt_zip_cfg.pt";
    }
    void weightsWithoutAConfigurationAreWorkedOut()
    {
        QFETCH(QString, file);
        const auto original = readCheckpoint(golden::path(file.toStdString()));
        QVERIFY(original.ok());
        const auto path = m_folder.path("bare.safetensors");
        QVERIFY(writeSafetensors(original->tensors, {}, path, true));
        const auto bare = readCheckpoint(path);
        QVERIFY2(bare.ok(), bare.ok() ? "" : bare.error().message.c_str());
        QVERIFY(!bare->warnings.empty());
        QCOMPARE(bare->layout, std::string(kStateDictLayout));
        // All that shapes tell is found again; the activation and others are not in the weights.
        QVERIFY(expectedTensors(bare->config) == expectedTensors(original->config));
        QCOMPARE(bare->config.vqGroups, original->config.vqGroups);
        QCOMPARE(bare->config.vqVars, original->config.vqVars);
        QVERIFY(bare->config.vqType == original->config.vqType);
        QCOMPARE(bare->config.hop(), 160);
    }

    void projectionsAreToldApart()
    {
        auto model = readCheckpoint(golden::path("04a_options_projsame/ckpt_zip_cfg.pt"));
        QVERIFY(model.ok());
        const auto path = m_folder.path("projection.safetensors");
        QVERIFY(writeSafetensors(model->tensors, {}, path, true));
        QVERIFY(readCheckpoint(path)->config.projectFeatures == ProjectFeatures::Same);
        for (auto& tensor : model->tensors)
            if (tensor.name == "project_features.conv_layers.0.1.weight") {
                auto values = tensor.toFloat().value();
                values.front() += 1;
                tensor = Tensor::fromFloat(tensor.name, tensor.shape, values);
            }
        QVERIFY(writeSafetensors(model->tensors, {}, path, true));
        QVERIFY(readCheckpoint(path)->config.projectFeatures == ProjectFeatures::New);
    }

private:
    Folder m_folder;
};

QTEST_APPLESS_MAIN(SafetensorsTest)
#include "tst_safetensors.moc"
