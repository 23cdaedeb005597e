#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace phono {

/// Sums the power of frequency bins into overlapping triangular bands that are equally spaced on
/// the mel scale of HTK, 2595 log10(1 + f / 700 Hz), from 0 Hz to half the rate.
///
/// Triangles have height 1 and add up to 1 between the first and the last centre. A bin counts as a
/// stretch of frequencies as wide as the bins' distance, so that bands narrower than a bin get
/// their fair part of it instead of nothing.
class MelBands {
public:
    /// For bins 0 … bins - 1 at 0 Hz … rate / 2.
    MelBands(int bands, int bins, double rate);

    /// bands values from bins values.
    void apply(std::span<const float> power, std::span<float> bands) const;

    /// In Hz, lowest first.
    static std::vector<double> centres(int bands, double rate);

private:
    struct Band {
        std::size_t firstBin = 0;
        std::vector<float> weights;
    };
    std::vector<Band> m_bands;
};

} // namespace phono
