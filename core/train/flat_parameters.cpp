#include "core/train/training_network.h"

#include <numeric>

namespace phono {

FlatParameters::FlatParameters(const Checkpoint& model, at::Device device)
    : m_config(model.config)
{
    std::vector<at::Tensor> parts;
    std::int64_t first = 0;
    for (const auto& [name, shape] : expectedTensors(m_config)) {
        const auto* tensor = model.find(name);
        TORCH_CHECK(tensor, "the model has no tensor ", name);
        auto values = tensor->toFloat();
        TORCH_CHECK(values.ok(), name, ": ", values.ok() ? "" : values.error().message);
        const auto count = static_cast<std::int64_t>(values->size());
        parts.push_back(at::from_blob(values->data(), {count}, at::kFloat).clone());
        m_index.emplace(name, m_entries.size());
        m_entries.push_back({name, shape, first, count});
        first += count;
    }
    m_flat = at::cat(parts).to(device);
}

at::Tensor FlatParameters::view(const at::Tensor& flat, const std::string& name) const
{
    const auto& entry = m_entries[m_index.at(name)];
    return flat.narrow(0, entry.first, entry.count).view(entry.shape);
}

} // namespace phono
