#pragma once

#include "core/checkpoint/checkpoint.h"

#include <QString>

#include <vector>

namespace phono {

/// One line of what is known of a checkpoint.
struct SummaryRow {
    QString name;
    QString value;
};

/// A headed group of lines.
struct SummarySection {
    QString title;
    std::vector<SummaryRow> rows;
};

/// What a checkpoint is and where it comes from, for people; what is odd comes first.
std::vector<SummarySection> modelSummary(const Checkpoint& checkpoint);
/// The same, and the file it lies in.
std::vector<SummarySection> fullSummary(const Checkpoint& checkpoint);

QString toPlainText(const std::vector<SummarySection>& sections);
/// As rich text; everything from the file is escaped.
QString toHtml(const std::vector<SummarySection>& sections);

} // namespace phono
