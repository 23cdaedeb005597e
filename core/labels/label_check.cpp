#include "core/labels/label_check.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr std::size_t kMostComplaints = 100;
/// Labels that meet are written as rounded numbers.
constexpr double kRounding = 1e-4; // s

} // namespace

void LabelComplaints::add(int line, const std::string& what)
{
    add("line " + std::to_string(line) + ": " + what);
}

void LabelComplaints::add(const std::string& what)
{
    if (m_list.size() < kMostComplaints)
        m_list.push_back(what);
    else
        ++m_more;
}

std::vector<std::string> LabelComplaints::list() const
{
    auto list = m_list;
    if (m_more > 0)
        list.push_back("and " + std::to_string(m_more) + " more");
    return list;
}

LabelTier checkedTier(std::string name, std::vector<LineLabel> labels, LabelComplaints& complaints)
{
    std::erase_if(labels, [&](const LineLabel& entry) {
        const auto& [label, line] = entry;
        const bool negative = label.start < -kRounding;
        const bool reversed = label.end < label.start;
        if (negative)
            complaints.add(line, "begins before the audio does; skipped");
        else if (reversed)
            complaints.add(line, "ends before it starts; skipped");
        return negative || reversed;
    });
    const auto startsEarlier = [](const LineLabel& a, const LineLabel& b) {
        return a.label.start < b.label.start;
    };
    if (const auto out = std::ranges::is_sorted_until(labels, startsEarlier); out != labels.end()) {
        complaints.add(out->line, "the labels are not in time order; they were sorted");
        std::ranges::stable_sort(labels, startsEarlier);
    }

    LabelTier tier{std::move(name), {}};
    double end = 0;
    int endLine = 0;
    for (auto& [label, line] : labels) {
        if (label.start < end - kRounding) {
            complaints.add(line,
                           "overlaps the label of line " + std::to_string(endLine) + "; skipped");
            continue;
        }
        label.start = std::max(label.start, end);
        label.end = std::max(label.end, label.start);
        end = label.end;
        endLine = line;
        tier.labels.push_back(std::move(label));
    }
    return tier;
}

} // namespace phono
