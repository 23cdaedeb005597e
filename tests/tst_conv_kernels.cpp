#include "core/model/bfloat16.h"
#include "core/model/conv_kernel.h"
#include "core/model/packed_kernels.h"
#include "core/model/tile_walk.h"
#include "tests/support/conv_problem.h"

#include <QTest>

#include <cstring>

using namespace phono;
using namespace phono::test;

namespace {

/// AMX's tile instructions in plain C++, so that the walk over tiles is tested on any processor.
class EmulatedTiles {
public:
    template <int kTile>
    void loadSums(const float* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void storeSums(float* to, std::size_t step) const
    {
        for (std::size_t row = 0; row < 16; ++row)
            std::memcpy(reinterpret_cast<char*>(to) + row * step, m_tiles[kTile][row], 64);
    }
    template <int kTile>
    void loadInput(const BFloat16* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void loadWeights(const BFloat16* from) const
    {
        load<kTile>(from, 64);
    }
    template <int kSums, int kInput, int kWeights>
    void multiply() const
    {
        for (int row = 0; row < 16; ++row)
            for (int column = 0; column < 16; ++column) {
                float sum = at<float>(kSums, row, column);
                for (int pair = 0; pair < 16; ++pair)
                    for (int half = 0; half < 2; ++half)
                        sum += toFloat(at<BFloat16>(kInput, row, 2 * pair + half))
                            * toFloat(at<BFloat16>(kWeights, pair, 2 * column + half));
                std::memcpy(m_tiles[kSums][row] + sizeof(sum) * static_cast<std::size_t>(column),
                            &sum, sizeof(sum));
            }
    }

private:
    template <int kTile>
    void load(const void* from, std::size_t step) const
    {
        for (std::size_t row = 0; row < 16; ++row)
            std::memcpy(m_tiles[kTile][row], static_cast<const char*>(from) + row * step, 64);
    }
    template <typename T>
    T at(int tile, int row, int column) const
    {
        T value;
        std::memcpy(&value, m_tiles[tile][row] + sizeof(T) * static_cast<std::size_t>(column),
                    sizeof(T));
        return value;
    }
    mutable char m_tiles[8][16][64] = {};
};

void addProductsEmulated(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows, float* out)
{
    TileWalk<EmulatedTiles>(conv).add(in, rows, out);
}

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

    void rowsDoNotDependOnTheirNumber()
    {
        const ConvProblem problem({64, 64, 4, 2, true});
        for (const auto kind :
             {KernelKind::Portable, KernelKind::Avx2, KernelKind::Avx512, KernelKind::Avx512Bf16}) {
            if (!isAvailable(kind))
                continue;
            const auto precision =
                kind == KernelKind::Avx512Bf16 ? Precision::Bf16 : Precision::Fp32;
            const auto kernel = makeConvKernel({kind, precision, {}}, problem.weights());
            const auto all = compute(*kernel, problem, kTileRows);
            for (const int count : {1, 15, 60}) {
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
