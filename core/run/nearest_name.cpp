#include "core/run/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace phono {
namespace {

/// Longer ones are no slips of the finger.
constexpr std::size_t kLongestName = 128;

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1); // distances of a's first i letters to b's first j
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string nearestName(std::string_view name, std::span<const std::string> names)
{
    if (name.size() > kLongestName)
        return {};
    std::string best;
    std::size_t least = kLongestName;
    for (const auto& candidate : names) {
        const auto distance = editDistance(name, candidate);
        if (distance < least && distance <= std::max<std::size_t>(1, candidate.size() / 3)) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace phono
