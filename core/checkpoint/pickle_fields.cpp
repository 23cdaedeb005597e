#include "core/checkpoint/pickle_fields.h"

#include <cstring>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

const PickleValue* stateMember(const PickleValue& object, std::string_view name)
{
    return object.state ? object.state->find(name) : nullptr;
}

/// What an omegaconf node or a member of an enumeration holds; anything else is itself.
const PickleValue& unwrapped(const PickleValue& value)
{
    if (!value.is(Kind::Object))
        return value;
    if (value.text.starts_with("omegaconf.nodes.")) {
        const auto* held = stateMember(value, "_val");
        return held ? *held : value;
    }
    if (value.text.starts_with("fairseq.dataclass.constants.") && !value.items.empty())
        return *value.items.front();
    return value;
}

/// The raw bytes of a numpy scalar. At protocol 2 Python writes bytes as latin-1 text in UTF-8.
std::optional<std::string> rawBytes(const PickleValue& value)
{
    if (value.is(Kind::Bytes) || value.is(Kind::String))
        return value.text;
    if (!value.isObject("_codecs.encode") || value.items.empty()
        || !value.items.front()->is(Kind::String))
        return std::nullopt;
    std::string bytes;
    const auto& text = value.items.front()->text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto first = static_cast<std::uint8_t>(text[i]);
        if (first < 0x80) {
            bytes += text[i];
            continue;
        }
        if ((first != 0xc2 && first != 0xc3) || i + 1 == text.size())
            return std::nullopt;
        bytes += static_cast<char>((first & 3) << 6 | (text[++i] & 0x3f));
    }
    return bytes;
}

template <typename T>
std::optional<T> exactly(const std::string& bytes)
{
    T value;
    if (bytes.size() != sizeof value)
        return std::nullopt;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

std::optional<FieldValue> numpyScalar(const PickleValue& scalar)
{
    if (scalar.items.size() != 2)
        return std::nullopt;
    const auto& dtype = *scalar.items[0];
    const auto bytes = rawBytes(*scalar.items[1]);
    if (!bytes || !dtype.isObject("numpy.dtype") || dtype.items.empty()
        || !dtype.items.front()->is(Kind::String))
        return std::nullopt;
    // The state of a dtype is (version, byte order, …).
    if (dtype.state && dtype.state->is(Kind::Tuple) && dtype.state->items.size() > 1
        && textOf(dtype.state->items[1]) == ">")
        return std::nullopt;
    const auto& type = dtype.items.front()->text;
    const auto as = [](auto number) {
        return number ? std::optional<FieldValue>(*number) : std::nullopt;
    };
    if (type == "f8")
        return as(exactly<double>(*bytes));
    if (type == "i8")
        return as(exactly<std::int64_t>(*bytes));
    if (const auto real = exactly<float>(*bytes); real && type == "f4")
        return static_cast<double>(*real);
    if (const auto whole = exactly<std::int32_t>(*bytes); whole && type == "i4")
        return static_cast<std::int64_t>(*whole);
    if (const auto flag = exactly<std::uint8_t>(*bytes); flag && type == "b1")
        return *flag != 0;
    return std::nullopt;
}

std::optional<FieldValue> scalar(const PickleValue& value)
{
    switch (value.kind) {
    case Kind::None:
        return FieldValue();
    case Kind::Bool:
        return value.integer != 0;
    case Kind::Int:
        return value.integer;
    case Kind::Float:
        return value.real;
    case Kind::String:
        return value.text;
    default:
        break;
    }
    if (value.isObject("numpy.core.multiarray.scalar")
        || value.isObject("numpy._core.multiarray.scalar"))
        return numpyScalar(value);
    return std::nullopt;
}

std::optional<FieldValue> numbers(const std::vector<const PickleValue*>& items)
{
    std::vector<double> values;
    for (const auto* item : items) {
        const auto value = scalar(unwrapped(*item));
        if (const auto* whole = value ? std::get_if<std::int64_t>(&*value) : nullptr)
            values.push_back(static_cast<double>(*whole));
        else if (const auto* real = value ? std::get_if<double>(&*value) : nullptr)
            values.push_back(*real);
        else
            return std::nullopt;
    }
    return values;
}

} // namespace

const PickleValue* dictionaryOf(const PickleValue& value)
{
    if (value.is(Kind::Dict))
        return &value;
    const PickleValue* held = nullptr;
    if (value.isObject("argparse.Namespace"))
        held = value.state;
    else if (value.isObject("omegaconf.dictconfig.DictConfig"))
        held = stateMember(value, "_content");
    return held && held->is(Kind::Dict) ? held : nullptr;
}

const PickleValue* member(const PickleValue& value, std::string_view name)
{
    const auto* dictionary = dictionaryOf(value);
    const auto* found = dictionary ? dictionary->find(name) : nullptr;
    if (!found || unwrapped(*found).is(Kind::None))
        return nullptr;
    return &unwrapped(*found);
}

const PickleValue* memberAt(const PickleValue& value, std::initializer_list<std::string_view> names)
{
    const auto* at = &value;
    for (const auto name : names)
        at = at ? member(*at, name) : nullptr;
    return at;
}

std::optional<FieldValue> fieldValue(const PickleValue& wrapped)
{
    const auto& value = unwrapped(wrapped);
    if (value.is(Kind::List) || value.is(Kind::Tuple)
        || value.isObject("omegaconf.listconfig.ListConfig"))
        return numbers(listItems(value));
    return scalar(value);
}

std::string_view textOf(const PickleValue* value)
{
    return value && value->is(Kind::String) ? std::string_view(value->text) : std::string_view();
}

const std::vector<const PickleValue*>& listItems(const PickleValue& value)
{
    static const std::vector<const PickleValue*> kNone;
    if (value.is(Kind::List) || value.is(Kind::Tuple))
        return value.items;
    if (value.isObject("omegaconf.listconfig.ListConfig"))
        if (const auto* content = stateMember(value, "_content");
            content && content->is(Kind::List))
            return content->items;
    return kNone;
}

} // namespace phono
