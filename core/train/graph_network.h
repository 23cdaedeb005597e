#pragma once

#include "core/model/contrastive_loss.h"
#include "core/model/graph.h"
#include "core/train/training_network.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace phono {

/// Every model that SPEC 1 to 3 describes, on any device, by automatic differentiation of the plain
/// graph.
class GraphNetwork : public TrainingNetwork {
public:
    struct Options {
        at::ScalarType weightType = at::kFloat; ///< of the products: float, bfloat16 or half
        NegativeDraw negatives = NegativeDraw::Reference;
        double extraLossWeight = 0; ///< of the quantizer's extra loss
    };
    /// As `config` has it, on the parameters' device. Fails, naming section.key, on what does not
    /// go together.
    static Result<std::unique_ptr<TrainingNetwork>> create(FlatParameters& parameters,
                                                           const TrainingConfig& config);
    /// `config` calls for the same tensors as `parameters` hold. Throws c10::Error.
    GraphNetwork(FlatParameters& parameters, const ModelConfig& config, const Options& options);

    std::string kernel() const override { return "autograd"; }
    DeviceSums differentiate(const at::Tensor& audio, std::int64_t update, at::Tensor& gradients,
                             const GradientsReady& ready) override;
    BatchSums evaluate(const at::Tensor& audio, ScoreHistogram* histogram) override;
    void setLossScale(double scale) override { m_lossScale = scale; }
    void parametersChanged() override;

private:
    struct Forward {
        at::Tensor scores;
        ScoreSums sums;
        at::Tensor extraLoss; ///< of the quantizer, undefined without one
        at::Tensor codePerplexity; ///< likewise
        double extraWeight = 0; ///< by which the extra loss is part of the loss
    };
    Graph::Weights weights() const;
    Forward forward(const Graph& graph, const at::Tensor& audio) const;
    DeviceSums sumsOf(const Forward& forward) const;
    at::Device device() const { return m_parameters.flat().device(); }

    FlatParameters& m_parameters;
    ModelConfig m_config;
    Options m_options;
    double m_lossScale = 1;
    std::map<std::string, at::Tensor> m_leaves; // by the names of the parameters' entries
};

} // namespace phono
