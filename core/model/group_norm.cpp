#include "core/model/group_norm.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <utility>

namespace phono {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Mean and reciprocal standard deviation of each group, [batch, groups, 1].
struct Statistics {
    at::Tensor mean;
    at::Tensor inverseDeviation;
};

/// Variance and mean over the last dimension, which stays.
std::tuple<at::Tensor, at::Tensor> momentsOf(const at::Tensor& x)
{
    const std::array<std::int64_t, 1> last = {x.dim() - 1};
    return at::var_mean(x, at::IntArrayRef(last), false, true);
}

/// `x` is [batch, groups, values], float.
Statistics statisticsOf(const at::Tensor& x)
{
    constexpr std::int64_t kParts = 1024;
    const auto values = x.size(2);
    const auto partSize = values / kParts;
    const auto even = kParts * partSize;
    std::vector<at::Tensor> means;
    std::vector<at::Tensor> variances;
    std::vector<at::Tensor> counts;
    const auto add = [&](const at::Tensor& part) { // [batch, groups, parts, values of each]
        const auto [variance, mean] = momentsOf(part);
        means.push_back(mean.squeeze(3).to(at::kDouble));
        variances.push_back(variance.squeeze(3).to(at::kDouble));
        counts.push_back(
            at::full({part.size(2)}, static_cast<double>(part.size(3)), means.back().options()));
    };
    if (partSize > 0)
        add(x.narrow(2, 0, even).view({x.size(0), x.size(1), kParts, partSize}));
    if (even < values)
        add(x.narrow(2, even, values - even).unsqueeze(2));
    const auto weights = at::cat(counts, 0) / static_cast<double>(values);
    const auto partMeans = at::cat(means, 2);
    const auto mean = (partMeans * weights).sum(2, true);
    const auto variance =
        ((at::cat(variances, 2) + (partMeans - mean).square()) * weights).sum(2, true);
    return {mean.to(at::kFloat), (variance + kNormEpsilon).rsqrt().to(at::kFloat)};
}

/// A group's number for each of its channels: [batch, groups, 1] as [batch, channels, 1].
at::Tensor perChannel(const at::Tensor& ofGroups, std::int64_t channels)
{
    const auto batch = ofGroups.size(0);
    const auto groups = ofGroups.size(1);
    return ofGroups.expand({batch, groups, channels / groups}).reshape({batch, channels, 1});
}

/// The mean over each group of [batch, channels, 1], whose values count for `frames` frames each.
at::Tensor meanOfGroups(const at::Tensor& x, std::int64_t groups, std::int64_t frames)
{
    const auto channels = x.size(1);
    const auto sums = x.view({x.size(0), groups, -1}).sum(2, true, at::kDouble);
    return perChannel((sums / static_cast<double>(channels / groups * frames)).to(at::kFloat),
                      channels);
}

/// The norm as one factor and one summand for each channel of each sample, [batch, channels, 1].
struct Affine {
    at::Tensor mean;
    at::Tensor inverseDeviation;
    at::Tensor factor;
    at::Tensor summand;
};

Affine affineOf(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                const at::Tensor& bias)
{
    const auto channels = x.size(1);
    const auto statistics = statisticsOf(x.reshape({x.size(0), groups, -1}));
    Affine affine;
    affine.mean = perChannel(statistics.mean, channels);
    affine.inverseDeviation = perChannel(statistics.inverseDeviation, channels);
    affine.factor = affine.inverseDeviation * weight.view({1, -1, 1});
    affine.summand = bias.view({1, -1, 1}) - affine.mean * affine.factor;
    return affine;
}

at::Tensor transform(const Affine& affine, const at::Tensor& x, bool relu)
{
    auto result = at::addcmul(affine.summand, x, affine.factor);
    return relu ? result.relu_() : result;
}

class GroupNormFunction : public torch::autograd::Function<GroupNormFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                              const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups,
                              bool relu, at::ScalarType type)
    {
        const auto values = x.to(at::kFloat);
        const auto affine = affineOf(values, groups, weight, bias);
        context->save_for_backward(
            {x, weight, affine.mean, affine.inverseDeviation, affine.factor, affine.summand});
        context->saved_data["groups"] = groups;
        context->saved_data["relu"] = relu;
        return transform(affine, values, relu).to(type);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto& weight = saved[1];
        const Affine affine = {saved[2], saved[3], saved[4], saved[5]};
        const auto groups = context->saved_data["groups"].toInt();
        const auto values = saved[0].to(at::kFloat);
        auto gradient = gradients[0].to(at::kFloat);
        if (context->saved_data["relu"].toBool()) // a second time, rather than kept
            gradient = at::threshold_backward(gradient, transform(affine, values, false), 0);

        const auto centred = values - affine.mean;
        const auto toBias = gradient.sum(2, true);
        const auto toWeight = (gradient * centred).sum(2, true) * affine.inverseDeviation;
        const auto scale = weight.view({1, -1, 1});
        const auto frames = values.size(2);
        const auto along = meanOfGroups(toWeight * scale, groups, frames);
        const auto constant = meanOfGroups(toBias * scale, groups, frames);
        auto toInput = at::addcmul(-constant * affine.inverseDeviation, centred,
                                   -along * affine.inverseDeviation.square());
        toInput.addcmul_(gradient, affine.factor);
        return {toInput.to(saved[0].scalar_type()),
                toWeight.sum(0).flatten(),
                toBias.sum(0).flatten(),
                at::Tensor(),
                at::Tensor(),
                at::Tensor()};
    }
};

} // namespace

at::Tensor groupNorm(const at::Tensor& x, int groups, const at::Tensor& weight,
                     const at::Tensor& bias, bool relu, at::ScalarType type)
{
    const auto options = x.options().dtype(at::kFloat);
    const auto scale = weight.defined() ? weight : at::ones({x.size(1)}, options);
    const auto shift = bias.defined() ? bias : at::zeros({x.size(1)}, options);
    if (c10::GradMode::is_enabled())
        return GroupNormFunction::apply(x, scale, shift, groups, relu, type);
    const auto values = x.to(at::kFloat);
    return transform(affineOf(values, groups, scale, shift), values, relu).to(type);
}

} // namespace phono
