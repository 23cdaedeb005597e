#include "core/model/extractor.h"
#include "core/model/packed_kernels.h"
#include "core/model/prepared_model.h"
#include "core/model/seeded_model.h"
#include "core/model/streaming_forward.h"
#include "tests/support/amx_emulator.h"
#include "tests/support/conv_problem.h"
#include "tests/support/golden.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <random>
#include <stdexcept>
#include <sys/syscall.h>
#include <unistd.h>

using namespace phono;
using namespace phono::test;
using phono::golden::KeepingSink;

namespace {

/// Whether the processor's own instructions run here; otherwise they are emulated.
bool isHere()
{
    return isAvailable(KernelKind::Amx);
}

Waveform noise(std::int64_t samples)
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 0.1F);
    std::vector<float> values(static_cast<std::size_t>(samples));
    for (auto& value : values)
        value = normal(random);
    return Waveform(std::move(values));
}

Checkpoint model(const ModelConfig& config)
{
    auto made = seededModel(config, 3);
    if (!made)
        throw std::runtime_error(made.error().message);
    return std::move(*made);
}

struct Features {
    KeepingSink z;
    KeepingSink c;
};

Features inFp32(const Checkpoint& checkpoint, const Waveform& audio,
                std::vector<FeatureInfo>& offered)
{
    ExtractorOptions options;
    options.device = "cpu";
    options.kernel = "portable";
    auto extractor = Extractor::create(checkpoint, options);
    if (!extractor)
        throw std::runtime_error(extractor.error().message);
    offered = extractor->features();
    Features features;
    const FeatureRequest requests[] = {{"z", &features.z}, {"c", &features.c}};
    if (const auto done = extractor->extract(audio, requests); !done)
        throw std::runtime_error(done.error().message);
    return features;
}

/// As the extractor does it where the processor has AMX.
Features onTiles(const Checkpoint& checkpoint, const Waveform& audio,
                 std::span<const FeatureInfo> offered, Precision precision, int threads)
{
    const auto prepared = PreparedModel::create(checkpoint, {KernelKind::Amx, precision, {}});
    if (!prepared)
        throw std::runtime_error(prepared.error().message);
    Features features;
    const FeatureRequest requests[] = {{"z", &features.z}, {"c", &features.c}};
    if (const auto done = streamFeatures(*prepared, audio, requests, offered,
                                         RowStore::Place::Memory, threads, {});
        !done)
        throw std::runtime_error(done.error().message);
    return features;
}

struct Difference {
    double largest = 0;
    double cosine = 1; ///< smallest of all frames
};

Difference compare(const KeepingSink& a, const KeepingSink& b)
{
    Difference difference;
    for (std::int64_t frame = 0; frame < a.frames(); ++frame) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int channel = 0; channel < a.info().channels; ++channel) {
            const double x = a.at(frame, channel);
            const double y = b.at(frame, channel);
            product += x * y;
            squaresA += x * x;
            squaresB += y * y;
            difference.largest = std::max(difference.largest, std::abs(x - y));
        }
        difference.cosine = std::min(difference.cosine, product / std::sqrt(squaresA * squaresB));
    }
    return difference;
}

} // namespace

/// The AMX kernel's machine code: on this processor where it has AMX, emulated where not.
class AmxTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void itIsUsedWhereTheSystemOffersIt()
    {
        QFile file("/proc/cpuinfo");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray flags;
        for (const auto& line : file.readAll().split('\n'))
            if (line.startsWith("flags")) {
                flags = line + ' ';
                break;
            }
        QVERIFY(!flags.isEmpty());
        const bool offered = flags.contains(" amx_tile ") && flags.contains(" amx_bf16 ");
        qInfo("%s", isHere() ? "the processor's own AMX" : "AMX is emulated");
        QVERIFY(offered || !isHere());
        if (!offered)
            return;
        constexpr long kPermissions = 0x1022; // ARCH_GET_XCOMP_PERM
        constexpr std::uint64_t kTileData = std::uint64_t(1) << 18;
        std::uint64_t permitted = 0;
        QVERIFY(syscall(SYS_arch_prctl, kPermissions, &permitted) == 0);
        QCOMPARE(isHere(), (permitted & kTileData) != 0);
    }

    void convolutions_data()
    {
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("taps");
        QTest::addColumn<int>("stride");
        QTest::addColumn<bool>("bias");
        QTest::addColumn<int>("rows");
        const auto add = [](const char* name, ConvShape shape, int rows) {
            QTest::newRow(name) << shape.out << shape.in << shape.taps << shape.stride << shape.bias
                                << rows;
        };
        add("an encoder's layer, half as wide", {256, 256, 8, 4, false}, kTileRows);
        add("whole tiles only", {64, 64, 4, 2, false}, 32);
        add("one row, one channel", {1, 1, 1, 1, true}, 1);
        add("16 rows, a block's upper half only", {32, 32, 1, 1, false}, 16);
        add("17 rows, the lower half nearly empty", {32, 32, 1, 1, true}, 17);
        add("odd widths, 2 taps", {45, 37, 2, 1, true}, 47);
        add("stride 2, 33 input channels", {70, 33, 4, 2, true}, 111);
        add("stride 5, 10 taps", {33, 31, 10, 5, true}, 99);
        add("kernel shorter than the stride", {24, 7, 2, 4, true}, 13);
        add("13 taps as in the last context layer", {96, 65, 13, 1, true}, 100);
    }
    void convolutions()
    {
        QFETCH(int, out);
        QFETCH(int, in);
        QFETCH(int, taps);
        QFETCH(int, stride);
        QFETCH(bool, bias);
        QFETCH(int, rows);
        const ConvProblem problem({out, in, taps, stride, bias});
        const AmxEmulation emulation;
        const auto plain =
            makeConvKernel({KernelKind::Amx, Precision::Bf16, {}}, problem.weights());
        const auto split =
            makeConvKernel({KernelKind::Amx, Precision::Bf16x3, {}}, problem.weights());
        QVERIFY(largestError(*plain, problem, rows, rounded) < 2e-5);
        const auto once = emulation.executed();
        QVERIFY(isHere() ? once == 0 : once > 0);
        QVERIFY(largestError(*split, problem, rows, exact) < 1e-4);
        QCOMPARE(emulation.executed() - once, 3 * once);
    }

    void rowsDoNotDependOnTheirNumber()
    {
        const ConvProblem problem({64, 64, 4, 2, true});
        const AmxEmulation emulation;
        const auto kernel =
            makeConvKernel({KernelKind::Amx, Precision::Bf16x3, {}}, problem.weights());
        const auto all = compute(*kernel, problem, kTileRows);
        for (const int count : {1, 15, 60}) {
            const auto some = compute(*kernel, problem, count);
            QVERIFY(std::equal(some.begin(), some.end(), all.begin()));
        }
    }

    void extraction_data()
    {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<int>("samples");
        QTest::addColumn<double>("cosine");
        // A frame of 32 numbers averages less of bf16's rounding away than one of 512.
        QTest::newRow("a tiny model") << "tiny" << 32123 << 0.9995;
        QTest::newRow("a model as wide as the published ones") << "base" << 2000 << 0.9999;
    }
    void extraction()
    {
        QFETCH(QString, preset);
        QFETCH(int, samples);
        QFETCH(double, cosine);
        const auto checkpoint = model(preset == "base" ? ModelConfig::base() : ModelConfig::tiny());
        const auto audio = noise(samples);
        std::vector<FeatureInfo> offered;
        const auto expected = inFp32(checkpoint, audio, offered);
        const AmxEmulation emulation;
        const auto split = onTiles(checkpoint, audio, offered, Precision::Bf16x3, 3);
        const auto plain = onTiles(checkpoint, audio, offered, Precision::Bf16, 3);
        QVERIFY(isHere() || emulation.executed() > 0);
        for (const auto feature : {&Features::z, &Features::c}) {
            const auto ofSplit = compare(expected.*feature, split.*feature);
            const auto ofPlain = compare(expected.*feature, plain.*feature);
            qInfo("bf16x3: %.1e, bf16: %.1e, cosine 1 - %.1e", ofSplit.largest, ofPlain.largest,
                  1 - ofPlain.cosine);
            QVERIFY(ofSplit.largest <= 1e-4);
            QVERIFY(ofPlain.cosine >= cosine);
        }
    }

    void sameBitsForEveryThreadCount()
    {
        const auto checkpoint = model(ModelConfig::tiny());
        const auto audio = noise(32000);
        std::vector<FeatureInfo> offered;
        inFp32(checkpoint, audio, offered);
        const AmxEmulation emulation;
        const auto expected = onTiles(checkpoint, audio, offered, Precision::Bf16x3, 1);
        for (const int threads : {2, 5}) {
            const auto made = onTiles(checkpoint, audio, offered, Precision::Bf16x3, threads);
            QVERIFY(made.c.values() == expected.c.values());
        }
    }
};

QTEST_APPLESS_MAIN(AmxTest)
#include "tst_amx.moc"
