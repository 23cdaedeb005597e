#pragma once

#include "core/labels/labels.h"

#include <string>
#include <vector>

namespace phono {

/// What is wrong with a label file, by line; after a hundred complaints it only counts.
class LabelComplaints {
public:
    void add(int line, const std::string& what);
    void add(const std::string& what);
    /// Everything added, for LabelFile::warnings.
    std::vector<std::string> list() const;

private:
    std::vector<std::string> m_list;
    int m_more = 0;
};

/// A label and the line it stands in.
struct LineLabel {
    Label label;
    int line = 0;
};

/// A tier in time order: labels that are reversed, begin before 0 or overlap are left out and
/// complained about.
LabelTier checkedTier(std::string name, std::vector<LineLabel> labels, LabelComplaints& complaints);

} // namespace phono
