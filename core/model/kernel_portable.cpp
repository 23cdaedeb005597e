#include "core/model/packed_kernels.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>

namespace phono {
namespace {

/// fp32 by whatever matrix product ATen has: the fallback everywhere and the measure of the others.
///
/// `stride` consecutive input rows, seen as one long row, take part in one product, so a
/// convolution of k taps is ceil(k / stride) products over rows that do not overlap.
class PortableKernel : public ConvKernel {
public:
    explicit PortableKernel(const ConvWeights& weights)
        : m_in(weights.inChannels)
        , m_out(weights.outChannels)
        , m_taps(weights.taps)
        , m_stride(weights.stride)
    {
        const c10::InferenceMode guard;
        const auto packed =
            at::from_blob(const_cast<float*>(weights.weight), {m_out, m_in, m_taps}, at::kFloat)
                .permute({2, 1, 0})
                .contiguous()
                .view({m_taps * m_in, m_out});
        for (int tap = 0; tap < m_taps; tap += m_stride)
            m_weights.push_back(
                packed.narrow(0, tap * m_in, std::min(m_stride, m_taps - tap) * m_in));
        m_packed = packed;
        if (!weights.bias.empty())
            m_bias = at::tensor(at::ArrayRef<float>(weights.bias), at::kFloat);
    }

    std::size_t inputRowBytes() const override { return static_cast<std::size_t>(m_in) * 4; }
    std::size_t outputPitch() const override { return static_cast<std::size_t>(m_out); }
    std::size_t inputRows() const override
    {
        return static_cast<std::size_t>(kTileRows * m_stride + m_taps + m_stride);
    }

    void pack(const float* row, void* rows, std::size_t index) const override
    {
        std::memcpy(static_cast<char*>(rows) + index * inputRowBytes(), row, inputRowBytes());
    }

    void run(const void* rows, int count, float* out) const override
    {
        const c10::InferenceMode guard;
        // Always a whole tile: which of its routines a BLAS takes depends on the number of rows.
        auto result = at::from_blob(out, {kTileRows, m_out}, at::kFloat);
        auto* from = const_cast<float*>(static_cast<const float*>(rows));
        (void)count;
        for (std::size_t i = 0; i < m_weights.size(); ++i) {
            const auto part =
                at::from_blob(from + static_cast<std::size_t>(m_stride * m_in) * i,
                              {kTileRows, m_weights[i].size(0)}, {m_stride * m_in, 1}, at::kFloat);
            if (i == 0 && m_bias.defined())
                at::addmm_out(result, m_bias, part, m_weights[i]);
            else if (i == 0)
                at::mm_out(result, part, m_weights[i]);
            else
                at::addmm_out(result, result, part, m_weights[i]);
        }
    }

private:
    int m_in;
    int m_out;
    int m_taps;
    int m_stride;
    at::Tensor m_packed;
    std::vector<at::Tensor> m_weights; // views of m_packed, one per product
    at::Tensor m_bias;
};

} // namespace

std::unique_ptr<ConvKernel> makePortableKernel(const ConvWeights& weights)
{
    return std::make_unique<PortableKernel>(weights);
}

} // namespace phono
