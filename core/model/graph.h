#pragma once

#include "core/checkpoint/checkpoint.h"

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

namespace phono {

/// The network as a plain graph of ATen operations on whole batches, [batch, channels, frames]: for
/// the loss, for other devices than the processor, and as the measure of the streaming computation.
class Graph {
public:
    /// Weights are converted to `weightType` (float, or bfloat16 for half the work); norms are
    /// always computed in float. Throws c10::Error.
    Graph(const Checkpoint& checkpoint, at::Device device, at::ScalarType weightType = at::kFloat);

    struct Output {
        std::vector<at::Tensor> encoder; ///< after each block, the last before log compression
        at::Tensor z;
        at::Tensor zq; ///< undefined without a quantizer
        at::Tensor codes; ///< [batch, frames, groups], undefined without a quantizer
        std::vector<at::Tensor> aggregator; ///< after each block
        at::Tensor c;
    };
    /// `audio` is [batch, samples], float. Layer outputs are kept only when `keepLayers`.
    Output forward(const at::Tensor& audio, bool keepLayers = false) const;

    /// What the context network reads and the targets come from: zq, or z without a quantizer.
    static const at::Tensor& contextInput(const Output& output)
    {
        return output.zq.defined() ? output.zq : output.z;
    }
    /// The contrastive task's targets: z or zq, projected with project_features (SPEC 1).
    at::Tensor targets(const Output& output) const;
    /// [batch, channels, frames, steps] from c (SPEC 1.7).
    at::Tensor predictions(const at::Tensor& c) const;

    const ModelConfig& config() const { return m_config; }

private:
    const at::Tensor& weight(const std::string& name) const { return m_weights.at(name); }
    at::Tensor block(const at::Tensor& x, const std::string& prefix, int convIndex, int stride,
                     bool bias) const;
    at::Tensor normalize(const at::Tensor& x, const std::string& prefix, int groups) const;
    at::Tensor activate(const at::Tensor& x) const;
    at::Tensor encode(const at::Tensor& audio, Output& output, bool keepLayers) const;
    void quantize(Output& output) const;
    void quantizeGumbel(Output& output) const;
    void quantizeKMeans(Output& output) const;
    /// The network under `module`: "feature_aggregator" or "project_features".
    at::Tensor aggregate(const at::Tensor& input, const std::string& module,
                         std::vector<at::Tensor>* layers) const;

    ModelConfig m_config;
    std::map<std::string, at::Tensor> m_weights;
};

/// Runs `work` and turns what LibTorch throws into an Error whose message begins with `what`.
template <typename T, typename Work>
Result<T> withTorch(const std::string& what, const Work& work)
{
    try {
        return work();
    } catch (const c10::Error& error) {
        return Error{what + ": " + error.what_without_backtrace()};
    } catch (const std::exception& error) {
        return Error{what + ": " + error.what()};
    }
}

} // namespace phono
