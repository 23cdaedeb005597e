#include "core/train/training_network.h"

#include <algorithm>
#include <numeric>

namespace phono {
FlatParameters::FlatParameters(const Checkpoint& model, at::Device device)
    : m_config(model.config)
{
    std::int64_t total = 0;
    for (const auto& [name, shape] : expectedTensors(m_config)) {
        const auto first = firstName(name, m_config);
        if (first != name) {
            m_index.emplace(name, m_index.at(first));
            continue;
        }
        const auto count =
            std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
        m_index.emplace(name, m_entries.size());
        m_entries.push_back({name, shape, total, count});
        total += count;
    }
    auto values = at::empty({total}, at::kFloat);
    for (const auto& entry : m_entries) {
        const auto* tensor = model.find(entry.name);
        TORCH_CHECK(tensor && tensor->shape == entry.shape, "the model's tensor ", entry.name,
                    " is missing or not ", toString(entry.shape));
        const auto from = tensor->toFloat();
        TORCH_CHECK(from.ok(), entry.name, ": ", from.ok() ? "" : from.error().message);
        std::ranges::copy(*from, values.data_ptr<float>() + entry.first);
    }
    m_flat = values.to(device);
}

at::Tensor FlatParameters::view(const at::Tensor& flat, const std::string& name) const
{
    const auto& found = entry(name);
    return flat.narrow(0, found.first, found.count).view(found.shape);
}

Checkpoint FlatParameters::toCheckpoint() const
{
    const auto values = m_flat.detach().cpu();
    std::vector<Tensor> kept;
    for (const auto& entry : m_entries) {
        const auto* first = values.data_ptr<float>() + entry.first;
        kept.push_back(Tensor::fromFloat(entry.name, entry.shape, {first, first + entry.count}));
    }
    Checkpoint checkpoint;
    checkpoint.config = m_config;
    for (const auto& [name, shape] : expectedTensors(m_config)) {
        checkpoint.tensors.push_back(kept[m_index.at(name)]);
        checkpoint.tensors.back().name = name;
    }
    return checkpoint;
}

} // namespace phono
