#pragma once

#include "core/train/product_kernel.h"

#include <cstddef>
#include <vector>

namespace phono {

/// How a convolution with unit steps is computed with fewer products.
///
/// Two neighbouring outputs of two neighbouring taps, y0 = a x0 + b x1 and y1 = a x1 + b x2, are
/// y0 = m + a (x0 - x1) and y1 = m + b (x2 - x1) with m = (a + b) x1: three products instead of
/// four. So a convolution is three with half the taps and half the outputs: of the odd rows with
/// sums of taps, of the even differences with the even taps and of the odd differences with the odd
/// ones; and those can be split again.
struct TapTree {
    /// `taps[i]` meets row i; an empty sum stands for no tap. Adds the sums that are needed as
    /// matrices to `matrices`.
    TapTree(const std::vector<TapSum>& taps, int pairings, std::vector<TapSum>& matrices);
    /// How often it pays to pair `steps` taps, if `most` times are allowed.
    static int pairingsFor(int steps, int most);

    struct Product {
        std::size_t step = 0; ///< rows from the first
        std::size_t matrix = 0;
    };
    std::vector<Product> products; ///< of a tree that is not split

    /// Odd rows, even differences, odd differences: three, or none.
    enum Part { OddRows, EvenDifferences, OddDifferences, kParts };
    std::vector<TapTree> parts;

    std::size_t steps = 0; ///< rows that taps reach over

    bool isEmpty() const; ///< has no tap at all
    /// Rows that are read for `outputs` outputs.
    std::size_t rowsFor(std::size_t outputs) const;
};

} // namespace phono
