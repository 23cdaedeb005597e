#pragma once

#include <string_view>

namespace phono {

/// What may become of a class or function that a pickle names.
enum class GlobalRole {
    Unknown, ///< not on the list: the file is refused, naming it
    Dictionary, ///< called, it makes a dictionary
    Record, ///< called, it makes an Object that keeps arguments and state
    Name, ///< only ever named, never called
};

/// The allow-list (SPEC 8.5). `name` is "module.name". Whatever the role, nothing is ever executed.
GlobalRole roleOfGlobal(std::string_view name);

} // namespace phono
