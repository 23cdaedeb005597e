#include "core/model/bfloat16.h"
#include "core/model/conv_kernel.h"
#include "core/model/packed_kernels.h"
#include "tests/support/conv_problem.h"
#include "tests/support/emulated_tiles.h"

#include <QTest>

#include <cstring>

using namespace phono;
using namespace phono::test;

namespace {

void addShapes()
{
    QTest::addColumn<int>("out");
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("taps");
    QTest::addColumn<int>("stride");
    QTest::addColumn<bool>("bias");
    QTest::addColumn<int>("rows");
    QTest::newRow("full width, stride 4, no bias") << 512 << 512 << 8 << 4 << false << kTileRows;
    QTest::newRow("full width, 1x1") << 512 << 512 << 1 << 1 << false << kTileRows;
    QTest::newRow("narrow, odd widths") << 24 << 7 << 3 << 1 << true << 33;
    QTest::newRow("kernel shorter than the stride") << 40 << 33 << 2 << 3 << true << kTileRows;
    QTest::newRow("stride 2, 13 rows") << 64 << 48 << 4 << 2 << true << 13;
    QTest::newRow("one row, one channel") << 1 << 1 << 1 << 1 << true << 1;
    QTest::newRow("two taps, 30 rows") << 48 << 40 << 2 << 1 << false << 30;
    QTest::newRow("a stride and a tap") << 40 << 24 << 3 << 2 << true << 50;
    QTest::newRow("two strides and a tap") << 40 << 24 << 5 << 2 << true << 57;
    QTest::newRow("11 taps, 59 rows") << 48 << 32 << 11 << 1 << true << 59;
    QTest::newRow("13 taps as in the last context layer") << 96 << 64 << 13 << 1 << true << 100;
}

ConvProblem fetchProblem()
{
    QFETCH(int, out);
    QFETCH(int, in);
    QFETCH(int, taps);
    QFETCH(int, stride);
    QFETCH(bool, bias);
    return ConvProblem({out, in, taps, stride, bias});
}

/// The problem's kernels of every kind that this processor can run.
std::vector<std::unique_ptr<ConvKernel>> kernelsHere(const ConvProblem& problem)
{
    std::vector<std::unique_ptr<ConvKernel>> kernels;
    for (const auto kind :
         {KernelKind::Portable, KernelKind::Avx2, KernelKind::Avx512, KernelKind::Avx512Bf16}) {
        const auto precision = kind == KernelKind::Avx512Bf16 ? Precision::Bf16 : Precision::Fp32;
        if (isAvailable(kind))
            kernels.push_back(makeConvKernel({kind, precision, {}}, problem.weights()));
    }
    return kernels;
}

} // namespace

/// Every convolution kernel against the definition in double.
class ConvKernelsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void available_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("portable") << static_cast<int>(KernelKind::Portable);
        QTest::newRow("avx2") << static_cast<int>(KernelKind::Avx2);
        QTest::newRow("avx512") << static_cast<int>(KernelKind::Avx512);
        QTest::newRow("avx512bf16") << static_cast<int>(KernelKind::Avx512Bf16);
        QTest::newRow("amx") << static_cast<int>(KernelKind::Amx);
    }
    void available()
    {
        QFETCH(int, kind);
        const auto kernel = static_cast<KernelKind>(kind);
        // Naming a kernel works exactly where the processor has it.
        const auto precision = kernel == KernelKind::Portable || kernel == KernelKind::Avx2
                || kernel == KernelKind::Avx512
            ? Precision::Fp32
            : Precision::Bf16;
        QCOMPARE(chooseKernel(precision, toString(kernel)).ok(), isAvailable(kernel));
        qInfo("%s: %s", toString(kernel).c_str(),
              isAvailable(kernel) ? "tested here" : "not on this processor");
    }

    void fp32_data() { addShapes(); }
    void fp32()
    {
        QFETCH(int, rows);
        const auto problem = fetchProblem();
        for (const auto kind : {KernelKind::Portable, KernelKind::Avx2, KernelKind::Avx512}) {
            if (!isAvailable(kind))
                continue;
            const auto kernel = makeConvKernel({kind, Precision::Fp32, {}}, problem.weights());
            const double error = largestError(*kernel, problem, rows, exact);
            QVERIFY2(error < 1e-5,
                     qPrintable(
                         QString("%1: %2").arg(QString::fromStdString(toString(kind))).arg(error)));
        }
    }

    void bf16_data() { addShapes(); }
    void bf16()
    {
        QFETCH(int, rows);
        const auto problem = fetchProblem();
        const Bf16TileKernel emulated(problem.weights(), Precision::Bf16, addProductsEmulated);
        QVERIFY(largestError(emulated, problem, rows, rounded) < 2e-5);
        for (const auto kind : {KernelKind::Avx512Bf16, KernelKind::Amx}) {
            if (!isAvailable(kind))
                continue;
            const auto kernel = makeConvKernel({kind, Precision::Bf16, {}}, problem.weights());
            const double error = largestError(*kernel, problem, rows, rounded);
            QVERIFY2(error < 2e-5,
                     qPrintable(
                         QString("%1: %2").arg(QString::fromStdString(toString(kind))).arg(error)));
        }
    }

    void bf16x3_data() { addShapes(); }
    void bf16x3()
    {
        QFETCH(int, rows);
        const auto problem = fetchProblem();
        const Bf16TileKernel emulated(problem.weights(), Precision::Bf16x3, addProductsEmulated);
        QVERIFY(largestError(emulated, problem, rows, exact) < 1e-4);
        if (isAvailable(KernelKind::Amx)) {
            const auto kernel =
                makeConvKernel({KernelKind::Amx, Precision::Bf16x3, {}}, problem.weights());
            QVERIFY(largestError(*kernel, problem, rows, exact) < 1e-4);
        }
    }

    void rowsDoNotDependOnWhatWasThereBefore_data()
    {
        QTest::addColumn<int>("taps");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("rows");
        QTest::newRow("two strides, one row") << 4 << 2 << 1;
        QTest::newRow("two strides, 15 rows") << 4 << 2 << 15;
        QTest::newRow("three taps, 61 rows") << 3 << 1 << 61;
        QTest::newRow("11 taps, 58 rows") << 11 << 1 << 58;
        QTest::newRow("no whole stride, 7 rows") << 2 << 3 << 7;
    }
    void rowsDoNotDependOnWhatWasThereBefore()
    {
        QFETCH(int, taps);
        QFETCH(int, stride);
        QFETCH(int, rows);
        const ConvProblem problem({64, 64, taps, stride, true});
        for (const auto& kernel : kernelsHere(problem)) {
            constexpr int kNotANumber = 0xFF;
            QVERIFY(compute(*kernel, problem, rows, kNotANumber)
                    == compute(*kernel, problem, rows));
        }
    }

    void rowsDoNotDependOnTheirNumber()
    {
        // Groups of up to four rows are computed together.
        const ConvProblem problem({64, 64, 4, 2, true});
        for (const auto& kernel : kernelsHere(problem)) {
            const auto all = compute(*kernel, problem, kTileRows);
            for (const int count : {4, 16, 60}) {
                const auto some = compute(*kernel, problem, count);
                QVERIFY(std::equal(some.begin(), some.end(), all.begin()));
            }
        }
    }

    void roundingToBf16_data()
    {
        QTest::addColumn<float>("value");
        QTest::addColumn<float>("expected");
        QTest::newRow("one") << 1.0F << 1.0F;
        QTest::newRow("tie goes to even, down") << 1.00390625F << 1.0F;
        QTest::newRow("tie goes to even, up") << 1.01171875F << 1.015625F;
        QTest::newRow("just above a tie") << 1.00390637F << 1.0078125F;
        QTest::newRow("negative") << -3.1415927F << -3.140625F;
    }
    void roundingToBf16()
    {
        QFETCH(float, value);
        QFETCH(float, expected);
        QCOMPARE(toFloat(toBFloat16(value)), expected);
    }
};

QTEST_APPLESS_MAIN(ConvKernelsTest)
#include "tst_conv_kernels.moc"
