#pragma once

#include <vector>

namespace phono {

/// A row or a tap, and what it is multiplied by.
struct TapTerm {
    int at = 0;
    float factor = 1;
    bool operator==(const TapTerm&) const = default;
};

/// (sum of input rows) * (sum of taps), added to output rows.
struct TapProduct {
    std::vector<TapTerm> inputs; ///< factors 1 and -1
    std::vector<TapTerm> taps;
    std::vector<TapTerm> outputs; ///< factors 1 and -1
};

/// Products that make `rows` neighbouring output rows of a convolution with stride 1, where output
/// row r is the sum over taps j of input row r + j times tap j.
struct TapPlan {
    int rows = 1;
    std::vector<TapProduct> products;
};

/// Fewer products than rows times taps wherever there is more than one tap.
///
/// Short convolutions by Karatsuba's and Winograd's algorithms, two rows and two or three taps at a
/// time, and two-tap ones nested in either. Other algorithms save more, but their sums cancel
/// larger numbers; with these a row's sums never contain an input row that is not under its taps.
TapPlan planTaps(int taps);

} // namespace phono
