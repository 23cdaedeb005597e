#include "core/train/tap_tree.h"

#include <algorithm>

namespace phono {

TapTree::TapTree(const std::vector<TapSum>& taps, int pairings, std::vector<TapSum>& matrices)
    : steps(taps.size())
{
    if (pairings == 0) {
        for (std::size_t step = 0; step < taps.size(); ++step) {
            if (taps[step].empty())
                continue;
            products.push_back({step, matrices.size()});
            matrices.push_back(taps[step]);
        }
        return;
    }
    std::vector<TapSum> sums;
    std::vector<TapSum> even;
    std::vector<TapSum> odd;
    for (std::size_t step = 0; step < taps.size(); step += 2) {
        even.push_back(taps[step]);
        sums.push_back(taps[step]);
        if (step + 1 == taps.size())
            continue;
        odd.push_back(taps[step + 1]);
        sums.back().insert(sums.back().end(), taps[step + 1].begin(), taps[step + 1].end());
    }
    for (const auto& part : {sums, even, odd})
        parts.emplace_back(part, pairings - 1, matrices);
}

int TapTree::pairingsFor(int steps, int most)
{
    // Two taps are one pair; three gain from a second pairing already.
    return std::min(most, steps < 3 ? steps - 1 : 2);
}

bool TapTree::isEmpty() const
{
    return products.empty() && std::ranges::all_of(parts, &TapTree::isEmpty);
}

std::size_t TapTree::rowsFor(std::size_t outputs) const
{
    if (isEmpty())
        return 0;
    if (parts.empty())
        return outputs + steps - 1;
    const auto half = (outputs + 1) / 2;
    return std::max({2 * parts[OddRows].rowsFor(half), 2 * parts[EvenDifferences].rowsFor(half),
                     2 * parts[OddDifferences].rowsFor(half) + 1});
}

} // namespace phono
