#include "core/model/conv_kernel.h"
#include "tests/support/amx_emulator.h"

#include <QTest>

#include <array>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <thread>
#include <ucontext.h>
#include <vector>

using namespace phono;
using namespace phono::test;
using Outcome = AmxUnit::Outcome;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes fromHex(const QByteArray& text)
{
    const auto bytes = QByteArray::fromHex(text);
    return {bytes.begin(), bytes.end()};
}

std::uint64_t addressOf(const void* pointer)
{
    return reinterpret_cast<std::uint64_t>(pointer);
}

/// What ldtilecfg reads.
struct Configuration {
    std::array<std::uint8_t, 64> bytes = {1};

    Configuration& tile(std::size_t number, int rows, int rowBytes)
    {
        bytes[16 + 2 * number] = static_cast<std::uint8_t>(rowBytes);
        bytes[48 + number] = static_cast<std::uint8_t>(rows);
        return *this;
    }
    static Configuration whole()
    {
        Configuration configuration;
        for (std::size_t tile = 0; tile < 8; ++tile)
            configuration.tile(tile, 16, 64);
        return configuration;
    }
};

/// A unit, and instructions that find their operands in fixed registers.
struct Machine {
    AmxUnit unit;

    Outcome configure(const Configuration& configuration)
    {
        AddressRegisters registers;
        registers.general[0] = addressOf(configuration.bytes.data());
        return run("c4e2784900", registers); // ldtilecfg (%rax)
    }
    Outcome load(int tile, const void* from, std::uint64_t step)
    {
        AddressRegisters registers;
        registers.general[6] = addressOf(from);
        registers.general[7] = step;
        Bytes code = {0xC4, 0xE2, 0x7B, 0x4B, 0x04, 0x3E}; // tileloadd (%rsi,%rdi,1)
        code[4] = static_cast<std::uint8_t>(code[4] | tile << 3);
        return unit.execute(code.data(), registers).outcome;
    }
    /// tdpbf16ps %tmm2, %tmm1, %tmm0
    Outcome multiply() { return run("c4e26a5cc1", {}); }
    Outcome run(const QByteArray& hex, const AddressRegisters& registers)
    {
        return unit.execute(fromHex(hex).data(), registers).outcome;
    }
    float sum(std::size_t row, std::size_t column) const
    {
        float value = 0;
        std::memcpy(&value, unit.tile(0)[row].data() + 4 * column, sizeof(value));
        return value;
    }
};

std::uint16_t bf16(float value) // for values that bf16 has
{
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}

/// C[m x n] += A[m x k pairs] * B[k pairs x n] by instructions that this processor meets: its own,
/// or those of an AmxEmulation.
[[gnu::target("amx-tile,amx-bf16")]] void multiplyHere(const Configuration& configuration, float* c,
                                                       const std::uint16_t* a,
                                                       const std::uint16_t* b)
{
    const std::uint64_t step = 64;
    asm volatile("ldtilecfg (%[configuration])\n\t"
                 "tileloadd (%[c],%[step],1), %%tmm0\n\t"
                 "tileloaddt1 (%[a],%[step],1), %%tmm1\n\t"
                 "tileloadd 0(%[b],%[step],1), %%tmm2\n\t"
                 "tdpbf16ps %%tmm2, %%tmm1, %%tmm0\n\t"
                 "tilestored %%tmm0, (%[c],%[step],1)\n\t"
                 "tilerelease"
                 :
                 : [configuration] "r"(configuration.bytes.data()), [c] "r"(c), [a] "r"(a),
                   [b] "r"(b), [step] "r"(step)
                 : "memory");
}

struct Matrices {
    std::array<float, 256> c = {};
    std::array<std::uint16_t, 512> a = {};
    std::array<std::uint16_t, 512> b = {};

    explicit Matrices(const std::function<float()>& number)
    {
        for (auto& value : c)
            value = number();
        for (auto* half : {&a, &b})
            for (auto& value : *half)
                value = bf16(number());
    }
};

std::vector<std::uint8_t> pattern(std::size_t size)
{
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(7 * i + i / 256);
    return bytes;
}

/// Addresses that nothing lies at.
AddressRegisters faultingRegisters()
{
    AddressRegisters registers;
    registers.general.fill(0xDEAD'0000'0000'0000);
    return registers;
}

int handedOn = 0;

void skipTwoBytes(int, siginfo_t*, void* context)
{
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;
    ++handedOn;
}

} // namespace

/// The emulated tile instructions against the manual, and against a processor that has them.
class AmxEmulatorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rowsAreFound_data()
    {
        QTest::addColumn<QByteArray>("code"); // as GNU as encodes it
        QTest::addColumn<int>("tile");
        QTest::addColumn<int>("base"); // number of the register
        QTest::addColumn<int>("index"); // -1 for none
        QTest::addColumn<int>("scale");
        QTest::addColumn<int>("displacement");
        const auto add = [](const char* text, const char* code, int tile, int base, int index,
                            int scale, int displacement) {
            QTest::newRow(text) << QByteArray(code) << tile << base << index << scale
                                << displacement;
        };
        add("tileloadd (%rsi,%rdi,1), %tmm1", "c4e27b4b0c3e", 1, 6, 7, 1, 0);
        add("tileloadd (%r12,%r8,1), %tmm0", "c4827b4b0404", 0, 12, 8, 1, 0);
        add("tileloadd 0x7f(%r13,%r15,4), %tmm5", "c4827b4b6cbd7f", 5, 13, 15, 4, 0x7F);
        add("tileloadd -0x80(%rbp,%rax,2), %tmm3", "c4e27b4b5c4580", 3, 5, 0, 2, -0x80);
        add("tileloadd 0x1234(%rbx,%r12,8), %tmm7", "c4a27b4bbce334120000", 7, 3, 12, 8, 0x1234);
        add("tileloadd (%rdx), %tmm4", "c4e27b4b2422", 4, 2, -1, 1, 0);
        add("tileloadd (%rsp,%rbx,1), %tmm6", "c4e27b4b341c", 6, 4, 3, 1, 0);
        add("tileloadd (%r13,%rbp,1), %tmm6", "c4c27b4b742d00", 6, 13, 5, 1, 0);
        add("tileloaddt1 (%r8,%r9,1), %tmm6", "c482794b3408", 6, 8, 9, 1, 0);
    }
    void rowsAreFound()
    {
        QFETCH(QByteArray, code);
        QFETCH(int, tile);
        QFETCH(int, base);
        QFETCH(int, index);
        QFETCH(int, scale);
        QFETCH(int, displacement);
        constexpr std::uint64_t kStep = 72;
        const auto memory = pattern(16 * kStep);
        auto registers = faultingRegisters();
        registers.general[static_cast<std::size_t>(base)] =
            addressOf(memory.data()) - static_cast<std::uint64_t>(std::int64_t(displacement));
        if (index >= 0)
            registers.general[static_cast<std::size_t>(index)] =
                kStep / static_cast<std::uint64_t>(scale);
        Machine machine;
        QCOMPARE(machine.configure(Configuration::whole()), Outcome::Done);
        const auto bytes = fromHex(code);
        const auto done = machine.unit.execute(bytes.data(), registers);
        QCOMPARE(done.outcome, Outcome::Done);
        QCOMPARE(done.length, static_cast<int>(bytes.size()));
        for (std::size_t row = 0; row < 16; ++row)
            QVERIFY(std::memcmp(machine.unit.tile(tile)[row].data(),
                                memory.data() + (index >= 0 ? row * kStep : 0), 64)
                    == 0);
    }

    void configurationsAreFound_data()
    {
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<int>("base"); // 16 for the instruction pointer, -1 for none
        QTest::addColumn<int>("index"); // holds 16, or the address where there is no base
        QTest::addColumn<int>("scale");
        QTest::addColumn<int>("displacement");
        QTest::newRow("ldtilecfg (%rax)") << QByteArray("c4e2784900") << 0 << -1 << 1 << 0;
        QTest::newRow("ldtilecfg 0x12345(%rip)")
            << QByteArray("c4e278490545230100") << 16 << -1 << 1 << 0x12345 + 9;
        QTest::newRow("ldtilecfg -0x80(%rbp)")
            << QByteArray("c4e278494580") << 5 << -1 << 1 << -0x80;
        QTest::newRow("ldtilecfg 0x100(%r12,%r9,8)")
            << QByteArray("c482784984cc00010000") << 12 << 9 << 8 << 0x100;
        QTest::newRow("ldtilecfg (,%r14,2)")
            << QByteArray("c4a27849047500000000") << -1 << 14 << 2 << 0;
    }
    void configurationsAreFound()
    {
        QFETCH(QByteArray, code);
        QFETCH(int, base);
        QFETCH(int, index);
        QFETCH(int, scale);
        QFETCH(int, displacement);
        alignas(64) auto configuration = Configuration::whole().tile(3, 5, 12);
        auto registers = faultingRegisters();
        auto address = addressOf(configuration.bytes.data());
        if (base < 0) {
            registers.general[static_cast<std::size_t>(index)] =
                address / static_cast<std::uint64_t>(scale);
        } else {
            address -= static_cast<std::uint64_t>(std::int64_t(displacement));
            if (index >= 0) {
                registers.general[static_cast<std::size_t>(index)] = 16;
                address -= 16 * static_cast<std::uint64_t>(scale);
            }
            (base == 16 ? registers.instruction
                        : registers.general[static_cast<std::size_t>(base)]) = address;
        }
        Machine machine;
        const auto bytes = fromHex(code);
        const auto done = machine.unit.execute(bytes.data(), registers);
        QCOMPARE(done.outcome, Outcome::Done);
        QCOMPARE(done.length, static_cast<int>(bytes.size()));
        std::array<std::uint8_t, 64> stored = {0xFF};
        AddressRegisters to;
        to.general[13] = addressOf(stored.data());
        QCOMPARE(machine.run("c4c279494500", to), Outcome::Done); // sttilecfg (%r13)
        QVERIFY(stored == configuration.bytes);
    }

    void configurationsAreChecked_data()
    {
        QTest::addColumn<int>("byte");
        QTest::addColumn<int>("value");
        QTest::addColumn<bool>("good");
        QTest::newRow("whole tiles") << 0 << 1 << true;
        QTest::newRow("palette 0 releases the tiles") << 0 << 0 << true;
        QTest::newRow("palette 2") << 0 << 2 << false;
        QTest::newRow("a start row") << 1 << 3 << true;
        QTest::newRow("the first reserved byte") << 2 << 1 << false;
        QTest::newRow("the last reserved byte before the tiles") << 15 << 1 << false;
        QTest::newRow("rows of 65 bytes") << 16 << 65 << false;
        QTest::newRow("rows of 64 + 256 bytes") << 31 << 1 << false;
        QTest::newRow("rows without bytes") << 30 << 0 << false;
        QTest::newRow("a ninth tile's bytes") << 32 << 64 << false;
        QTest::newRow("a sixteenth tile's bytes") << 46 << 64 << false;
        QTest::newRow("17 rows") << 48 << 17 << false;
        QTest::newRow("bytes without rows") << 55 << 0 << false;
        QTest::newRow("a ninth tile's rows") << 56 << 16 << false;
        QTest::newRow("a sixteenth tile's rows") << 63 << 16 << false;
    }
    void configurationsAreChecked()
    {
        QFETCH(int, byte);
        QFETCH(int, value);
        QFETCH(bool, good);
        auto configuration = Configuration::whole();
        configuration.bytes[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(value);
        Machine machine;
        QCOMPARE(machine.configure(configuration), good ? Outcome::Done : Outcome::Protection);
    }

    void shapesMustFit_data()
    {
        QTest::addColumn<Configuration>("configuration");
        QTest::addColumn<bool>("fits");
        const auto add = [](const char* name, std::array<int, 6> shape, bool fits) {
            Configuration configuration;
            for (std::size_t tile = 0; tile < 3; ++tile)
                configuration.tile(tile, shape[2 * tile], shape[2 * tile + 1]);
            QTest::newRow(name) << configuration << fits;
        };
        add("16 x 16 sums of 16 pairs", {16, 64, 16, 64, 16, 64}, true);
        add("5 x 6 sums of 9 pairs", {5, 24, 5, 36, 9, 24}, true);
        add("one sum of one pair", {1, 4, 1, 4, 1, 4}, true);
        add("more rows of sums than of input", {6, 24, 5, 36, 9, 24}, false);
        add("wider sums than weights", {5, 28, 5, 36, 9, 24}, false);
        add("more pairs of input than of weights", {5, 24, 5, 40, 9, 24}, false);
        add("rows that end within a pair", {5, 22, 5, 36, 9, 22}, false);
        add("no sums", {0, 0, 5, 36, 9, 24}, false);
        add("no weights", {5, 24, 5, 36, 0, 0}, false);
    }
    void shapesMustFit()
    {
        QFETCH(Configuration, configuration);
        QFETCH(bool, fits);
        Machine machine;
        QCOMPARE(machine.multiply(), Outcome::Undefined); // nothing configured
        QCOMPARE(machine.configure(configuration), Outcome::Done);
        QCOMPARE(machine.multiply(), fits ? Outcome::Done : Outcome::Undefined);
    }

    void otherInstructionsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<Outcome>("outcome");
        QTest::newRow("ud2") << QByteArray("0f0b0000000000000000") << Outcome::Foreign;
        QTest::newRow("vpdpbusd of AVX-512") << QByteArray("62f26d0850d9") << Outcome::Foreign;
        QTest::newRow("tdpbssd, of 8-bit numbers") << QByteArray("c4e24b5ec4") << Outcome::Foreign;
        QTest::newRow("256 bits") << QByteArray("c4e24e5cc4") << Outcome::Foreign;
        QTest::newRow("W1") << QByteArray("c4e2ca5cc4") << Outcome::Foreign;
        QTest::newRow("map 0F3A") << QByteArray("c4e34a5cc4") << Outcome::Foreign;
        QTest::newRow("sums that are the weights")
            << QByteArray("c4e27a5cc6") << Outcome::Undefined;
        QTest::newRow("input that is the weights")
            << QByteArray("c4e24a5cc6") << Outcome::Undefined;
        QTest::newRow("tile 12 of 8") << QByteArray("c4e21a5cc6") << Outcome::Undefined;
        QTest::newRow("tile 8 of 8 as sums") << QByteArray("c4624a5cc4") << Outcome::Undefined;
        QTest::newRow("a load without index byte")
            << QByteArray("c4e27b4b06") << Outcome::Undefined;
        QTest::newRow("a load with a third operand")
            << QByteArray("c4e2734b0c3e") << Outcome::Undefined;
    }
    void otherInstructionsAreRefused()
    {
        QFETCH(QByteArray, code);
        QFETCH(Outcome, outcome);
        Machine machine;
        QCOMPARE(machine.configure(Configuration::whole()), Outcome::Done);
        const auto bytes = fromHex(code);
        const auto done = machine.unit.execute(bytes.data(), {});
        QCOMPARE(done.outcome, outcome);
        QCOMPARE(done.length, 0);
    }

    void onlyConfiguredRowsAndBytesAreMoved()
    {
        constexpr std::size_t kSize = 16 * 64;
        const auto memory = pattern(kSize);
        Machine machine;
        QCOMPARE(machine.configure(Configuration::whole().tile(1, 5, 12)), Outcome::Done);
        QCOMPARE(machine.load(1, memory.data(), 64), Outcome::Done);
        for (std::size_t row = 0; row < 16; ++row)
            for (std::size_t byte = 0; byte < 64; ++byte)
                QCOMPARE(machine.unit.tile(1)[row][byte],
                         row < 5 && byte < 12 ? memory[row * 64 + byte] : std::uint8_t(0));
        std::vector<std::uint8_t> stored(kSize, 0xEE);
        AddressRegisters registers;
        registers.general[6] = addressOf(stored.data());
        registers.general[7] = 64;
        QCOMPARE(machine.run("c4e27a4b0c3e", registers), Outcome::Done); // tilestored
        for (std::size_t i = 0; i < stored.size(); ++i)
            QCOMPARE(stored[i], i / 64 < 5 && i % 64 < 12 ? memory[i] : std::uint8_t(0xEE));
        QCOMPARE(machine.run("c4e27b49c8", {}), Outcome::Done); // tilezero %tmm1
        QVERIFY(machine.unit.tile(1) == AmxUnit::Tile{});
        QCOMPARE(machine.run("c4e27849c0", {}), Outcome::Done); // tilerelease
        QCOMPARE(machine.load(1, memory.data(), 64), Outcome::Undefined);
    }

    void sumsAreFormedInTheManualsOrder_data()
    {
        QTest::addColumn<float>("before");
        QTest::addColumn<QList<float>>("input");
        QTest::addColumn<QList<float>>("weights");
        QTest::addColumn<float>("after");
        const float least = std::numeric_limits<float>::min();
        const float denormal = least / 2;
        using Values = QList<float>;
        QTest::newRow("even and odd apart")
            << 0.0F << Values{0x1p24F, 1, 1, 1} << Values{1, 1, 1, 1} << 0x1p24F + 2;
        QTest::newRow("to what was there last")
            << -0x1p24F << Values{0x1p24F, 1, 0, 1} << Values{1, 1, 0, 1} << 2.0F;
        QTest::newRow("products are not rounded")
            << 0.0F << Values{1 + 0x1p-7F, 0, -1, 0} << Values{1 + 0x1p-7F, 0, 1, 0}
            << 0x1p-6F + 0x1p-14F;
        QTest::newRow("ties to even")
            << 0.0F << Values{1, 0, 0x1p-12F, 0} << Values{1, 0, 0x1p-12F, 0} << 1.0F;
        QTest::newRow("a denormal factor is zero")
            << 0.0F << Values{denormal, 0, 0, 0} << Values{0x1p100F, 0, 0, 0} << 0.0F;
        QTest::newRow("a denormal before is zero")
            << denormal << Values{0, 0, 0, 0} << Values{0, 0, 0, 0} << 0.0F;
        QTest::newRow("a denormal sum becomes zero")
            << 0.0F << Values{least, 0, 0, 0} << Values{0.5F, 0, 0, 0} << 0.0F;
        QTest::newRow("the least normal number stays")
            << 0.0F << Values{least, 0, 0, 0} << Values{1, 0, 0, 0} << least;
        QTest::newRow("too large becomes infinite")
            << 0.0F << Values{0x1p127F, 0, 0, 0} << Values{2, 0, 0, 0}
            << std::numeric_limits<float>::infinity();
    }
    void sumsAreFormedInTheManualsOrder()
    {
        QFETCH(float, before);
        QFETCH(QList<float>, input);
        QFETCH(QList<float>, weights);
        QFETCH(float, after);
        std::array<std::uint16_t, 4> a = {};
        std::array<std::uint16_t, 4> b = {};
        for (int i = 0; i < 4; ++i) {
            a[static_cast<std::size_t>(i)] = bf16(input[i]);
            b[static_cast<std::size_t>(i)] = bf16(weights[i]);
        }
        Machine machine;
        QCOMPARE(machine.configure(Configuration().tile(0, 1, 4).tile(1, 1, 8).tile(2, 2, 4)),
                 Outcome::Done);
        QCOMPARE(machine.load(0, &before, 4), Outcome::Done);
        QCOMPARE(machine.load(1, a.data(), 8), Outcome::Done);
        QCOMPARE(machine.load(2, b.data(), 4), Outcome::Done);
        QCOMPARE(machine.multiply(), Outcome::Done);
        // To the bit: QCOMPARE would let floats be close.
        QCOMPARE(std::bit_cast<std::uint32_t>(machine.sum(0, 0)),
                 std::bit_cast<std::uint32_t>(after));
    }

    void theProcessorOrItsEmulationAgrees_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("pairs");
        QTest::newRow("whole tiles") << 16 << 16 << 16;
        QTest::newRow("parts of tiles") << 5 << 6 << 9;
        QTest::newRow("one sum") << 1 << 1 << 1;
    }
    void theProcessorOrItsEmulationAgrees()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, pairs);
        const auto configuration = Configuration()
                                       .tile(0, rows, 4 * columns)
                                       .tile(1, rows, 4 * pairs)
                                       .tile(2, pairs, 4 * columns);
        std::mt19937 random(5);
        std::uniform_int_distribution<int> whole(-16, 16);
        std::normal_distribution<float> normal(0, 1);
        const Matrices integers([&] { return static_cast<float>(whole(random)); });
        const Matrices reals([&] { return normal(random); });
        for (const auto* given : {&integers, &reals}) {
            Machine machine;
            QCOMPARE(machine.configure(configuration), Outcome::Done);
            machine.load(0, given->c.data(), 64);
            machine.load(1, given->a.data(), 64);
            machine.load(2, given->b.data(), 64);
            QCOMPARE(machine.multiply(), Outcome::Done);
            auto made = given->c;
            const AmxEmulation emulation;
            multiplyHere(configuration, made.data(), given->a.data(), given->b.data());
            QCOMPARE(emulation.executed(), isAvailable(KernelKind::Amx) ? 0 : 7);
            for (std::size_t i = 0; i < made.size(); ++i) {
                const bool isSum = i / 16 < static_cast<std::size_t>(rows)
                    && i % 16 < static_cast<std::size_t>(columns);
                const float expected = isSum ? machine.sum(i / 16, i % 16) : given->c[i];
                // The sum of the products' sizes is at most some 100.
                const float tolerance = given == &integers || !isSum ? 0 : 1e-5F;
                QVERIFY(std::abs(made[i] - expected) <= tolerance);
            }
        }
    }

    void everyThreadHasTilesOfItsOwn()
    {
        std::mt19937 random(6);
        std::normal_distribution<float> normal(0, 1);
        const Matrices given([&] { return normal(random); });
        auto expected = given.c;
        const AmxEmulation emulation;
        const auto configuration = Configuration::whole();
        multiplyHere(configuration, expected.data(), given.a.data(), given.b.data());
        std::array<std::array<float, 256>, 4> made;
        made.fill(given.c);
        std::vector<std::thread> threads;
        threads.reserve(made.size());
        for (auto& sums : made)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    sums = given.c;
                    multiplyHere(configuration, sums.data(), given.a.data(), given.b.data());
                }
            });
        for (auto& thread : threads)
            thread.join();
        for (const auto& sums : made)
            QVERIFY(sums == expected);
    }

    void otherSignalsGoToTheHandlerBefore()
    {
        struct sigaction skip = {};
        struct sigaction before = {};
        skip.sa_sigaction = skipTwoBytes;
        skip.sa_flags = SA_SIGINFO;
        sigaction(SIGILL, &skip, &before);
        handedOn = 0;
        {
            const AmxEmulation emulation;
            asm volatile("ud2" : : : "memory");
            QCOMPARE(handedOn, 1);
            QCOMPARE(emulation.executed(), 0);
        }
        asm volatile("ud2" : : : "memory");
        QCOMPARE(handedOn, 2);
        sigaction(SIGILL, &before, nullptr);
    }
};

QTEST_APPLESS_MAIN(AmxEmulatorTest)
#include "tst_amx_emulator.moc"
