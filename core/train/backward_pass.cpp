#include "core/train/backward_pass.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace phono {
namespace {

/// Whether the parameter is used in `module`, such as "feature_aggregator.conv_layers.3".
bool belongsTo(const std::string& parameter, const std::string& module)
{
    constexpr std::string_view kBlocks = ".conv_layers.";
    if (parameter.starts_with(module + "."))
        return true;
    const auto at = module.find(kBlocks);
    if (at == std::string::npos)
        return false;
    auto projection = module;
    projection.replace(at, kBlocks.size(), ".residual_proj.");
    return parameter.starts_with(projection + ".");
}

} // namespace

BackwardPass::BackwardPass(const FlatParameters& parameters, TrainingNetwork::GradientsReady ready)
    : m_parameters(parameters)
    , m_ready(std::move(ready))
    , m_final(parameters.entries().size(), false)
    , m_firstFinal(parameters.entries().size())
{
}

at::Tensor BackwardPass::cut(const std::string& module, const at::Tensor& output)
{
    auto next = output.detach();
    next.set_requires_grad(true);
    m_segments.push_back({module, {output}, {}, next});
    return next;
}

void BackwardPass::addLoss(const std::string& module, const at::Tensor& value, double weight)
{
    const auto segment = std::ranges::find(m_segments, module, &Segment::module);
    TORCH_CHECK(segment != m_segments.end(), "there is no module ", module);
    segment->roots.push_back(value);
    segment->gradients.push_back(at::full_like(value, weight));
}

void BackwardPass::run(const std::string& head, const at::Tensor& loss, double scale)
{
    torch::autograd::backward({loss}, {at::full_like(loss, scale)});
    finish(head);
    while (!m_segments.empty()) {
        const auto segment = std::move(m_segments.back());
        m_segments.pop_back();
        differentiate(segment);
        finish(segment.module);
    }
}

void BackwardPass::differentiate(const Segment& segment) const
{
    auto roots = segment.roots;
    std::vector<at::Tensor> gradients = {segment.next.grad()};
    gradients.insert(gradients.end(), segment.gradients.begin(), segment.gradients.end());
    torch::autograd::backward(roots, gradients);
}

void BackwardPass::finish(const std::string& module)
{
    const auto& entries = m_parameters.entries();
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (belongsTo(entries[i].name, module))
            m_final[i] = true;
    const auto before = m_firstFinal;
    while (m_firstFinal > 0 && m_final[m_firstFinal - 1])
        --m_firstFinal;
    if (m_ready && m_firstFinal < before)
        m_ready(entries[m_firstFinal].first);
}

} // namespace phono
