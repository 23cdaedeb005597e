#include "tests/support/export_files.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <locale>
#include <random>

using namespace phono;
using namespace phono::test;

namespace {

/// Writes the decimal mark of German and French through C++ streams.
class CommaMark : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

struct GlobalLocale {
    std::locale before = std::locale::global(std::locale(std::locale(), new CommaMark));

    GlobalLocale() = default;
    ~GlobalLocale() { std::locale::global(before); }
    GlobalLocale(const GlobalLocale&) = delete;
    GlobalLocale& operator=(const GlobalLocale&) = delete;
};

} // namespace

class CsvExportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void writesTheTable_data()
    {
        QTest::addColumn<QString>("feature");
        QTest::addColumn<int>("receptiveField");
        QTest::addColumn<int>("digits");
        QTest::addColumn<QByteArray>("expected");

        QTest::newRow("z, with the shortest decimals that read back")
            << "z" << 465 << 0
            << QByteArray("frame,start_s,end_s,z0,z1,z2\n"
                          "0,0,0.0290625,0,0.1,-2.25\n"
                          "1,0.01,0.0390625,0.33333334,1e-05,3.4028235e+38\n");
        QTest::newRow("three significant digits")
            << "z" << 465 << 3
            << QByteArray("frame,start_s,end_s,z0,z1,z2\n"
                          "0,0,0.0290625,0,0.1,-2.25\n"
                          "1,0.01,0.0390625,0.333,1e-05,3.4e+38\n");
        QTest::newRow("a context frame has the times of the z frame it ends with")
            << "c" << 12945 << 0
            << QByteArray("frame,start_s,end_s,c0,c1,c2\n"
                          "0,0,0.0290625,0,0.1,-2.25\n"
                          "1,0.01,0.0390625,0.33333334,1e-05,3.4028235e+38\n");
        QTest::newRow("an early layer has its own shorter window, and column names stay readable")
            << "enc1" << 50 << 0
            << QByteArray("frame,start_s,end_s,enc1_0,enc1_1,enc1_2\n"
                          "0,0,0.003125,0,0.1,-2.25\n"
                          "1,0.01,0.013125,0.33333334,1e-05,3.4028235e+38\n");
    }

    void writesTheTable()
    {
        QFETCH(QString, feature);
        QFETCH(int, receptiveField);
        QFETCH(int, digits);
        QFETCH(QByteArray, expected);
        const FeatureInfo info = {feature.toStdString(), 3, false, 160, receptiveField};
        const std::vector<float> values = {0,        0.1F,  -2.25F,
                                           1.0F / 3, 1e-5F, std::numeric_limits<float>::max()};
        const WriterOptions options = {.significantDigits = digits, .encoderReceptiveField = 465};
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, info, values, options).ok());
        QCOMPARE(fileBytes(path), expected);
    }

    void codesAreWholeNumbers()
    {
        const FeatureInfo info = {"codes", 2, true, 160, 465};
        const std::vector<float> values = {0, 319, 17, 16777216};
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, info, values).ok());
        QCOMPARE(fileBytes(path),
                 QByteArray("frame,start_s,end_s,codes0,codes1\n"
                            "0,0,0.0290625,0,319\n1,0.01,0.0390625,17,16777216\n"));
    }

    void notANumberAndInfinityAreWords()
    {
        const float infinity = std::numeric_limits<float>::infinity();
        const std::vector<float> values = {std::nanf(""), -std::nanf(""), infinity, -infinity,
                                           -0.0F};
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(5), values).ok());
        QVERIFY(fileBytes(path).endsWith("\n0,0,0.0290625,nan,nan,inf,-inf,-0\n"));
    }

    void everyFloatReadsBack()
    {
        std::mt19937 bits(7);
        std::vector<float> values;
        while (values.size() < 60000) {
            const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
            if (std::isfinite(value))
                values.push_back(value);
        }
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(60), values).ok());
        const QList<QByteArray> lines = fileBytes(path).split('\n');
        QCOMPARE(lines.size(), 1002);
        for (int frame = 0; frame < 1000; ++frame) {
            const QList<QByteArray> cells = lines[frame + 1].split(',');
            QCOMPARE(cells.size(), 63);
            for (int channel = 0; channel < 60; ++channel) {
                const float read = std::strtof(cells[channel + 3].constData(), nullptr);
                const float written = values[static_cast<std::size_t>(frame * 60 + channel)];
                QCOMPARE(std::bit_cast<std::uint32_t>(read), std::bit_cast<std::uint32_t>(written));
            }
        }
    }

    void nineDigitsReadBackToo()
    {
        const std::vector<float> values = someValues(3000);
        const auto path = newPath();
        const WriterOptions options = {.significantDigits = 9};
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(3000), values, options).ok());
        const QList<QByteArray> cells = fileBytes(path).split('\n')[1].split(',');
        for (int i = 0; i < 3000; ++i)
            QCOMPARE(std::strtof(cells[i + 3].constData(), nullptr),
                     values[static_cast<std::size_t>(i)]);
    }

    void theDecimalMarkIsADotInEveryLocale()
    {
        const GlobalLocale comma;
        const std::vector<float> values = {1234567.5F};
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(1), values).ok());
        QCOMPARE(fileBytes(path), QByteArray("frame,start_s,end_s,z0\n0,0,0.0290625,1234567.5\n"));
    }

    void largeTablesDoNotDependOnHowTheyArrive()
    {
        // About 4 MB of text, several times what is held back before writing.
        const std::vector<float> values = someValues(400 * 1000);
        const auto one = newPath();
        const auto other = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, one, zInfo(1000), values, {}, 1).ok());
        QVERIFY(writeFeature(ExportFormat::Csv, other, zInfo(1000), values, {}, 333).ok());
        const QByteArray table = fileBytes(one);
        QCOMPARE(table.count('\n'), 401);
        QVERIFY(table == fileBytes(other));
    }

    void anExistingFileStaysUnlessForced()
    {
        const auto path = newPath();
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(1), std::vector{1.0F}).ok());
        const QByteArray before = fileBytes(path);
        const auto refused = writeFeature(ExportFormat::Csv, path, zInfo(1), std::vector{2.0F});
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.find(path.string()) != std::string::npos);
        QCOMPARE(fileBytes(path), before);
        const WriterOptions force = {.force = true};
        QVERIFY(writeFeature(ExportFormat::Csv, path, zInfo(1), std::vector{2.0F}, force).ok());
        QVERIFY(fileBytes(path).endsWith(",2\n"));
    }

    void anAbandonedExportLeavesNothing()
    {
        const QTemporaryDir folder;
        {
            auto writer = FeatureWriter::create(ExportFormat::Csv,
                                                folder.filePath("x.csv").toStdString(), {});
            QVERIFY(writer.ok());
            QVERIFY((*writer)->begin(zInfo(2), 5).ok());
            QVERIFY((*writer)->write(0, std::vector{1.0F, 2.0F}).ok());
            const auto completed = (*writer)->complete();
            QVERIFY(!completed.ok());
            QVERIFY(completed.error().message.find("only 1 of 5 frames") != std::string::npos);
        }
        QCOMPARE(namesIn(folder.path()), QStringList());
    }

    void aFullDiskIsAnErrorAndLeavesNothing()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("x.csv").toStdString();
        const std::vector<float> values = someValues(400 * 1000);
        const FileSizeLimit limit(100000);
        const auto written = writeFeature(ExportFormat::Csv, path, zInfo(1000), values);
        QVERIFY(!written.ok());
        QVERIFY(written.error().message.find(path) != std::string::npos);
        QCOMPARE(namesIn(folder.path()), QStringList());
    }

    void aFolderThatIsNotThereIsAnError()
    {
        const auto written =
            writeFeature(ExportFormat::Csv, "/nowhere/at/all/x.csv", zInfo(1), std::vector{1.0F});
        QVERIFY(!written.ok());
        QVERIFY(written.error().message.find("/nowhere/at/all") != std::string::npos);
    }

private:
    std::filesystem::path newPath()
    {
        return m_folder.filePath(QString::number(++m_count) + ".csv").toStdString();
    }

    QTemporaryDir m_folder;
    int m_count = 0;
};

QTEST_APPLESS_MAIN(CsvExportTest)
#include "tst_csv_export.moc"
