#pragma once

#include "core/model/aligned_buffer.h"
#include "core/model/conv_kernel.h"
#include "core/model/packed_conv.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace phono {

/// Depth in which matrices are packed at a time.
inline constexpr int kPackDepth = 32;

/// Taps are paired at most twice, and rows computed by fours then.
inline constexpr int kMostPairings = 2;
inline constexpr int kPairedRows = 1 << kMostPairings;

/// Products of rows with a packed matrix, out[r] += in[r] * matrix, on one kind of processor.
///
/// A matrix of depth x columns is packed as [column / panel][depth][panel], in an order within 32
/// rows of depth that suits the processor.
template <typename Number>
struct ProductKernel {
    std::string name;
    int panel = 0; ///< columns that are computed together
    int rowUnit = 0; ///< rows that are computed together: up to rowUnit - 1 more than asked for
    int depthUnit = 1; ///< the depth is rounded up to it; what is beyond it must be finite
    ConvolveFunction<Number> convolve = nullptr;
    bool onlyAdds = false; ///< does not know how to start its sums
    /// Packs `depth` <= kPackDepth rows of `panel` columns, `pitch` numbers apart, with zeros up to
    /// the next multiple of depthUnit.
    void (*packBlock)(const Number* from, std::size_t pitch, int depth, int panel,
                      Number* to) = nullptr;
    /// How many times over taps are paired to save products, at the cost of some rounding: up to
    /// kMostPairings (see TapTree).
    int pairings = 1;

    std::int64_t roundedDepth(std::int64_t depth) const
    {
        return (depth + depthUnit - 1) / depthUnit * depthUnit;
    }
    /// Packs one panel of any depth; takes roundedDepth(depth) * panel numbers.
    void packPanel(const Number* from, std::size_t pitch, std::int64_t depth, Number* to) const;

    struct Operands {
        const Number* in = nullptr;
        std::size_t inPitch = 0; ///< numbers from row to row
        const Number* matrix = nullptr;
        int depth = 0; ///< rounded
        int panels = 0;
        int rows = 0;
        float* out = nullptr;
        std::size_t outPitch = 0; ///< floats from row to row
    };
    void add(const Operands& operands) const;
    /// The same after every row of `out` was set to `start`.
    void addTo(const float* start, const Operands& operands) const;
};

/// The kernels of `kind` in their own numbers; it must be available here.
ProductKernel<float> fp32Products(KernelKind kind);
ProductKernel<BFloat16> bf16Products(KernelKind kind);
/// Tiles of 16 x 16 that `addProducts` multiplies: AMX's, or others for tests.
ProductKernel<BFloat16> tileProducts(std::string name, ConvolveFunction<BFloat16> addProducts);

/// Weights as PyTorch lays them out, [outer][inner][taps], packed anew in every step as one matrix
/// per tap.
struct TapWeights {
    const float* values = nullptr;
    int outer = 0;
    int inner = 0;
    int taps = 0;
};

/// Which of a weight's dimensions is summed over; the other becomes the columns.
enum class Depth { Inner, Outer };

/// Taps whose sum one packed matrix holds.
using TapSum = std::vector<int>;

/// Sums of taps, packed as matrices for products with rows of padded channels.
template <typename Number>
class PackedWeights {
public:
    void pack(const ProductKernel<Number>& kernel, const TapWeights& weights, Depth depth,
              const std::vector<TapSum>& matrices, int threads);
    /// One matrix per tap.
    void pack(const ProductKernel<Number>& kernel, const TapWeights& weights, Depth depth,
              int threads);

    const Number* matrix(std::size_t index) const { return m_data.data() + index * m_matrixSize; }
    int depth() const { return m_depth; }
    int panels() const { return m_panels; }

private:
    AlignedBuffer<Number> m_data;
    std::size_t m_matrixSize = 0;
    int m_depth = 0;
    int m_panels = 0;
};

} // namespace phono
