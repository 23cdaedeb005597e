#include "tests/support/amx_emulator.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <ucontext.h>
#include <xmmintrin.h>

namespace phono::test {
namespace {

// The last two bits of a VEX prefix, named by the older prefixes that they stand for.
constexpr int kNoPrefix = 0;
constexpr int kPrefix66 = 1;
constexpr int kPrefixF3 = 2;
constexpr int kPrefixF2 = 3;

constexpr int kSystem = 0x49; // opcodes
constexpr int kMove = 0x4B;
constexpr int kDotBf16 = 0x5C;

constexpr int kConfigurationSize = 64;

/// Takes single precision's denormals for zeros, going in and coming out, and rounds to nearest
/// even, whatever the program has set.
class DenormalsAreZeros {
public:
    DenormalsAreZeros()
        : m_before(_mm_getcsr())
    {
        constexpr unsigned kNoExceptions = 0x1F80;
        constexpr unsigned kFlushResults = 0x8000;
        constexpr unsigned kFlushOperands = 0x0040;
        _mm_setcsr(kNoExceptions | kFlushResults | kFlushOperands);
    }
    ~DenormalsAreZeros() { _mm_setcsr(m_before); }
    DenormalsAreZeros(const DenormalsAreZeros&) = delete;
    DenormalsAreZeros& operator=(const DenormalsAreZeros&) = delete;

private:
    unsigned m_before;
};

/// a * b + sum, rounded once, for a and b that are bf16: their product and its sum with a float
/// are exact in double, or so far apart that rounding twice comes to the same.
float fused(float a, float b, float sum)
{
    return static_cast<float>(static_cast<double>(a) * static_cast<double>(b)
                              + static_cast<double>(sum));
}

float bf16At(const AmxUnit::Tile& tile, int row, int index)
{
    std::uint16_t bits = 0;
    std::memcpy(&bits, &tile[static_cast<std::size_t>(row)][2 * static_cast<std::size_t>(index)],
                sizeof(bits));
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::int64_t displacementAt(const std::uint8_t* code, int bytes)
{
    if (bytes == 1)
        return static_cast<std::int8_t>(*code);
    std::int32_t value = 0;
    if (bytes == 4)
        std::memcpy(&value, code, sizeof(value));
    return value;
}

} // namespace

struct AmxUnit::Instruction {
    int prefix = kNoPrefix;
    int opcode = 0;
    int mod = 0;
    int reg = 0; // with the extending bit, as the two below
    int rm = 0;
    int vvvv = 0;
    bool hasSib = false;
    std::uint64_t base = 0; // with the displacement
    std::uint64_t index = 0; // scaled
    int length = 0;

    bool hasMemory() const { return mod != 3; }
};

/// False for what is not a VEX.128.0F38.W0 instruction.
bool AmxUnit::decode(const std::uint8_t* code, const AddressRegisters& registers,
                     Instruction& instruction)
{
    if (code[0] != 0xC4 || (code[1] & 0x1F) != 2 || (code[2] & 0x84) != 0)
        return false;
    const int extendReg = (~code[1] >> 7 & 1) << 3;
    const int extendIndex = (~code[1] >> 6 & 1) << 3;
    const int extendBase = (~code[1] >> 5 & 1) << 3;
    auto& i = instruction;
    i.prefix = code[2] & 3;
    i.vvvv = ~code[2] >> 3 & 15;
    i.opcode = code[3];
    i.mod = code[4] >> 6;
    i.reg = (code[4] >> 3 & 7) | extendReg;
    i.rm = (code[4] & 7) | extendBase;
    i.length = 5;
    if (!i.hasMemory())
        return true;

    const auto value = [&](int number) {
        return registers.general[static_cast<std::size_t>(number)];
    };
    int base = i.rm & 7;
    i.hasSib = base == 4;
    const bool relative = i.mod == 0 && base == 5;
    if (i.hasSib) {
        const int sib = code[i.length++];
        base = sib & 7;
        const int index = (sib >> 3 & 7) | extendIndex;
        if (index != 4) // which stands for none
            i.index = value(index) << (sib >> 6);
    }
    const bool baseless = i.mod == 0 && base == 5;
    const int bytes = baseless || i.mod == 2 ? 4 : i.mod;
    i.base = static_cast<std::uint64_t>(displacementAt(code + i.length, bytes));
    i.length += bytes;
    if (relative)
        i.base += registers.instruction + static_cast<std::uint64_t>(i.length);
    else if (!baseless)
        i.base += value(base | extendBase);
    return true;
}

AmxUnit::Step AmxUnit::execute(const std::uint8_t* code, const AddressRegisters& registers)
{
    Instruction instruction;
    if (!decode(code, registers, instruction))
        return {};
    const auto outcome = perform(instruction);
    return {outcome, outcome == Outcome::Done ? instruction.length : 0};
}

AmxUnit::Outcome AmxUnit::perform(const Instruction& instruction)
{
    const auto& i = instruction;
    if (i.opcode == kDotBf16 && i.prefix == kPrefixF3 && !i.hasMemory())
        return multiply(i.reg, i.rm, i.vvvv);
    if (i.opcode == kMove && i.prefix != kNoPrefix && i.hasMemory())
        return i.vvvv == 0 && i.hasSib ? moveRows(i) : Outcome::Undefined;
    if (i.opcode == kSystem)
        return i.vvvv == 0 ? performConfiguration(i) : Outcome::Undefined;
    return Outcome::Foreign;
}

AmxUnit::Outcome AmxUnit::performConfiguration(const Instruction& instruction)
{
    const auto& i = instruction;
    if (i.prefix == kPrefixF2 && !i.hasMemory()) { // tilezero
        if (i.rm != 0 || !isUsable(i.reg))
            return Outcome::Undefined;
        m_tiles[static_cast<std::size_t>(i.reg)] = {};
        m_startRow = 0;
        return Outcome::Done;
    }
    if (i.reg != 0)
        return Outcome::Undefined;
    auto* memory = reinterpret_cast<std::uint8_t*>(i.base + i.index); // NOLINT: a given address
    if (i.prefix == kNoPrefix && i.hasMemory())
        return loadConfiguration(memory);
    if (i.prefix == kPrefix66 && i.hasMemory()) {
        storeConfiguration(memory);
        return Outcome::Done;
    }
    if (i.prefix == kNoPrefix && i.rm == 0) {
        release();
        return Outcome::Done;
    }
    return Outcome::Undefined;
}

/// Bytes: 0 palette, 1 start row, 16 to 31 bytes of a row for each tile, 48 to 55 rows; the rest 0.
AmxUnit::Outcome AmxUnit::loadConfiguration(const std::uint8_t* from)
{
    std::array<std::uint8_t, kConfigurationSize> bytes = {};
    std::memcpy(bytes.data(), from, bytes.size());
    if (bytes[0] > 1)
        return Outcome::Protection;
    if (bytes[0] == 0) {
        release();
        return Outcome::Done;
    }
    const auto anySet = [&](int first, int end) {
        return std::any_of(bytes.begin() + first, bytes.begin() + end,
                           [](std::uint8_t byte) { return byte != 0; });
    };
    if (anySet(2, 16) || anySet(32, 48) || anySet(56, 64))
        return Outcome::Protection;
    std::array<Shape, kTiles> shapes;
    for (std::size_t t = 0; t < shapes.size(); ++t) {
        shapes[t] = {bytes[48 + t], bytes[16 + 2 * t] | bytes[17 + 2 * t] << 8};
        if (shapes[t].rowBytes > kRowBytes || shapes[t].rows > kRows
            || (shapes[t].rows == 0) != (shapes[t].rowBytes == 0))
            return Outcome::Protection;
    }
    m_configured = true;
    m_startRow = bytes[1];
    m_shapes = shapes;
    m_tiles = {};
    return Outcome::Done;
}

void AmxUnit::storeConfiguration(std::uint8_t* to) const
{
    std::array<std::uint8_t, kConfigurationSize> bytes = {};
    bytes[0] = m_configured ? 1 : 0;
    bytes[1] = static_cast<std::uint8_t>(m_startRow);
    for (std::size_t t = 0; t < m_shapes.size(); ++t) {
        bytes[16 + 2 * t] = static_cast<std::uint8_t>(m_shapes[t].rowBytes);
        bytes[48 + t] = static_cast<std::uint8_t>(m_shapes[t].rows);
    }
    std::memcpy(to, bytes.data(), bytes.size());
}

void AmxUnit::release()
{
    m_configured = false;
    m_startRow = 0;
    m_shapes = {};
    m_tiles = {};
}

bool AmxUnit::isUsable(int tile) const
{
    return m_configured && tile < kTiles && m_shapes[static_cast<std::size_t>(tile)].rows > 0;
}

AmxUnit::Outcome AmxUnit::moveRows(const Instruction& instruction)
{
    if (!isUsable(instruction.reg))
        return Outcome::Undefined;
    auto& tile = m_tiles[static_cast<std::size_t>(instruction.reg)];
    const auto& shape = m_shapes[static_cast<std::size_t>(instruction.reg)];
    if (shape.rowBytes % 4 != 0 || m_startRow >= shape.rows)
        return Outcome::Undefined;
    const auto bytes = static_cast<std::size_t>(shape.rowBytes);
    if (instruction.prefix != kPrefixF3)
        std::fill(tile.begin() + m_startRow, tile.end(), Tile::value_type{});
    for (auto row = static_cast<std::size_t>(m_startRow);
         row < static_cast<std::size_t>(shape.rows); ++row) {
        auto* memory = reinterpret_cast<std::uint8_t*>( // NOLINT: a given address
            instruction.base + row * instruction.index);
        if (instruction.prefix == kPrefixF3) // tilestored
            std::memcpy(memory, tile[row].data(), bytes);
        else
            std::memcpy(tile[row].data(), memory, bytes);
    }
    m_startRow = 0;
    return Outcome::Done;
}

AmxUnit::Outcome AmxUnit::multiply(int sums, int first, int second)
{
    if (sums == first || sums == second || first == second)
        return Outcome::Undefined;
    for (const int tile : {sums, first, second})
        if (!isUsable(tile) || m_shapes[static_cast<std::size_t>(tile)].rowBytes % 4 != 0)
            return Outcome::Undefined;
    const auto& c = m_shapes[static_cast<std::size_t>(sums)];
    const auto& a = m_shapes[static_cast<std::size_t>(first)];
    const auto& b = m_shapes[static_cast<std::size_t>(second)];
    if (c.rows != a.rows || c.rowBytes != b.rowBytes || a.rowBytes != 4 * b.rows)
        return Outcome::Undefined;
    const DenormalsAreZeros mode;
    addProducts(sums, first, second);
    m_startRow = 0;
    return Outcome::Done;
}

/// Even and odd elements are summed apart, from zero, and then added to each other and to the sums.
/// Not inlined: no arithmetic may move out of the caller's DenormalsAreZeros.
[[gnu::noinline]] void AmxUnit::addProducts(int sums, int first, int second)
{
    auto& c = m_tiles[static_cast<std::size_t>(sums)];
    const auto& a = m_tiles[static_cast<std::size_t>(first)];
    const auto& b = m_tiles[static_cast<std::size_t>(second)];
    const int depth = m_shapes[static_cast<std::size_t>(second)].rows;
    constexpr int kColumns = kRowBytes / 4;
    float evenWeights[kRows][kColumns];
    float oddWeights[kRows][kColumns];
    for (int k = 0; k < depth; ++k)
        for (int n = 0; n < kColumns; ++n) {
            evenWeights[k][n] = bf16At(b, k, 2 * n);
            oddWeights[k][n] = bf16At(b, k, 2 * n + 1);
        }
    for (int m = 0; m < m_shapes[static_cast<std::size_t>(sums)].rows; ++m) {
        float even[kColumns] = {};
        float odd[kColumns] = {};
        for (int k = 0; k < depth; ++k) {
            const float evenInput = bf16At(a, m, 2 * k);
            const float oddInput = bf16At(a, m, 2 * k + 1);
            for (int n = 0; n < kColumns; ++n) {
                even[n] = fused(evenInput, evenWeights[k][n], even[n]);
                odd[n] = fused(oddInput, oddWeights[k][n], odd[n]);
            }
        }
        float row[kColumns];
        std::memcpy(row, c[static_cast<std::size_t>(m)].data(), sizeof(row));
        for (int n = 0; n < kColumns; ++n)
            row[n] += even[n] + odd[n];
        const auto bytes = m_shapes[static_cast<std::size_t>(sums)].rowBytes;
        std::memcpy(c[static_cast<std::size_t>(m)].data(), row, static_cast<std::size_t>(bytes));
    }
}

namespace {

constinit thread_local AmxUnit unitOfThisThread;
std::atomic<std::int64_t> executedCount = 0;
struct sigaction previousAction = {};

AddressRegisters registersOf(const ucontext_t& context)
{
    constexpr std::array kOrder = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                   REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                   REG_R12, REG_R13, REG_R14, REG_R15};
    AddressRegisters registers;
    for (std::size_t i = 0; i < kOrder.size(); ++i)
        registers.general[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[kOrder[i]]);
    registers.instruction = static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RIP]);
    return registers;
}

/// As the kernel would have done it.
void handOn(int signal, siginfo_t* info, void* context)
{
    const bool isFunction =
        previousAction.sa_handler != SIG_DFL && previousAction.sa_handler != SIG_IGN;
    if (!isFunction || (previousAction.sa_flags & SA_RESETHAND) != 0) {
        // The instruction is met again on return, and then ends the program.
        struct sigaction standard = {};
        standard.sa_handler = SIG_DFL;
        sigaction(SIGILL, &standard, nullptr);
    }
    if (!isFunction)
        return;
    if ((previousAction.sa_flags & SA_SIGINFO) != 0)
        previousAction.sa_sigaction(signal, info, context);
    else
        previousAction.sa_handler(signal);
}

void onIllegalInstruction(int signal, siginfo_t* info, void* context)
{
    auto& machine = *static_cast<ucontext_t*>(context);
    const auto registers = registersOf(machine);
    const auto step = unitOfThisThread.execute(
        reinterpret_cast<const std::uint8_t*>(registers.instruction), // NOLINT
        registers);
    if (step.outcome != AmxUnit::Outcome::Done) {
        handOn(signal, info, context);
        return;
    }
    machine.uc_mcontext.gregs[REG_RIP] += step.length;
    executedCount.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

AmxEmulation::AmxEmulation()
{
    executedCount = 0;
    struct sigaction action = {};
    action.sa_sigaction = onIllegalInstruction;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGILL, &action, &previousAction);
}

AmxEmulation::~AmxEmulation()
{
    sigaction(SIGILL, &previousAction, nullptr);
}

std::int64_t AmxEmulation::executed() const
{
    return executedCount;
}

} // namespace phono::test
