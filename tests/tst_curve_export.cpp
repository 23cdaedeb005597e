#include "core/run/curve_export.h"
#include "core/run/tf_record.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <cmath>
#include <map>
#include <optional>
#include <vector>

using namespace phono;

namespace {

UpdateEvent update(std::int64_t number, double loss)
{
    UpdateEvent event;
    event.time = 1764093423.125 + static_cast<double>(number);
    event.update = number;
    event.epoch = 0.5;
    event.metrics = {loss, {loss + 1, loss + 2}, 0.25, 1.5, -2};
    event.lr = 0.005;
    event.memoryBytes = 1 << 20;
    event.cpuUtilization = 0.75;
    return event;
}

/// Three updates, the last of them on a GPU; a validation at the second and one after the end.
RunHistory history()
{
    RunHistory history;
    StartedEvent start;
    start.time = 1764093423.5;
    history.add(start);
    history.add(update(1, 4.5));
    history.add(update(2, 0.1));
    auto last = update(3, std::nan(""));
    last.gpu = GpuState{0.5, 1 << 20, 60};
    history.add(last);
    ValidEvent valid;
    valid.update = 2;
    valid.time = 1764093430;
    valid.metrics = {3.5, {}, 0.75, 1, -1};
    history.add(valid);
    valid.update = 5;
    valid.metrics.lossBits = 3.25;
    history.add(valid);
    return history;
}

QByteArray content(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// CRC-32C bit by bit, as its definition says.
quint32 slowCrc(const QByteArray& bytes)
{
    quint32 crc = 0xFFFFFFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
    }
    return ~crc;
}

bool checks(const QByteArray& bytes, const QByteArray& stored)
{
    const auto crc = slowCrc(bytes);
    const quint32 masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    return stored.size() == 4 && qFromLittleEndian<quint32>(stored.data()) == masked;
}

/// The data of the records, or nothing if a checksum or a length is wrong.
std::optional<QList<QByteArray>> recordsIn(QByteArray bytes)
{
    QList<QByteArray> records;
    while (!bytes.isEmpty()) {
        const auto head = bytes.left(8);
        if (bytes.size() < 16 || !checks(head, bytes.mid(8, 4)))
            return std::nullopt;
        const auto size = qFromLittleEndian<qint64>(head.data());
        const auto data = bytes.mid(12, size);
        if (!checks(data, bytes.mid(12 + size, 4)))
            return std::nullopt;
        records.append(data);
        bytes.remove(0, 16 + size);
    }
    return records;
}

/// The fields of a message: number, then raw value (a number's bytes, little-endian).
QList<std::pair<int, QByteArray>> fieldsIn(const QByteArray& message)
{
    QList<std::pair<int, QByteArray>> fields;
    qsizetype at = 0;
    const auto varint = [&] {
        quint64 value = 0;
        for (int shift = 0; at < message.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(message[at++]);
            value |= quint64(byte & 0x7F) << shift;
            if (byte < 0x80)
                break;
        }
        return value;
    };
    while (at < message.size()) {
        const auto key = varint();
        QByteArray value;
        if ((key & 7) == 0) {
            const auto number = qToLittleEndian(varint());
            value = QByteArray(reinterpret_cast<const char*>(&number), 8);
        } else {
            const qsizetype size = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : qsizetype(varint());
            value = message.mid(at, size);
            at += size;
        }
        fields.append({int(key >> 3), value});
    }
    return fields;
}

struct DecodedEvent {
    double time = 0;
    qint64 step = 0;
    QByteArray version;
    std::map<QByteArray, float> scalars;
};

DecodedEvent decode(const QByteArray& record)
{
    DecodedEvent event;
    for (const auto& [field, value] : fieldsIn(record)) {
        if (field == 1)
            event.time = qFromLittleEndian<double>(value.data());
        else if (field == 2)
            event.step = qFromLittleEndian<qint64>(value.data());
        else if (field == 3)
            event.version = value;
        else if (field == 5)
            for (const auto& scalar : fieldsIn(value)) {
                const auto parts = fieldsIn(scalar.second);
                event.scalars[parts.at(0).second] =
                    qFromLittleEndian<float>(parts.at(1).second.data());
            }
    }
    return event;
}

} // namespace

/// Curves for other programs.
class CurveExportTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
    }

    void csvHasEveryUpdateAndColumn()
    {
        QVERIFY(exportCsv(history(), m_root / "c.csv").ok());
        QCOMPARE(
            content(m_root / "c.csv"),
            QByteArray(
                "update,time,epoch,loss_bits,accuracy,positive_mean,negative_mean,lr,gnorm,"
                "audio_seconds,audio_seconds_per_second,data_wait,memory_bytes,"
                "cpu_utilization,gpu_utilization,gpu_memory_bytes,gpu_temperature,step_bits_1,step_"
                "bits_2,"
                "valid_loss_bits,valid_accuracy,valid_positive_mean,valid_negative_mean\n"
                "1,1764093424.125,0.5,4.5,0.25,1.5,-2,0.005,0,0,0,0,1048576,0.75,,,,5.5,6.5,,,,\n"
                "2,1764093425.125,0.5,0.1,0.25,1.5,-2,0.005,0,0,0,0,1048576,0.75,,,,1.1,2.1,"
                "3.5,0.75,1,-1\n"
                "3,1764093426.125,0.5,,0.25,1.5,-2,0.005,0,0,0,0,1048576,0.75,0.5,1048576,60,,,"
                ",,,\n"
                "5,1764093430.000,,,,,,,,,,,,,,,,,,3.25,0.75,1,-1\n"));
    }

    void csvOfAnEmptyRunHasAHeader()
    {
        QVERIFY(exportCsv(RunHistory(), m_root / "c.csv").ok());
        QCOMPARE(content(m_root / "c.csv"), QByteArray("update,time\n"));
    }

    void nothingIsReplacedUnasked()
    {
        QVERIFY(exportCsv(RunHistory(), m_root / "c.csv").ok());
        const auto refused = exportCsv(history(), m_root / "c.csv");
        QVERIFY(!refused.ok());
        QCOMPARE(content(m_root / "c.csv"), QByteArray("update,time\n"));
        QVERIFY(exportCsv(history(), m_root / "c.csv", true).ok());
        QVERIFY(content(m_root / "c.csv").size() > 100);
        QVERIFY(exportTensorBoard(history(), m_root / "tb").ok());
        QVERIFY(!exportTensorBoard(history(), m_root / "tb").ok());
        QVERIFY(exportTensorBoard(history(), m_root / "tb", true).ok());
    }

    void aCancelledExportLeavesNothing()
    {
        std::stop_source stop;
        stop.request_stop();
        const Progress progress = {{}, stop.get_token()};
        QVERIFY(exportCsv(history(), m_root / "c.csv", false, progress).error().isCancelled());
        QVERIFY(exportTensorBoard(history(), m_root / "tb", false, progress).error().isCancelled());
        QCOMPARE(QDir(m_dir->filePath("tb")).entryList(QDir::Files | QDir::Hidden), QStringList());
        QVERIFY(!std::filesystem::exists(m_root / "c.csv"));
    }

    void aLongExportReportsAndIsWhole()
    {
        RunHistory whole;
        constexpr int kRows = 20000;
        for (int i = 1; i <= kRows; ++i)
            whole.add(update(i, i));
        double last = -1;
        const Progress progress = {[&](std::string_view stage, double fraction) {
                                       QVERIFY(stage == "exporting" && fraction >= last);
                                       last = fraction;
                                   },
                                   {}};
        QVERIFY(exportCsv(whole, m_root / "c.csv", false, progress).ok());
        QCOMPARE(last, 1.0);
        QCOMPARE(content(m_root / "c.csv").count('\n'), qsizetype(kRows + 1));
        last = -1;
        const auto path = exportTensorBoard(whole, m_root / "tb", false, progress);
        QVERIFY(path.ok());
        const auto records = recordsIn(content(*path));
        QVERIFY(records.has_value());
        QCOMPARE(records->size(), qsizetype(kRows + 1));
        QCOMPARE(decode(records->last()).scalars["train/loss_bits"], float(kRows));
    }

    void tensorBoardGetsEveryUpdate()
    {
        const auto path = exportTensorBoard(history(), m_root / "deep" / "tb");
        QVERIFY2(path.ok(), path ? "" : path.error().message.c_str());
        QCOMPARE(path->filename().string(),
                 std::string("events.out.tfevents.1764093423.phonoscope"));
        const auto records = recordsIn(content(*path));
        QVERIFY(records.has_value());
        QCOMPARE(records->size(), qsizetype(5));
        QCOMPARE(decode(records->at(0)).version, QByteArray("brain.Event:2"));
        const auto first = decode(records->at(1));
        QCOMPARE(first.step, 1);
        QCOMPARE(first.time, 1764093424.125);
        QCOMPARE(first.scalars.at("train/loss_bits"), 4.5F);
        QCOMPARE(first.scalars.at("train/lr"), 0.005F);
        QCOMPARE(first.scalars.at("train_steps/02"), 6.5F);
        QVERIFY(!first.scalars.contains("train/gpu_temperature"));
        QVERIFY(!first.scalars.contains("valid/loss_bits"));
        const auto second = decode(records->at(2));
        QCOMPARE(second.scalars.at("train/loss_bits"), 0.1F);
        QCOMPARE(second.scalars.at("valid/loss_bits"), 3.5F);
        const auto third = decode(records->at(3));
        QVERIFY(!third.scalars.contains("train/loss_bits")); // not a number
        QCOMPARE(third.scalars.at("train/gpu_temperature"), 60.0F);
        const auto last = decode(records->at(4));
        QCOMPARE(last.step, 5);
        QCOMPARE(last.scalars.size(), std::size_t(4));
    }

    void aFolderThatCannotBeIsNamed()
    {
        QVERIFY(exportCsv(RunHistory(), m_root / "file").ok());
        const auto refused = exportTensorBoard(history(), m_root / "file" / "tb");
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.find((m_root / "file" / "tb").string())
                != std::string::npos);
    }

    void theChecksumIsCastagnolis_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<quint32>("crc");
        // RFC 3720, appendix B.4.
        QByteArray rising;
        for (char i = 0; i < 32; ++i)
            rising += i;
        QTest::newRow("zeros") << QByteArray(32, '\0') << quint32(0x8A9136AA);
        QTest::newRow("ones") << QByteArray(32, '\xFF') << quint32(0x62A8AB43);
        QTest::newRow("rising bytes") << rising << quint32(0x46DD794E);
        QTest::newRow("digits") << QByteArray("123456789") << quint32(0xE3069283);
        QTest::newRow("nothing") << QByteArray() << quint32(0);
    }

    void theChecksumIsCastagnolis()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(quint32, crc);
        QCOMPARE(crc32c(bytes.toStdString()), crc);
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::filesystem::path m_root;
};

QTEST_APPLESS_MAIN(CurveExportTest)
#include "tst_curve_export.moc"
