#pragma once

#include "core/model/conv_kernel.h"
#include "core/train/product_kernel.h"
#include "core/train/training_network.h"

#include <ATen/ATen.h>

#include <memory>
#include <string>

namespace phono {

/// The training step on the processor as explicit products over channels-last rows, without
/// autograd: in fp32, or in bf16 with fp32 sums, norms, losses and parameters.
///
/// Results are the same to the last bit for every number of threads.
class RowNetwork : public TrainingNetwork {
public:
    /// Whether all options of `config` are among those computed here: convolutional aggregator,
    /// ReLU, no dropout, no quantizer, no feature projection, no skip connections in the encoder.
    static bool canTrain(const TrainingConfig& config);

    /// The fastest kernels for config.common's precision, or those insisted on by name. `config` is
    /// one that canTrain(); its model is the parameters'.
    static Result<std::unique_ptr<RowNetwork>> create(FlatParameters& parameters,
                                                      const TrainingConfig& config,
                                                      const std::string& kernel = {});
    /// With the given kernel.
    template <typename Number>
    RowNetwork(FlatParameters& parameters, const TrainingConfig& config,
               const ProductKernel<Number>& kernel);
    ~RowNetwork() override;

    std::string kernel() const override;
    DeviceSums differentiate(const at::Tensor& audio, std::int64_t update, at::Tensor& gradients,
                             const GradientsReady& ready) override;
    BatchSums evaluate(const at::Tensor& audio, ScoreHistogram* histogram) override;
    void parametersChanged() override { }

    class Passes;

private:
    BatchSums forward(const at::Tensor& audio, ScoreHistogram* histogram);

    std::unique_ptr<Passes> m_passes;
    TrainingConfig m_config;
    std::string m_kernel;
    at::Tensor m_audio; // of the current batch
    at::Tensor m_negatives;
};

} // namespace phono
