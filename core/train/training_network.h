#pragma once

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/run/training_config.h"
#include "core/train/batch_sums.h"
#include "core/train/device_sums.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// A model's parameters as one flat float32 tensor, in the order of expectedTensors(), and each
/// tensor as a view of it. What the file holds twice (project_features "same") is there once.
class FlatParameters {
public:
    /// Throws c10::Error.
    FlatParameters(const Checkpoint& model, at::Device device);

    struct Entry {
        std::string name;
        std::vector<std::int64_t> shape;
        std::int64_t first = 0; ///< in the flat tensor
        std::int64_t count = 0;
    };
    const std::vector<Entry>& entries() const { return m_entries; }
    const ModelConfig& config() const { return m_config; }
    at::Tensor& flat() { return m_flat; }
    const at::Tensor& flat() const { return m_flat; }
    /// The part of `flat` (parameters, gradients or an optimizer's state) that belongs to `name`.
    at::Tensor view(const at::Tensor& flat, const std::string& name) const;
    /// The entry that holds `name`, which may be the second name of a shared tensor.
    const Entry& entry(const std::string& name) const { return m_entries[m_index.at(name)]; }
    /// The model as it is now, on the processor, ready to be written; every tensor the file needs.
    Checkpoint toCheckpoint() const;

private:
    ModelConfig m_config;
    std::vector<Entry> m_entries;
    std::map<std::string, std::size_t> m_index; // by name, also the second names of shared tensors
    at::Tensor m_flat;
};

/// The forward and backward pass of wav2vec's contrastive task: SPEC 1 to 3.
///
/// One thread at a time. Negatives, dropout and Gumbel noise are drawn from torch's default
/// generators, which the caller seeds.
class TrainingNetwork {
public:
    /// Says that gradients [first, end of what was said before) are final; called in falling order,
    /// on the thread that called differentiate(), which goes on with the backward pass afterwards.
    using GradientsReady = std::function<void(std::int64_t first)>;

    virtual ~TrainingNetwork() = default;

    /// What computes the products: "autograd", "avx512", "avx512bf16", …
    virtual std::string kernel() const = 0;

    /// Adds d(loss sum)/d(parameters) to `gradients`, a flat tensor as the parameters are.
    /// `audio` is [batch, samples], float32, on the processor; `update` counts the updates done
    /// (it cools the Gumbel softmax). Does not wait for the device. Throws c10::Error.
    virtual DeviceSums differentiate(const at::Tensor& audio, std::int64_t update,
                                     at::Tensor& gradients, const GradientsReady& ready) = 0;
    /// The loss alone, as in evaluation (no dropout, hard codes). Adds scores to `histogram` if
    /// given.
    virtual BatchSums evaluate(const at::Tensor& audio, ScoreHistogram* histogram) = 0;
    /// From now on gradients are those of the loss times `scale` (fp16; the sums are not scaled).
    /// Only networks that compute in fp16 heed it.
    virtual void setLossScale(double /*scale*/) { }
    /// The parameters were written to: whatever was derived from them is made anew.
    virtual void parametersChanged() = 0;
};

/// The fastest network that can train `config.model` with its options on `device`: the row-wise one
/// of the processor where it can, autograd otherwise. `parameters` outlives the network.
Result<std::unique_ptr<TrainingNetwork>>
makeTrainingNetwork(FlatParameters& parameters, const TrainingConfig& config, at::Device device);

} // namespace phono
