#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace phono::test {

/// What the address of an instruction's memory operand is computed from.
struct AddressRegisters {
    /// As instructions number them: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15.
    std::array<std::uint64_t, 16> general = {};
    std::uint64_t instruction = 0; ///< address of its first byte
};

/// The tile registers of one thread and the instructions that work on them: palette 1 of Intel's
/// AMX with bf16 (Software Developer's Manual, volume 2).
class AmxUnit {
public:
    static constexpr int kTiles = 8;
    static constexpr int kRows = 16;
    static constexpr int kRowBytes = 64;
    using Tile = std::array<std::array<std::uint8_t, kRowBytes>, kRows>;

    enum class Outcome {
        Done,
        Foreign, ///< none of the instructions known here
        Undefined, ///< #UD
        Protection, ///< #GP
    };
    struct Step {
        Outcome outcome = Outcome::Foreign;
        int length = 0; ///< bytes of the instruction, when done
    };

    /// Executes one instruction; changes nothing unless it is done. Knows ldtilecfg, sttilecfg,
    /// tilerelease, tilezero, tileloadd, tileloaddt1, tilestored and tdpbf16ps, with every
    /// addressing mode of 64-bit code but prefixes for segments and short addresses.
    Step execute(const std::uint8_t* code, const AddressRegisters& registers);

    const Tile& tile(int number) const { return m_tiles[static_cast<std::size_t>(number)]; }

private:
    struct Shape {
        int rows = 0;
        int rowBytes = 0;
    };
    struct Instruction;

    static bool decode(const std::uint8_t* code, const AddressRegisters& registers,
                       Instruction& instruction);
    Outcome perform(const Instruction& instruction);
    Outcome performConfiguration(const Instruction& instruction);
    Outcome loadConfiguration(const std::uint8_t* from);
    void storeConfiguration(std::uint8_t* to) const;
    void release();
    bool isUsable(int tile) const;
    Outcome moveRows(const Instruction& instruction);
    Outcome multiply(int sums, int first, int second);
    void addProducts(int sums, int first, int second);

    bool m_configured = false;
    int m_startRow = 0;
    std::array<Shape, kTiles> m_shapes = {};
    std::array<Tile, kTiles> m_tiles = {};
};

/// While it lives, tile instructions that the processor does not know are executed all the same: an
/// AmxUnit for each thread takes them from SIGILL. Every other illegal instruction, and every tile
/// instruction that a processor would refuse, goes to the handler that was there before.
///
/// One at a time.
class AmxEmulation {
public:
    AmxEmulation();
    ~AmxEmulation();
    AmxEmulation(const AmxEmulation&) = delete;
    AmxEmulation& operator=(const AmxEmulation&) = delete;

    /// Instructions executed since construction, on all threads.
    std::int64_t executed() const;
};

} // namespace phono::test
