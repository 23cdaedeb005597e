#include "core/model/packed_kernels.h"
#include "core/model/planned_kernel.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

namespace phono {
namespace {

/// Rows times a matrix by whatever matrix product ATen has: the fallback everywhere and the measure
/// of the others.
class PortableProduct : public RowProduct {
public:
    PortableProduct(const ConvWeights& weights, int rows)
        : m_rows(rows)
        , m_inChannels(weights.inChannels)
    {
        const c10::InferenceMode guard;
        const auto taps =
            at::from_blob(const_cast<float*>(weights.weight),
                          {weights.outChannels, m_inChannels, weights.taps}, at::kFloat);
        m_weights = taps.permute({2, 1, 0})
                        .reshape({weights.taps * m_inChannels, weights.outChannels})
                        .clone(at::MemoryFormat::Contiguous); // never a view of the caller's
    }

    void run(const float* in, int step, int /*rows*/, float* out, std::size_t outPitch,
             bool add) const override
    {
        const c10::InferenceMode guard;
        // Always all rows: which of its routines a BLAS takes depends on their number.
        const auto from =
            at::from_blob(const_cast<float*>(in), {m_rows, m_weights.size(0)},
                          {static_cast<std::int64_t>(step) * m_inChannels, 1}, at::kFloat);
        auto to = at::from_blob(out, {m_rows, m_weights.size(1)},
                                {static_cast<std::int64_t>(outPitch), 1}, at::kFloat);
        if (add)
            at::addmm_out(to, to, from, m_weights);
        else
            at::mm_out(to, from, m_weights);
    }

private:
    int m_rows;
    int m_inChannels;
    at::Tensor m_weights;
};

} // namespace

std::unique_ptr<ConvKernel> makePortableKernel(const ConvWeights& weights)
{
    return std::make_unique<PlannedKernel>(weights, static_cast<std::size_t>(weights.inChannels),
                                           static_cast<std::size_t>(weights.outChannels),
                                           [](const ConvWeights& some, int rows) {
                                               return std::make_unique<PortableProduct>(some, rows);
                                           });
}

} // namespace phono
