#pragma once

#include "core/checkpoint/checkpoint.h"

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// The network as a plain graph of ATen operations on whole batches, [batch, channels, frames]: for
/// the loss, for training, for other devices than the processor, and as the measure of the
/// streaming computation.
///
/// Its functions throw c10::Error.
class Graph {
public:
    using Weights = std::map<std::string, at::Tensor>; ///< by the state dict's names

    /// What is different in training: dropout, noise on a Gumbel quantizer's choice, gradients
    /// passed through quantizers.
    struct Training {
        std::int64_t update = 0; ///< updates done, which cool the Gumbel softmax
        /// Hears what each block puts out, under the name of its module
        /// ("feature_extractor.conv_layers.0", "vector_quantizer", …); its result takes that
        /// output's place.
        std::function<at::Tensor(const std::string& module, const at::Tensor& output)> onBlock;
    };

    /// Weights are converted to `weightType` (float, or bfloat16 for half the work); norms are
    /// always computed in float.
    Graph(const Checkpoint& checkpoint, at::Device device, at::ScalarType weightType = at::kFloat);
    /// With weights as they are.
    Graph(const ModelConfig& config, Weights weights, std::optional<Training> training = {});

    /// Whether a weight is multiplied with whole layers, and may be of a shorter type. The others,
    /// norms and quantizers, must be float.
    static bool isProduct(const std::string& name, std::int64_t dimensions);

    struct Output {
        std::vector<at::Tensor> encoder; ///< after each block, the last before log compression
        at::Tensor z;
        // Of a quantizer; undefined without one.
        at::Tensor zq;
        at::Tensor codes; ///< [batch, frames, groups]
        at::Tensor extraLoss; ///< what loss_weights weighs (SPEC 3), a scalar
        at::Tensor codePerplexity; ///< a scalar
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
    /// What all steps predict from c (SPEC 1.7), [batch, steps - 1 + target frames, steps,
    /// channels], where the target frames are those from the offset on. Entry [b, steps - 1 + t,
    /// steps - 1 - s] is step s from frame t; the first steps - 1 frames are without meaning.
    at::Tensor predictions(const at::Tensor& c) const;

    const ModelConfig& config() const { return m_config; }

private:
    const at::Tensor& weight(const std::string& name) const { return m_weights.at(name); }
    at::Tensor dropout(const at::Tensor& x, double probability) const;
    at::Tensor finish(const std::string& module, const at::Tensor& output) const;
    /// How the encoder's and the aggregator's blocks differ.
    struct BlockForm {
        int convIndex = 0; ///< of the convolution in its block, two before the norm
        bool bias = false;
        double dropout = 0;
        at::ScalarType type = at::kFloat; ///< of the output
    };
    at::Tensor block(const at::Tensor& x, const std::string& module, int stride,
                     const BlockForm& form) const;
    at::Tensor normalize(const at::Tensor& x, const std::string& prefix, int groups, bool relu,
                         at::ScalarType type) const;
    at::Tensor activate(const at::Tensor& x) const;
    at::Tensor encode(const at::Tensor& audio, Output& output, bool keepLayers) const;
    /// The network under `module`: "feature_aggregator" or "project_features".
    at::Tensor aggregate(const at::Tensor& input, const std::string& module,
                         std::vector<at::Tensor>* layers) const;
    at::Tensor aggregateRecurrently(const at::Tensor& input, const std::string& module) const;

    // In graph_quantizers.cpp.
    void quantize(Output& output) const;
    void quantizeGumbel(Output& output) const;
    void quantizeKMeans(Output& output) const;
    at::Tensor gumbelLogits(const at::Tensor& z) const;

    ModelConfig m_config;
    Weights m_weights;
    std::optional<Training> m_training;
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
