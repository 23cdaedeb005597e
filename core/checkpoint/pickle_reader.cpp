#include "core/checkpoint/pickle_reader.h"

#include "core/checkpoint/pickle_machine.h"

namespace phono {

const PickleValue* PickleValue::find(std::string_view key) const
{
    if (!is(Kind::Dict))
        return nullptr;
    for (std::size_t i = items.size(); i >= 2; i -= 2)
        if (items[i - 2]->is(Kind::String) && items[i - 2]->text == key)
            return items[i - 1];
    return nullptr;
}

PickleDocument readPickle(InputStream& stream)
{
    PickleMachine machine(stream);
    while (!machine.done())
        if (!machine.step())
            break;
    auto document = machine.takeDocument();
    if (!machine.done())
        document.failure = machine.error();
    return document;
}

} // namespace phono
