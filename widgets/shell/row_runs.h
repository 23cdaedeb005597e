#pragma once

namespace phono {

/// Calls `remove(first, last)` for each run of neighbouring rows, of `rows`, that are `gone`, from
/// the last to the first: as few removals as a model can do with, none of which moves a later one.
template <typename Gone, typename Remove>
void forRunsOfRows(int rows, const Gone& gone, const Remove& remove)
{
    for (int last = rows - 1; last >= 0; --last) {
        if (!gone(last))
            continue;
        int first = last;
        while (first > 0 && gone(first - 1))
            --first;
        remove(first, last);
        last = first;
    }
}

} // namespace phono
