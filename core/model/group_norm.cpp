#include "core/model/group_norm.h"

namespace phono {
namespace {

/// Sums over the last dimension of [batch, groups, values], in parts first.
at::Tensor sumInParts(const at::Tensor& x)
{
    constexpr std::int64_t kParts = 1024;
    const auto values = x.size(2);
    const auto even = values / kParts * kParts;
    const auto parts =
        x.narrow(2, 0, even).reshape({x.size(0), x.size(1), kParts, even / kParts}).sum(3);
    const auto rest = x.narrow(2, even, values - even).sum(2, true);
    return at::cat({parts, rest}, 2).sum(2, true, at::kDouble);
}

} // namespace

at::Tensor groupNorm(const at::Tensor& x, int groups, const at::Tensor& weight,
                     const at::Tensor& bias)
{
    const auto grouped = x.reshape({x.size(0), groups, -1});
    const auto count = static_cast<double>(grouped.size(2));
    const auto centred = grouped - (sumInParts(grouped) / count).to(x.scalar_type());
    const auto variance = sumInParts(centred.square()) / count;
    const auto scale = (variance + kNormEpsilon).rsqrt().to(x.scalar_type());
    auto result = (centred * scale).view(x.sizes());
    if (weight.defined())
        result = result * weight.view({1, -1, 1}) + bias.view({1, -1, 1});
    return result;
}

} // namespace phono
