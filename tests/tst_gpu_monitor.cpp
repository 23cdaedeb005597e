#include "core/train/gpu_monitor.h"

#include <QTest>

#include <cstring>

using namespace phono;

/// In the place of the CUDA runtime's, which this test is not linked with.
extern "C" __attribute__((visibility("default"))) int cudaDeviceGetPCIBusId(char* id, int size,
                                                                            int device)
{
    constexpr int kInvalidDevice = 101;
    if (device != 1)
        return kInvalidDevice;
    std::strncpy(id, "0000:3b:00.0", static_cast<std::size_t>(size));
    return 0;
}

/// The state of a graphics card, by a stand-in for its driver's library.
class GpuMonitorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theCardOfADeviceIsRead()
    {
        const auto id = pciBusIdOf(1);
        QVERIFY(id);
        const auto monitor = GpuMonitor::open(*id, PHONO_FAKE_NVML);
        QVERIFY(monitor);
        const auto copy = monitor;
        const auto state = copy->read();
        QVERIFY(state);
        QCOMPARE(state->utilization, 0.87);
        QCOMPARE(state->memoryBytes, std::int64_t(12) << 30);
        QCOMPARE(state->temperature, 63.0);
    }

    void nothingIsSaid_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("library");
        QTest::newRow("of an unknown card") << "0000:af:00.0" << PHONO_FAKE_NVML;
        QTest::newRow("without the library") << "0000:3b:00.0"
                                             << "libno-such-thing.so.1";
        QTest::newRow("by another library") << "0000:3b:00.0"
                                            << "libm.so.6";
    }
    void nothingIsSaid()
    {
        QFETCH(QString, id);
        QFETCH(QString, library);
        QVERIFY(!GpuMonitor::open(id.toStdString(), library.toStdString()));
    }

    void unknownDevicesHaveNoPlace() { QVERIFY(!pciBusIdOf(0)); }
};

QTEST_APPLESS_MAIN(GpuMonitorTest)
#include "tst_gpu_monitor.moc"
