#pragma once

#include <QString>

#include <functional>
#include <vector>

namespace phono {

enum class Severity { Info, Warning, Error };

/// A step the reader of a notice can take at once: a button.
struct NoticeAction {
    QString text;
    std::function<void()> run;
};

/// Something the user should know: what happened, where, and what to do.
struct Notice {
    Severity severity = Severity::Info;
    QString text;
    QString details; ///< more lines, shown on demand; may be empty
    /// Notices of one key replace each other; "" stands alone.
    QString key;
    std::vector<NoticeAction> actions;
};

} // namespace phono
