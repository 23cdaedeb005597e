#include "core/model/graph.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

/// exp of the entropy of each group's distribution [groups, vars], summed over the groups.
at::Tensor perplexity(const at::Tensor& distribution)
{
    return (-(distribution * (distribution + 1e-7).log()).sum(1)).exp().sum();
}

/// How often each code was chosen, [groups, vars]; `codes` is [.., groups].
at::Tensor frequencies(const at::Tensor& codes, int groups, int vars)
{
    const auto flat = codes.reshape({-1, groups}).t();
    const auto ones = at::ones(flat.sizes(), codes.options().dtype(at::kFloat));
    const auto counts = at::zeros({groups, vars}, ones.options()).scatter_add(1, flat, ones);
    return counts / static_cast<double>(flat.size(1));
}

} // namespace

at::Tensor Graph::gumbelLogits(const at::Tensor& z) const
{
    auto x = z.transpose(1, 2);
    for (int layer = 0; layer < m_config.vqDepth; ++layer) {
        std::string name = "vector_quantizer.weight_proj";
        const bool last = layer + 1 == m_config.vqDepth;
        if (m_config.vqDepth > 1)
            name += "." + std::to_string(layer) + (last ? "" : ".0");
        x = at::matmul(x, weight(name + ".weight").t()) + weight(name + ".bias");
        if (!last)
            x = activate(x);
    }
    return x.reshape({x.size(0), x.size(1), m_config.vqGroups, m_config.vqVars});
}

void Graph::quantizeGumbel(Output& output) const
{
    const int groups = m_config.vqGroups;
    const auto logits = gumbelLogits(output.z); // [batch, frames, groups, vars]
    const auto batch = logits.size(0);
    const auto frames = logits.size(1);
    output.codes = logits.argmax(3);
    output.codePerplexity = perplexity(frequencies(output.codes, groups, m_config.vqVars));
    const auto meanChoice = logits.softmax(3).mean(at::IntArrayRef({0, 1}));
    output.extraLoss = static_cast<double>(groups) * m_config.vqVars - perplexity(meanChoice);

    auto books = weight("vector_quantizer.vars")[0].view(
        {m_config.combineGroups ? 1 : groups, m_config.vqVars, -1});
    at::Tensor chosen; // [groups, batch * frames, channels of a group]
    if (m_training) {
        const auto& [hottest, coldest, cooling] = m_config.vqTemp;
        const auto temperature =
            std::max(hottest * std::pow(cooling, static_cast<double>(m_training->update)), coldest);
        const auto noise = at::empty_like(logits).exponential_().log();
        const auto soft = ((logits - noise) / temperature).softmax(3);
        const auto hard = at::zeros_like(soft).scatter_(3, soft.argmax(3, true), 1);
        // The value of the hard choice with the gradient of the soft one.
        const auto choice = hard - soft.detach() + soft;
        chosen = at::matmul(choice.view({batch * frames, groups, -1}).transpose(0, 1), books);
    } else {
        auto index = output.codes.view({-1, groups});
        if (!m_config.combineGroups)
            index = index + at::arange(groups, index.options()) * m_config.vqVars;
        chosen = books.reshape({-1, books.size(2)})
                     .index_select(0, index.t().flatten())
                     .view({groups, batch * frames, -1});
    }
    output.zq =
        chosen.view({groups, batch, frames, -1}).permute({1, 0, 3, 2}).reshape({batch, -1, frames});
}

void Graph::quantizeKMeans(Output& output) const
{
    const int groups = m_config.vqGroups;
    const std::array<std::int64_t, 1> one = {1};
    const std::array<std::int64_t, 1> none = {0};
    const auto projected = at::conv1d(output.z, weight("vector_quantizer.projection.0.weight"), {},
                                      one, none, one, groups);
    const auto ze =
        normalize(projected, "vector_quantizer.projection.1", groups, false, at::kFloat);
    const auto batch = ze.size(0);
    const auto frames = ze.size(2);
    const auto grouped = ze.view({batch, groups, -1, frames}).permute({1, 0, 3, 2});
    const auto& embedding = weight("vector_quantizer.embedding"); // [vars, groups or 1, channels]
    std::vector<at::Tensor> codes;
    std::vector<at::Tensor> parts;
    for (int g = 0; g < groups; ++g) {
        const auto book = embedding.select(1, m_config.combineGroups ? 0 : g);
        const auto from = grouped[g].reshape({batch * frames, -1});
        constexpr std::int64_t kWithoutProducts = 2; // differences, which round less
        const auto code = at::cdist(from.detach(), book.detach(), 2, kWithoutProducts).argmin(1);
        codes.push_back(code.view({batch, frames}));
        parts.push_back(book.index_select(0, code).view({batch, frames, -1}));
    }
    output.codes = at::stack(codes, 2);
    output.codePerplexity = perplexity(frequencies(output.codes, groups, m_config.vqVars));
    const auto zq = at::cat(parts, 2).transpose(1, 2).contiguous();
    output.extraLoss =
        at::mse_loss(zq, ze.detach()) + m_config.vqGamma * at::mse_loss(ze, zq.detach());
    // The value of zq with the gradient of ze.
    output.zq = m_training ? zq.detach() + (ze - ze.detach()) : zq;
}

void Graph::quantize(Output& output) const
{
    if (m_config.vqType == VqType::Gumbel)
        quantizeGumbel(output);
    else if (m_config.vqType == VqType::KMeans)
        quantizeKMeans(output);
    if (output.zq.defined())
        output.zq = finish("vector_quantizer", output.zq);
}

} // namespace phono
