#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace phono {

/// Why an operation could not be done, in words a researcher can act on:
/// what failed, in which file, what was expected, what to do.
struct Error {
    enum class Kind { Failed, Cancelled };

    std::string message;
    Kind kind = Kind::Failed;

    static Error cancelled() { return {"cancelled", Kind::Cancelled}; }
    bool isCancelled() const { return kind == Kind::Cancelled; }
};

/// A value, or the reason there is none. Never both, never neither.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

/// Done, or the reason why not. Done is `return {};`.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {
    }

    bool ok() const { return !m_error; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

} // namespace phono
