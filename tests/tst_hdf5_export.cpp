#include "tests/support/export_files.h"

#include <QTest>

#include <hdf5.h>

using namespace phono;
using namespace phono::test;

namespace {

/// A one-dimensional dataset as the library reads it.
struct Dataset {
    std::vector<double> values;
    H5T_class_t kind = H5T_NO_CLASS;
    std::size_t itemBytes = 0;
};

Dataset readDataset(const std::string& path, const char* name)
{
    Dataset dataset;
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(set);
    const hid_t space = H5Dget_space(set);
    dataset.kind = H5Tget_class(type);
    dataset.itemBytes = H5Tget_size(type);
    if (H5Sget_simple_extent_ndims(space) == 1) {
        dataset.values.resize(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, dataset.values.data());
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(set);
    H5Fclose(file);
    return dataset;
}

} // namespace

class Hdf5ExportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hasTheLayoutOfFairseq_data()
    {
        QTest::addColumn<bool>("integers");
        QTest::addColumn<int>("hop");
        QTest::addColumn<double>("framesPerSecond");

        QTest::newRow("z at 100 frames per second") << false << 160 << 100.0;
        QTest::newRow("an early layer at 800 frames per second") << false << 20 << 800.0;
        QTest::newRow("codes as int32") << true << 160 << 100.0;
    }

    void hasTheLayoutOfFairseq()
    {
        QFETCH(bool, integers);
        QFETCH(int, hop);
        QFETCH(double, framesPerSecond);
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.h5context").toStdString();
        const FeatureInfo info = {"f", 6, integers, hop, 465};
        const auto values = someValues(6 * 17, integers);
        QVERIFY(writeFeature(ExportFormat::Hdf5, path, info, values, {}, 5).ok());

        const Dataset description = readDataset(path, "info");
        QCOMPARE(description.values, std::vector<double>({framesPerSecond, 17, 6}));
        QCOMPARE(description.kind, H5T_FLOAT);
        QCOMPARE(description.itemBytes, std::size_t(8));

        const Dataset features = readDataset(path, "features");
        QCOMPARE(features.values, std::vector<double>(values.begin(), values.end()));
        QCOMPARE(features.kind, integers ? H5T_INTEGER : H5T_FLOAT);
        QCOMPARE(features.itemBytes, std::size_t(4));
    }

    void theSameFeaturesGiveTheSameFile()
    {
        const QTemporaryDir folder;
        const auto one = folder.filePath("one").toStdString();
        const auto other = folder.filePath("other").toStdString();
        QVERIFY(writeFeature(ExportFormat::Hdf5, one, zInfo(4), someValues(40), {}, 1).ok());
        QVERIFY(writeFeature(ExportFormat::Hdf5, other, zInfo(4), someValues(40), {}, 10).ok());
        QVERIFY(!fileBytes(one).isEmpty());
        QCOMPARE(fileBytes(one), fileBytes(other));
    }

    void anAbandonedExportLeavesNothing()
    {
        const QTemporaryDir folder;
        {
            auto writer = FeatureWriter::create(ExportFormat::Hdf5,
                                                folder.filePath("x.h5context").toStdString(), {});
            QVERIFY(writer.ok());
            QVERIFY((*writer)->begin(zInfo(2), 5).ok());
            QVERIFY((*writer)->write(0, someValues(4)).ok());
            QVERIFY(!(*writer)->complete().ok());
        }
        QCOMPARE(namesIn(folder.path()), QStringList());
    }

    void aFullDiskIsAnErrorAndLeavesNothing()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.h5context").toStdString();
        {
            const FileSizeLimit limit(10000);
            const auto written =
                writeFeature(ExportFormat::Hdf5, path, zInfo(100), someValues(100 * 100));
            QVERIFY(!written.ok());
            QVERIFY(written.error().message.find(path) != std::string::npos);
        }
        QCOMPARE(namesIn(folder.path()), QStringList());
    }
};

QTEST_APPLESS_MAIN(Hdf5ExportTest)
#include "tst_hdf5_export.moc"
