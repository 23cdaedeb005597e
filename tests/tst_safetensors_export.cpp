#include "tests/support/export_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QtEndian>

#include <cstring>

using namespace phono;
using namespace phono::test;

class SafetensorsExportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesOneNamedTensor_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("integers");
        QTest::addColumn<int>("frames");
        QTest::addColumn<QString>("dtype");

        QTest::newRow("z as F32") << "z" << false << 11 << "F32";
        QTest::newRow("codes as I32") << "codes" << true << 5 << "I32";
    }

    void writesOneNamedTensor()
    {
        QFETCH(QString, name);
        QFETCH(bool, integers);
        QFETCH(int, frames);
        QFETCH(QString, dtype);
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.safetensors").toStdString();
        const FeatureInfo info = {name.toStdString(), 3, integers, 160, 465};
        const auto values = someValues(static_cast<std::size_t>(3 * frames), integers);
        QVERIFY(writeFeature(ExportFormat::Safetensors, path, info, values).ok());

        const QByteArray bytes = fileBytes(path);
        const auto length = qFromLittleEndian<qint64>(bytes.constData());
        QCOMPARE(length % 8, 0);
        const QJsonObject header = QJsonDocument::fromJson(bytes.mid(8, length)).object();
        QCOMPARE(header.keys(), QStringList({"__metadata__", name}));
        const QJsonObject tensor = header[name].toObject();
        QCOMPARE(tensor["dtype"].toString(), dtype);
        QCOMPARE(tensor["shape"].toArray(), QJsonArray({frames, 3}));
        QCOMPARE(tensor["data_offsets"].toArray(), QJsonArray({0, frames * 3 * 4}));

        const QJsonObject metadata = header["__metadata__"].toObject();
        for (const auto& value : metadata)
            QVERIFY2(value.isString(), "the format allows strings only");
        QCOMPARE(metadata["hop_samples"].toString(), QString("160"));
        QCOMPARE(metadata["sample_rate_hz"].toString(), QString("16000"));

        const QByteArray data = bytes.mid(8 + length);
        QCOMPARE(data.size(), frames * 3 * 4);
        for (std::size_t i = 0; i < values.size(); ++i) {
            float value = 0;
            std::int32_t whole = 0;
            std::memcpy(&value, data.constData() + 4 * i, 4);
            std::memcpy(&whole, data.constData() + 4 * i, 4);
            QCOMPARE(integers ? static_cast<float>(whole) : value, values[i]);
        }
    }
};

QTEST_APPLESS_MAIN(SafetensorsExportTest)
#include "tst_safetensors_export.moc"
