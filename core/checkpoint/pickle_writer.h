#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace phono {

/// Builds a pickle of protocol 2 from the few opcodes that checkpoints need, as PyTorch's safe
/// loader accepts them.
///
/// Calls follow the values' nesting: dictionary() takes a function that writes keys and values.
class PickleWriter {
public:
    PickleWriter();

    void none();
    void boolean(bool value);
    void integer(std::int64_t value);
    void real(double value);
    void text(std::string_view value);
    void emptyTuple();
    void emptyList();
    /// Both write the contents by calling the others: key, value, key, value, … or items.
    void dictionary(const std::function<void()>& contents);
    void orderedDictionary(const std::function<void()>& contents);
    void list(const std::function<void()>& contents);
    void tuple(const std::function<void()>& contents);
    void global(std::string_view module, std::string_view name);
    /// Calls `module`.`name` with the arguments when it is loaded.
    void call(std::string_view module, std::string_view name,
              const std::function<void()>& arguments);
    /// The value that `id` writes is the id of something outside the pickle.
    void persistent(const std::function<void()>& id);

    /// Ends the pickle. The writer is not used any more.
    std::string finish();

private:
    template <typename T>
    void raw(T value);

    std::string m_bytes;
};

} // namespace phono
