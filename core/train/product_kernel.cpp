#include "core/train/product_kernel.h"

#include "core/model/tile_walk.h"
#include "core/train/parallel.h"
#include "core/train/row_buffer.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace phono {
namespace {

constexpr int kPairPanel = 32;

void packRows(const float* from, std::size_t pitch, int depth, int panel, float* to)
{
    for (int d = 0; d < depth; ++d)
        std::copy_n(from + static_cast<std::size_t>(d) * pitch, panel, to + d * panel);
}

/// [depth / 2][panel][2]
void packPairs(const BFloat16* from, std::size_t pitch, int depth, int panel, BFloat16* to)
{
    for (int d = 0; d < depth; d += 2) {
        const BFloat16* first = from + static_cast<std::size_t>(d) * pitch;
        const BFloat16* second = first + pitch;
        if (d + 1 < depth) {
            for (int c = 0; c < panel; ++c) {
                const auto pair = static_cast<std::uint32_t>(first[c])
                    | static_cast<std::uint32_t>(second[c]) << 16;
                std::memcpy(to + 2 * c, &pair, sizeof pair);
            }
        } else {
            for (int c = 0; c < panel; ++c) {
                to[2 * c] = first[c];
                to[2 * c + 1] = 0;
            }
        }
        to += 2 * panel;
    }
}

/// [2 tiles][16][16][2]
void packTiles(const BFloat16* from, std::size_t pitch, int depth, int panel, BFloat16* to)
{
    for (int tile = 0; tile < panel / kTileSide; ++tile) {
        BFloat16* block = to + tile * kTileSize;
        packPairs(from + tile * kTileSide, pitch, depth, kTileSide, block);
        const int filled = (depth + 1) / 2 * 2 * kTileSide;
        std::fill(block + filled, block + kTileSize, BFloat16(0));
    }
}

/// A block of a weight, [taps][kPackDepth][panel], zero beyond the real channels.
void loadBlock(const TapWeights& weights, Depth depth, int firstDepth, int firstColumn, int panel,
               float* block)
{
    const bool inner = depth == Depth::Inner;
    const auto taps = static_cast<std::size_t>(weights.taps);
    const int depths = std::min(kPackDepth, (inner ? weights.inner : weights.outer) - firstDepth);
    const int columns = std::min(panel, (inner ? weights.outer : weights.inner) - firstColumn);
    const auto tapSize = static_cast<std::size_t>(kPackDepth * panel);
    if (depths < kPackDepth || columns < panel)
        std::fill_n(block, taps * tapSize, 0.0F);
    // A run over the inner dimension is contiguous, taps and all.
    const int runs = inner ? columns : depths;
    const int length = inner ? depths : columns;
    const auto runStep = static_cast<std::size_t>(inner ? 1 : panel);
    const auto innerStep = static_cast<std::size_t>(inner ? panel : 1);
    const int firstOuter = inner ? firstColumn : firstDepth;
    const int firstInner = inner ? firstDepth : firstColumn;
    for (int run = 0; run < runs; ++run) {
        const float* from = weights.values
            + (static_cast<std::size_t>(firstOuter + run) * static_cast<std::size_t>(weights.inner)
               + static_cast<std::size_t>(firstInner))
                * taps;
        float* to = block + static_cast<std::size_t>(run) * runStep;
        for (int i = 0; i < length; ++i, to += innerStep)
            for (std::size_t tap = 0; tap < taps; ++tap)
                to[tap * tapSize] = *from++;
    }
}

/// One matrix's part of a block; `sum` has room for it.
template <typename Number>
void sumTaps(const float* block, const TapSum& taps, std::size_t tapSize, float* sum, Number* to)
{
    const auto tap = [&](std::size_t index) {
        return block + static_cast<std::size_t>(taps[index]) * tapSize;
    };
    const float* total = tap(0);
    for (std::size_t i = 1; i < taps.size(); ++i) {
        sumRows(total, tap(i), tapSize, sum);
        total = sum;
    }
    convertRow(total, tapSize, to);
}

} // namespace

template <typename Number>
void ProductKernel<Number>::packPanel(const Number* from, std::size_t pitch, std::int64_t depth,
                                      Number* to) const
{
    for (std::int64_t d = 0; d < depth; d += kPackDepth, to += kPackDepth * panel)
        packBlock(from + static_cast<std::size_t>(d) * pitch, pitch,
                  static_cast<int>(std::min<std::int64_t>(kPackDepth, depth - d)), panel, to);
}

template <typename Number>
void ProductKernel<Number>::add(const Operands& operands) const
{
    addTo(nullptr, operands);
}

template <typename Number>
void ProductKernel<Number>::addTo(const float* start, const Operands& operands) const
{
    if (start && onlyAdds) {
        const int rows = (operands.rows + rowUnit - 1) / rowUnit * rowUnit;
        for (int r = 0; r < rows; ++r)
            std::copy_n(start, operands.panels * panel,
                        operands.out + static_cast<std::size_t>(r) * operands.outPitch);
        start = nullptr;
    }
    PackedConv<Number> conv;
    conv.weights = operands.matrix;
    conv.bias = start;
    conv.inChannels = operands.depth;
    conv.taps = 1;
    conv.stride = 1;
    conv.panels = operands.panels;
    conv.inPitch = operands.inPitch;
    conv.outPitch = operands.outPitch;
    convolve(conv, operands.in, operands.rows, operands.out);
}

template struct ProductKernel<float>;
template struct ProductKernel<BFloat16>;

ProductKernel<float> fp32Products(KernelKind kind)
{
    ProductKernel<float> kernel{toString(kind),   kPortablePanel, 6,       1,
                                convolvePortable, false,          packRows};
    kernel.pairings = kMostPairings;
#if defined(__x86_64__)
    if (kind == KernelKind::Avx2) {
        kernel.panel = kAvx2Panel;
        kernel.convolve = convolveAvx2;
    } else if (kind == KernelKind::Avx512) {
        kernel.panel = kAvx512Panel;
        kernel.rowUnit = 14;
        kernel.convolve = convolveAvx512;
    }
#endif
    return kernel;
}

ProductKernel<BFloat16> bf16Products(KernelKind kind)
{
#if defined(__x86_64__)
    if (kind == KernelKind::Avx512Bf16)
        return {toString(kind), kPairPanel, 14, 2, convolveAvx512Bf16, false, packPairs};
    return tileProducts(toString(kind), addProductsAmx);
#else
    return {};
#endif
}

ProductKernel<BFloat16> tileProducts(std::string name, ConvolveFunction<BFloat16> addProducts)
{
    return {std::move(name), kTilePanel, kTileSide, kTileDepth, addProducts, true, packTiles};
}

template <typename Number>
void PackedWeights<Number>::pack(const ProductKernel<Number>& kernel, const TapWeights& weights,
                                 Depth depth, int threads)
{
    std::vector<TapSum> taps;
    for (int tap = 0; tap < weights.taps; ++tap)
        taps.push_back({tap});
    pack(kernel, weights, depth, taps, threads);
}

template <typename Number>
void PackedWeights<Number>::pack(const ProductKernel<Number>& kernel, const TapWeights& weights,
                                 Depth depth, const std::vector<TapSum>& matrices, int threads)
{
    const bool inner = depth == Depth::Inner;
    const auto depthWidth = rowWidth(inner ? weights.inner : weights.outer);
    const auto columnWidth = rowWidth(inner ? weights.outer : weights.inner);
    m_depth = static_cast<int>(depthWidth);
    m_panels = static_cast<int>(columnWidth) / kernel.panel;
    m_matrixSize = depthWidth * columnWidth;
    m_data.ensure(m_matrixSize * matrices.size());

    const auto blockSize = static_cast<std::size_t>(kPackDepth * kernel.panel);
    const int blocks = m_depth / kPackDepth;
    struct Scratch {
        AlignedBuffer<float> taps;
        AlignedBuffer<float> sum;
        AlignedBuffer<Number> matrix;
    };
    std::vector<Scratch> scratch(static_cast<std::size_t>(threads));
    parallelFor(
        threads, static_cast<std::int64_t>(m_panels) * blocks, [&](std::int64_t index, int thread) {
            const int panel = static_cast<int>(index) / blocks;
            const int block = static_cast<int>(index) % blocks;
            auto& own = scratch[static_cast<std::size_t>(thread)];
            own.taps.ensure(blockSize * static_cast<std::size_t>(weights.taps));
            own.sum.ensure(blockSize);
            own.matrix.ensure(blockSize);
            loadBlock(weights, depth, block * kPackDepth, panel * kernel.panel, kernel.panel,
                      own.taps.data());
            Number* to = m_data.data() + static_cast<std::size_t>(index) * blockSize;
            for (const auto& matrix : matrices) {
                sumTaps(own.taps.data(), matrix, blockSize, own.sum.data(), own.matrix.data());
                kernel.packBlock(own.matrix.data(), static_cast<std::size_t>(kernel.panel),
                                 kPackDepth, kernel.panel, to);
                to += m_matrixSize;
            }
        });
}

template class PackedWeights<float>;
template class PackedWeights<BFloat16>;

} // namespace phono
