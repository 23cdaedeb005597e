#include "core/checkpoint/pickle_globals.h"
#include "core/checkpoint/pickle_machine.h"
#include "core/checkpoint/printable.h"

namespace phono {

using Kind = PickleValue::Kind;

PickleValue* PickleMachine::push(Kind kind)
{
    if (m_document.values.size() == kMaxValues) {
        fail("holds more than " + std::to_string(kMaxValues) + " values");
        return nullptr;
    }
    auto& value = m_document.values.emplace_back();
    value.kind = kind;
    return push(&value) ? &value : nullptr;
}

bool PickleMachine::push(PickleValue* value)
{
    if (m_stack.size() == kMaxStack)
        return fail("is nested too deeply");
    m_stack.push_back(value);
    return true;
}

std::span<PickleValue* const> PickleMachine::topmost(std::size_t count)
{
    const auto floor = m_marks.empty() ? 0 : m_marks.back();
    if (m_stack.size() < floor || m_stack.size() - floor < count) {
        fail("takes more values than there are");
        return {};
    }
    return std::span(m_stack).last(count);
}

PickleValue* PickleMachine::top()
{
    const auto values = topmost(1);
    return values.empty() ? nullptr : values.front();
}

PickleValue* PickleMachine::pop()
{
    auto* value = top();
    if (value)
        m_stack.pop_back();
    return value;
}

bool PickleMachine::popMark(std::size_t& count)
{
    if (m_marks.empty())
        return fail("closes something that was never opened");
    count = m_stack.size() - m_marks.back();
    m_marks.pop_back();
    return true;
}

bool PickleMachine::moveInto(PickleValue& into, std::size_t count)
{
    m_references += count;
    if (m_references > kMaxReferences)
        return fail("holds too many values");
    into.items.insert(into.items.end(), m_stack.end() - static_cast<std::ptrdiff_t>(count),
                      m_stack.end());
    m_stack.resize(m_stack.size() - count);
    return true;
}

bool PickleMachine::tuple(std::size_t count)
{
    if (topmost(count).size() != count)
        return false;
    auto* value = push(Kind::Tuple);
    if (!value)
        return false;
    m_stack.pop_back();
    return moveInto(*value, count) && push(value);
}

bool PickleMachine::append(std::size_t count)
{
    const auto values = topmost(count + 1);
    if (values.empty())
        return false;
    auto& into = *values.front();
    if (into.is(Kind::List) || into.is(Kind::Set))
        return moveInto(into, count);
    if (!into.is(Kind::Object))
        return fail("appends to something that is no list");
    m_stack.resize(m_stack.size() - count); // what an unknown class holds is not kept
    return true;
}

bool PickleMachine::setItems(std::size_t count)
{
    const auto values = topmost(count + 1);
    if (values.empty())
        return false;
    if (count % 2 != 0)
        return fail("has a key without a value");
    auto& into = *values.front();
    if (into.is(Kind::Dict))
        return moveInto(into, count);
    if (!into.is(Kind::Object))
        return fail("sets items of something that is no dictionary");
    m_stack.resize(m_stack.size() - count);
    return true;
}

bool PickleMachine::remember(std::uint32_t index)
{
    auto* value = top();
    if (!value)
        return false;
    if (m_memo.size() >= kMaxValues)
        return fail("remembers too many values");
    m_memo.insert_or_assign(index, value);
    return true;
}

bool PickleMachine::global(std::string name)
{
    auto* value = push(Kind::Global);
    if (!value)
        return false;
    if (!m_document.unknown && roleOfGlobal(name) == GlobalRole::Unknown)
        m_document.unknown = {name, m_offset};
    value->text = std::move(name);
    return true;
}

bool PickleMachine::globalFromStack()
{
    const auto values = topmost(2);
    if (values.empty())
        return false;
    const auto& [module, name] = std::pair(values[0], values[1]);
    if (!module->is(Kind::String) || !name->is(Kind::String)
        || module->text.size() + name->text.size() > 2 * kMaxLine)
        return fail("names a class by something that is no name");
    auto full = module->text + "." + name->text;
    m_stack.resize(m_stack.size() - 2);
    return global(std::move(full));
}

bool PickleMachine::make()
{
    const auto values = topmost(2);
    if (values.empty())
        return false;
    const auto& callee = *values[0];
    auto& arguments = *values[1];
    if (!callee.is(Kind::Global) || !arguments.is(Kind::Tuple))
        return fail("calls something that is no class or function");
    const auto role = roleOfGlobal(callee.text);
    if (role == GlobalRole::Name)
        return fail("calls " + printable(callee.text) + ", which checkpoints only name");
    // A dictionary with contents comes as SETITEMS; the arguments are a factory at most.
    if (role == GlobalRole::Dictionary && arguments.items.size() > 1)
        return fail("makes a dictionary in an unknown way");
    m_stack.resize(m_stack.size() - 2);
    auto* value = push(role == GlobalRole::Dictionary ? Kind::Dict : Kind::Object);
    if (!value || role == GlobalRole::Dictionary)
        return value != nullptr;
    m_references += arguments.items.size();
    if (m_references > kMaxReferences)
        return fail("holds too many values");
    value->text = callee.text;
    value->items = arguments.items;
    return true;
}

bool PickleMachine::build()
{
    const auto values = topmost(2);
    if (values.empty())
        return false;
    auto& target = *values[0];
    // A dictionary's own attributes (the `_metadata` of a state dict) say nothing of use.
    if (target.is(Kind::Object))
        target.state = values[1];
    else if (!target.is(Kind::Dict))
        return fail("gives a state to something that is no object");
    m_stack.pop_back();
    return true;
}

bool PickleMachine::persistent()
{
    auto* id = pop();
    auto* value = id ? push(Kind::Persistent) : nullptr;
    if (!value)
        return false;
    value->items.push_back(id);
    m_document.persistent.push_back(value);
    return true;
}

} // namespace phono
