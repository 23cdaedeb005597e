#include "core/train/training_network.h"

#include "core/train/graph_network.h"
#include "core/train/row_network.h"

namespace phono {
namespace {

Result<GraphNetwork::Options> optionsOf(const TrainingConfig& config, at::Device device)
{
    if (config.common.fp16 && config.common.bf16)
        return Error{"common.fp16 and common.bf16 are both on; switch one off"};
    if (config.common.fp16 && device.is_cpu())
        return Error{"fp16 can only be trained on CUDA: set common.bf16 instead of common.fp16, or "
                     "choose a CUDA device"};
    if (config.criterion.negatives == NegativeDraw::Exclusive && config.model.sampleDistance)
        return Error{"criterion.negatives = \"exclusive\" draws from the whole recording: remove "
                     "model.sample_distance"};
    const auto& weights = config.criterion.lossWeights;
    const std::size_t losses = config.model.vqType == VqType::None ? 0 : 1;
    if (!weights.empty() && weights.size() != losses)
        return Error{"criterion.loss_weights has " + std::to_string(weights.size())
                     + " numbers, but the model has " + std::to_string(losses)
                     + " extra losses to weigh"};
    GraphNetwork::Options options;
    options.weightType = config.common.fp16 ? at::kHalf
        : config.common.bf16                ? at::kBFloat16
                                            : at::kFloat;
    options.negatives = config.criterion.negatives;
    options.extraLossWeight = weights.empty() ? 0 : weights.front();
    return options;
}

} // namespace

Result<std::unique_ptr<TrainingNetwork>>
makeTrainingNetwork(FlatParameters& parameters, const TrainingConfig& config, at::Device device)
{
    if (auto valid = config.model.validate(); !valid)
        return valid.error();
    if (expectedTensors(config.model) != expectedTensors(parameters.config()))
        return Error{"the model's weights are not those that the configuration's section model "
                     "calls for"};
    if (parameters.flat().device().type() != device.type())
        return Error{"the parameters are on " + parameters.flat().device().str() + ", not on "
                     + device.str()};
    const auto options = optionsOf(config, device);
    if (!options)
        return options.error();
    return withTorch<std::unique_ptr<TrainingNetwork>>(
        "the network cannot be made", [&]() -> Result<std::unique_ptr<TrainingNetwork>> {
            if (device.is_cpu() && RowNetwork::canTrain(config)) {
                auto rows = RowNetwork::create(parameters, config);
                if (!rows)
                    return rows.error();
                return std::unique_ptr<TrainingNetwork>(std::move(*rows));
            }
            return std::unique_ptr<TrainingNetwork>(
                std::make_unique<GraphNetwork>(parameters, config.model, *options));
        });
}

} // namespace phono
