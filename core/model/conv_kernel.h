#pragma once

#include "core/base/result.h"
#include "core/model/precision.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace phono {

/// Rows that are computed together. Tiles start at multiples of it, whatever the memory limit and
/// the number of threads, so that the same rows are always computed by the same operations.
inline constexpr int kTileRows = 224;

/// A convolution's weights in fairseq's layout [outChannels, inChannels, taps].
struct ConvWeights {
    int outChannels = 0;
    int inChannels = 0;
    int taps = 1;
    int stride = 1;
    const float* weight = nullptr;
    std::vector<float> bias; ///< empty, or outChannels values
};

/// One convolution over time as matrix products over channels-last rows.
///
/// Constant after construction: run() and pack() may be called from several threads at once.
class ConvKernel {
public:
    virtual ~ConvKernel() = default;

    /// Bytes from one input row to the next in what pack() writes and run() reads.
    virtual std::size_t inputRowBytes() const = 0;
    /// Floats from one output row to the next: outChannels rounded up.
    virtual std::size_t outputPitch() const = 0;
    /// Rows of room for a tile: its (kTileRows - 1) * stride + taps input rows, and more that run()
    /// works in.
    virtual std::size_t inputRows() const = 0;
    /// Writes a row of inChannels floats as row `index` of `rows`.
    virtual void pack(const float* row, void* rows, std::size_t index) const = 0;
    /// out[r][o] = bias[o] + sum over j, i of in[r * stride + j][i] * weight[o][i][j] for r in
    /// [0, count), count <= kTileRows. `out` has room for kTileRows + 16 rows.
    virtual void run(void* rows, int count, float* out) const = 0;
};

/// Which of the implementations compute fastest here; the portable one is always there.
enum class KernelKind { Portable, Avx2, Avx512, Avx512Bf16, Amx };
std::string toString(KernelKind kind);

/// What this processor and operating system can run.
bool isAvailable(KernelKind kind);

/// A kernel together with the precision it computes in.
struct KernelChoice {
    KernelKind kind = KernelKind::Portable;
    Precision precision = Precision::Fp32;
    std::string note; ///< why the precision is not the one asked for; empty otherwise
};

/// The fastest way to compute at least as precisely as `precision` asks for, or the kernel that is
/// insisted on by name (an error when it is unknown, not available, or cannot do that precision).
Result<KernelChoice> chooseKernel(Precision precision, const std::string& name);

std::unique_ptr<ConvKernel> makeConvKernel(const KernelChoice& choice, const ConvWeights& weights);

} // namespace phono
