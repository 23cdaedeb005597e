#pragma once

#include "core/base/result.h"
#include "core/checkpoint/input_file.h"
#include "core/checkpoint/pickle_value.h"

#include <span>
#include <unordered_map>

namespace phono {

/// The stack, memo and values of a pickle being read: what its opcodes act on.
///
/// Every action answers false when it cannot be done; error() then says why and where.
class PickleMachine {
public:
    explicit PickleMachine(InputStream& stream)
        : m_stream(stream)
    {
    }

    /// Reads and carries out one opcode.
    bool step();
    /// STOP was carried out.
    bool done() const { return m_done; }
    Error error() const;
    PickleDocument takeDocument() { return std::move(m_document); }

private:
    // Real checkpoints stay far below these. Together they bound the memory that this takes.
    static constexpr std::size_t kMaxValues = 400'000;
    static constexpr std::size_t kMaxReferences = 2'000'000;
    static constexpr std::size_t kMaxStack = 20'000;
    static constexpr std::size_t kMaxMarks = 1'000;
    static constexpr std::size_t kMaxLine = 300;

    // Values from the stream.
    bool constant(std::uint8_t opcode);
    bool longInteger();
    bool bigEndianFloat();
    template <typename T>
    bool read(T& value);
    template <typename T>
    bool integer();
    template <typename Length>
    bool text(PickleValue::Kind kind);
    bool line(std::string& text);

    // Containers.
    bool container(std::uint8_t opcode);
    bool tuple(std::size_t count);
    bool append(std::size_t count);
    bool setItems(std::size_t count);

    // Memo.
    bool memo(std::uint8_t opcode);
    template <typename Index>
    bool recall();
    template <typename Index>
    bool put();
    bool remember(std::uint32_t index);

    // Classes, functions and the objects that they would make.
    bool object(std::uint8_t opcode);
    bool global(std::string name);
    bool globalFromLines();
    bool globalFromStack();
    bool make();
    bool build();
    bool persistent();

    // The stack. Marks split it; nothing below the last mark can be popped.
    PickleValue* push(PickleValue::Kind kind);
    bool push(PickleValue* value);
    PickleValue* pop();
    PickleValue* top();
    /// The topmost `count` values, or nothing (with the failure noted) if there are not so many.
    std::span<PickleValue* const> topmost(std::size_t count);
    bool popMark(std::size_t& count);
    /// Moves the topmost `count` values, which are there, to the end of `into`.
    bool moveInto(PickleValue& into, std::size_t count);
    bool stop();

    bool fail(std::string problem);

    InputStream& m_stream;
    PickleDocument m_document;
    std::vector<PickleValue*> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, PickleValue*> m_memo;
    std::size_t m_references = 0;
    std::int64_t m_offset = 0; ///< of the current opcode, in the file
    std::string m_problem;
    bool m_done = false;
};

} // namespace phono
