#pragma once

#include <QString>
#include <QStringView>

#include <optional>

namespace phono {

/// How well `pattern` fits `text` as an abbreviation: its characters in order, anywhere, ignoring
/// case and spaces. Larger is better: runs and beginnings of words count. Nothing when it does not
/// fit.
std::optional<int> fuzzyScore(QStringView pattern, QStringView text);

} // namespace phono
