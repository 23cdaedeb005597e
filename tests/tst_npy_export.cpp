#include "tests/support/export_files.h"

#include <QTest>

#include <cstring>

using namespace phono;
using namespace phono::test;

class NpyExportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesVersionOne_data()
    {
        QTest::addColumn<bool>("integers");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("frames");
        QTest::addColumn<QByteArray>("dtype");

        QTest::newRow("float32, one frame") << false << 4 << 1 << QByteArray("<f4");
        QTest::newRow("float32, many frames") << false << 512 << 1234 << QByteArray("<f4");
        QTest::newRow("codes are int32") << true << 2 << 99 << QByteArray("<i4");
    }

    /// By the description of the format in numpy.lib.format.
    void writesVersionOne()
    {
        QFETCH(bool, integers);
        QFETCH(int, channels);
        QFETCH(int, frames);
        QFETCH(QByteArray, dtype);
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.npy").toStdString();
        const FeatureInfo info = {"f", channels, integers, 160, 465};
        const auto values = someValues(static_cast<std::size_t>(channels * frames), integers);
        QVERIFY(writeFeature(ExportFormat::Npy, path, info, values, {}, 7).ok());

        const QByteArray bytes = fileBytes(path);
        QVERIFY(bytes.startsWith(QByteArray("\x93NUMPY\x01\x00", 8)));
        const int length = static_cast<uchar>(bytes[8]) + 256 * static_cast<uchar>(bytes[9]);
        QCOMPARE((10 + length) % 64, 0);
        const QByteArray header = bytes.mid(10, length);
        QVERIFY(header.endsWith('\n'));
        const QByteArray dictionary = "{'descr': '" + dtype
            + "', 'fortran_order': False, 'shape': (" + QByteArray::number(frames) + ", "
            + QByteArray::number(channels) + "), }";
        QCOMPARE(header.trimmed(), dictionary);

        const QByteArray data = bytes.mid(10 + length);
        QCOMPARE(data.size(), channels * frames * 4);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const char* at = data.constData() + 4 * i;
            float value = 0;
            std::int32_t whole = 0;
            std::memcpy(&value, at, 4);
            std::memcpy(&whole, at, 4);
            QCOMPARE(integers ? static_cast<float>(whole) : value, values[i]);
        }
    }

    void aFullDiskIsAnErrorAndLeavesNothing()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.npy").toStdString();
        const FileSizeLimit limit(10000);
        const auto written =
            writeFeature(ExportFormat::Npy, path, zInfo(100), someValues(100 * 100));
        QVERIFY(!written.ok());
        QVERIFY(written.error().message.find(path) != std::string::npos);
        QCOMPARE(namesIn(folder.path()), QStringList());
    }
};

QTEST_APPLESS_MAIN(NpyExportTest)
#include "tst_npy_export.moc"
