#include "core/checkpoint/pickle_machine.h"

#include <bit>
#include <cstdio>
#include <cstring>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint8_t kMaxProtocol = 5;

// Opcodes by the names of Python's pickletools (SPEC 8.4).
constexpr std::uint8_t kMark = '(';
constexpr std::uint8_t kStop = '.';
constexpr std::uint8_t kBinInt = 'J';
constexpr std::uint8_t kBinInt1 = 'K';
constexpr std::uint8_t kBinInt2 = 'M';
constexpr std::uint8_t kNone = 'N';
constexpr std::uint8_t kBinPersId = 'Q';
constexpr std::uint8_t kReduce = 'R';
constexpr std::uint8_t kBinString = 'T';
constexpr std::uint8_t kShortBinString = 'U';
constexpr std::uint8_t kBinUnicode = 'X';
constexpr std::uint8_t kAppend = 'a';
constexpr std::uint8_t kBuild = 'b';
constexpr std::uint8_t kGlobal = 'c';
constexpr std::uint8_t kAppends = 'e';
constexpr std::uint8_t kBinGet = 'h';
constexpr std::uint8_t kLongBinGet = 'j';
constexpr std::uint8_t kBinPut = 'q';
constexpr std::uint8_t kLongBinPut = 'r';
constexpr std::uint8_t kSetItem = 's';
constexpr std::uint8_t kTuple = 't';
constexpr std::uint8_t kSetItems = 'u';
constexpr std::uint8_t kBinBytes = 'B';
constexpr std::uint8_t kShortBinBytes = 'C';
constexpr std::uint8_t kBinFloat = 'G';
constexpr std::uint8_t kEmptyTuple = ')';
constexpr std::uint8_t kEmptyList = ']';
constexpr std::uint8_t kEmptyDict = '}';
constexpr std::uint8_t kProto = 0x80;
constexpr std::uint8_t kNewObj = 0x81;
constexpr std::uint8_t kTuple1 = 0x85;
constexpr std::uint8_t kTuple2 = 0x86;
constexpr std::uint8_t kTuple3 = 0x87;
constexpr std::uint8_t kNewTrue = 0x88;
constexpr std::uint8_t kNewFalse = 0x89;
constexpr std::uint8_t kLong1 = 0x8a;
constexpr std::uint8_t kShortBinUnicode = 0x8c;
constexpr std::uint8_t kEmptySet = 0x8f;
constexpr std::uint8_t kAddItems = 0x90;
constexpr std::uint8_t kStackGlobal = 0x93;
constexpr std::uint8_t kMemoize = 0x94;
constexpr std::uint8_t kFrame = 0x95;

} // namespace

bool PickleMachine::step()
{
    m_offset = m_stream.position();
    std::uint8_t opcode = 0;
    if (!read(opcode))
        return false;
    switch (opcode) {
    case kStop:
        return stop();
    case kMark:
        if (m_marks.size() == kMaxMarks)
            return fail("is nested too deeply");
        m_marks.push_back(m_stack.size());
        return true;
    case kProto: {
        std::uint8_t version = 0;
        if (!read(version))
            return false;
        return version <= kMaxProtocol
            || fail("is of protocol " + std::to_string(version) + ", which is unknown");
    }
    case kFrame: {
        std::uint64_t length = 0;
        return read(length);
    }
    default:
        break;
    }
    return constant(opcode);
}

bool PickleMachine::constant(std::uint8_t opcode)
{
    switch (opcode) {
    case kNone:
        return push(Kind::None) != nullptr;
    case kNewTrue:
    case kNewFalse: {
        auto* value = push(Kind::Bool);
        if (value)
            value->integer = opcode == kNewTrue;
        return value != nullptr;
    }
    case kBinInt:
        return integer<std::int32_t>();
    case kBinInt1:
        return integer<std::uint8_t>();
    case kBinInt2:
        return integer<std::uint16_t>();
    case kLong1:
        return longInteger();
    case kBinFloat:
        return bigEndianFloat();
    case kBinUnicode:
    case kBinString:
        return text<std::uint32_t>(Kind::String);
    case kShortBinUnicode:
    case kShortBinString:
        return text<std::uint8_t>(Kind::String);
    case kBinBytes:
        return text<std::uint32_t>(Kind::Bytes);
    case kShortBinBytes:
        return text<std::uint8_t>(Kind::Bytes);
    default:
        return container(opcode);
    }
}

bool PickleMachine::container(std::uint8_t opcode)
{
    std::size_t count = 0;
    switch (opcode) {
    case kEmptyTuple:
        return push(Kind::Tuple) != nullptr;
    case kEmptyList:
        return push(Kind::List) != nullptr;
    case kEmptyDict:
        return push(Kind::Dict) != nullptr;
    case kEmptySet:
        return push(Kind::Set) != nullptr;
    case kTuple1:
    case kTuple2:
    case kTuple3:
        return tuple(opcode - kTuple1 + 1U);
    case kTuple:
        return popMark(count) && tuple(count);
    case kAppend:
        return append(1);
    case kAppends:
    case kAddItems:
        return popMark(count) && append(count);
    case kSetItem:
        return setItems(2);
    case kSetItems:
        return popMark(count) && setItems(count);
    default:
        return memo(opcode);
    }
}

bool PickleMachine::memo(std::uint8_t opcode)
{
    switch (opcode) {
    case kBinPut:
        return put<std::uint8_t>();
    case kLongBinPut:
        return put<std::uint32_t>();
    case kMemoize:
        return remember(static_cast<std::uint32_t>(m_memo.size()));
    case kBinGet:
        return recall<std::uint8_t>();
    case kLongBinGet:
        return recall<std::uint32_t>();
    default:
        return object(opcode);
    }
}

bool PickleMachine::object(std::uint8_t opcode)
{
    switch (opcode) {
    case kGlobal:
        return globalFromLines();
    case kStackGlobal:
        return globalFromStack();
    case kReduce:
    case kNewObj:
        return make();
    case kBuild:
        return build();
    case kBinPersId:
        return persistent();
    default: {
        char code[8];
        std::snprintf(code, sizeof code, "0x%02x", opcode);
        return fail(std::string("holds the opcode ") + code
                    + ", which does not occur in checkpoints");
    }
    }
}

template <typename T>
bool PickleMachine::read(T& value)
{
    return m_stream.read(&value, sizeof value) || fail("ends too early");
}

template <typename T>
bool PickleMachine::integer()
{
    T number = 0;
    if (!read(number))
        return false;
    auto* value = push(Kind::Int);
    if (value)
        value->integer = number;
    return value != nullptr;
}

bool PickleMachine::longInteger()
{
    if (!text<std::uint8_t>(Kind::BigInt))
        return false;
    auto& value = *m_stack.back();
    const auto length = value.text.size();
    if (length > sizeof value.integer)
        return true;
    const bool negative = length > 0 && (static_cast<std::uint8_t>(value.text.back()) & 0x80) != 0;
    value.integer = negative ? -1 : 0;
    if (length > 0)
        std::memcpy(&value.integer, value.text.data(), length);
    value.kind = Kind::Int;
    value.text.clear();
    return true;
}

bool PickleMachine::bigEndianFloat()
{
    std::uint64_t bits = 0;
    if (!read(bits))
        return false;
    auto* value = push(Kind::Float);
    if (value)
        value->real = std::bit_cast<double>(__builtin_bswap64(bits));
    return value != nullptr;
}

template <typename Length>
bool PickleMachine::text(Kind kind)
{
    Length length = 0;
    if (!read(length))
        return false;
    if (static_cast<std::int64_t>(length) > m_stream.remaining())
        return fail("claims a text of " + std::to_string(length) + " bytes, but ends before");
    auto* value = push(kind);
    if (!value)
        return false;
    value->text.resize(length);
    return m_stream.read(value->text.data(), length) || fail("cannot be read");
}

bool PickleMachine::globalFromLines()
{
    std::string module;
    std::string name;
    return line(module) && line(name) && global(module + "." + name);
}

bool PickleMachine::line(std::string& text)
{
    for (char c = 0; text.size() <= kMaxLine; text += c) {
        if (!read(c))
            return false;
        if (c == '\n')
            return true;
    }
    return fail("names a class by more than " + std::to_string(kMaxLine) + " characters");
}

template <typename Index>
bool PickleMachine::put()
{
    Index index = 0;
    return read(index) && remember(index);
}

template <typename Index>
bool PickleMachine::recall()
{
    Index index = 0;
    if (!read(index))
        return false;
    const auto found = m_memo.find(index);
    if (found == m_memo.end())
        return fail("recalls value " + std::to_string(index) + ", which it never stored");
    return push(found->second);
}

bool PickleMachine::stop()
{
    m_document.root = pop();
    if (!m_document.root)
        return false;
    m_done = true;
    return true;
}

bool PickleMachine::fail(std::string problem)
{
    m_problem = std::move(problem);
    return false;
}

Error PickleMachine::error() const
{
    return m_stream.file().error("the pickle " + m_problem + " (at offset "
                                 + std::to_string(m_offset) + " of the file)");
}

} // namespace phono
