#include "core/train/training_network.h"

#include "core/train/graph_network.h"
#include "core/train/row_network.h"

namespace phono {

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
    if (device.is_cpu() && RowNetwork::canTrain(config)) {
        auto rows = RowNetwork::create(parameters, config);
        if (!rows)
            return rows.error();
        return std::unique_ptr<TrainingNetwork>(std::move(*rows));
    }
    return GraphNetwork::create(parameters, config);
}

} // namespace phono
