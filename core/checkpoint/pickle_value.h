#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// One value of a pickle, as inert data. Owned by its PickleDocument.
///
/// Values may be shared and may form cycles: follow them with a limit on the depth.
struct PickleValue {
    enum class Kind : std::uint8_t {
        None,
        Bool, ///< integer
        Int, ///< integer
        BigInt, ///< text: little-endian two's complement, more than 8 bytes
        Float, ///< real
        String, ///< text
        Bytes, ///< text
        List, ///< items
        Tuple, ///< items
        Set, ///< items
        Dict, ///< items: key, value, key, value, …; a later key takes precedence over an earlier
              ///< one
        Global, ///< text: "module.name"
        Object, ///< text: "module.name" of what would be called; items: the arguments; state
        Persistent, ///< items: the one persistent id, for torch a tuple that names a storage
    };

    Kind kind = Kind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    std::vector<const PickleValue*> items;
    const PickleValue* state = nullptr; ///< of an Object: what BUILD gave it

    bool is(Kind other) const { return kind == other; }
    bool isObject(std::string_view name) const { return is(Kind::Object) && text == name; }
    /// In a Dict: the value of a key that is a string, or null.
    const PickleValue* find(std::string_view key) const;
};

/// A pickle as data: no class was looked up, nothing was called.
struct PickleDocument {
    /// A class or function that the reader does not know. Its objects are empty shells.
    struct Unknown {
        std::string name; ///< "module.name"
        std::int64_t offset = 0; ///< of the opcode, in the file
    };

    std::deque<PickleValue> values; ///< stable addresses; freed without recursion
    const PickleValue* root = nullptr;
    std::vector<const PickleValue*> persistent; ///< every Persistent value, in the pickle's order
    std::optional<Unknown> unknown; ///< the first one
    /// Why reading stopped before the end; the values are then what was read until there.
    std::optional<Error> failure;
};

} // namespace phono
