#pragma once

#include <vector>

namespace phono {

/// A row or a tap, and what it is multiplied by.
struct TapTerm {
    int at = 0;
    double factor = 1;
    bool operator==(const TapTerm&) const = default;
};

inline constexpr int kMostInputs = 4; ///< of a product

/// (sum of input rows) * (sum of taps), added to output rows.
struct TapProduct {
    std::vector<TapTerm> inputs; ///< at most kMostInputs
    std::vector<TapTerm> taps;
    std::vector<TapTerm> outputs;
};

/// Products that make `rows` neighbouring output rows of a convolution with stride 1, where output
/// row r is the sum over taps j of input row r + j times tap j.
struct TapPlan {
    int rows = 1;
    std::vector<TapProduct> products;
};

/// Fewer products than rows times taps wherever there is more than one tap.
///
/// Short convolutions by Karatsuba's, Winograd's, and Toom and Cook's algorithms, and such nested
/// in each other. Only those whose rounding errors stay near those of a plain sum are taken.
TapPlan planTaps(int taps);

} // namespace phono
