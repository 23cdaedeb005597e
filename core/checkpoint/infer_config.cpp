#include "core/checkpoint/infer_config.h"

#include "core/checkpoint/printable.h"

#include <algorithm>
#include <limits>

namespace phono {
namespace {

using Shape = std::vector<std::int64_t>;

/// The shapes of the tensors that are asked for; remembers the first that is missing or odd.
class Shapes {
public:
    explicit Shapes(const WeightList& weights)
        : m_weights(weights)
    {
    }

    bool has(const std::string& name) const { return m_weights.find(name) != nullptr; }
    bool hasPrefix(std::string_view prefix) const
    {
        return std::ranges::any_of(m_weights.tensors, [&](const TensorInfo& tensor) {
            return tensor.name.starts_with(prefix);
        });
    }

    /// The shape of a tensor with so many dimensions, all of them positive; ones if there is none.
    std::vector<int> operator()(const std::string& name, std::size_t dimensions)
    {
        std::vector<int> shape(dimensions, 1);
        const auto* tensor = m_weights.find(name);
        const auto sound = [](std::int64_t size) {
            return size >= 1 && size <= 1 << 24;
        };
        if (!tensor)
            fail("the tensor " + name + " is missing");
        else if (tensor->shape.size() != dimensions || !std::ranges::all_of(tensor->shape, sound))
            fail("the tensor " + name + " has the unexpected shape " + toString(tensor->shape));
        else
            std::ranges::transform(tensor->shape, shape.begin(),
                                   [](std::int64_t size) { return static_cast<int>(size); });
        return shape;
    }

    void fail(const std::string& problem)
    {
        if (m_problem.empty())
            m_problem = problem;
    }
    const std::string& problem() const { return m_problem; }

private:
    const WeightList& m_weights;
    std::string m_problem;
};

std::string layerName(std::string_view network, std::size_t index)
{
    return std::string(network) + ".conv_layers." + std::to_string(index);
}

/// The stride that goes with a kernel in every published encoder; 0 for other kernels.
int usualStride(int kernel)
{
    switch (kernel) {
    case 10:
        return 5;
    case 8:
        return 4;
    case 4:
        return 2;
    case 1:
        return 1;
    default:
        return 0;
    }
}

void inferEncoder(Shapes& shapes, ModelConfig& config)
{
    for (std::size_t i = 0; i == 0 || shapes.hasPrefix(layerName("feature_extractor", i) + ".");
         ++i) {
        const auto name = layerName("feature_extractor", i) + ".0.weight";
        const auto shape = shapes(name, 3);
        const ConvLayer layer{shape[0], shape[2], usualStride(shape[2])};
        if (layer.stride == 0 || i == 64) {
            shapes.fail("the stride of the layer of " + name + " (kernel "
                        + std::to_string(layer.kernel)
                        + ") cannot be known without a configuration");
            return;
        }
        config.convFeatureLayers.push_back(layer);
    }
    config.nonAffineGroupNorm = !shapes.has("feature_extractor.conv_layers.0.2.weight");
}

void inferAggregator(Shapes& shapes, ModelConfig& config)
{
    const std::string network = "feature_aggregator";
    if (shapes.has(network + ".1.weight_hh_l0")) {
        config.aggregator = Aggregator::Gru;
        config.gruDim = shapes(network + ".1.weight_hh_l0", 2)[1];
        config.convAggregatorLayers = ModelConfig::base().convAggregatorLayers;
        return;
    }
    for (std::size_t i = 0; i == 0 || shapes.hasPrefix(layerName(network, i) + "."); ++i) {
        const auto shape = shapes(layerName(network, i) + ".1.weight", 3);
        if (i == 64) {
            shapes.fail("there are more than 64 layers named " + network + ".conv_layers");
            return;
        }
        config.convAggregatorLayers.push_back({shape[0], shape[2], 1});
    }
    config.noConvBias = !shapes.has(layerName(network, 0) + ".1.bias");
}

void inferQuantizer(Shapes& shapes, ModelConfig& config)
{
    const std::string prefix = "vector_quantizer.";
    if (!shapes.hasPrefix(prefix) || !shapes.problem().empty())
        return;
    const int width = config.encoderDim();
    if (shapes.has(prefix + "embedding")) {
        config.vqType = VqType::KMeans;
        const auto embedding = shapes(prefix + "embedding", 3);
        const auto projection = shapes(prefix + "projection.0.weight", 3);
        config.vqVars = embedding[0];
        config.vqGroups = std::max(1, width / projection[1]);
        config.combineGroups = embedding[1] == 1 && config.vqGroups > 1;
        return;
    }
    config.vqType = VqType::Gumbel;
    const auto vars = shapes(prefix + "vars", 3);
    std::string last = prefix + "weight_proj.weight";
    if (!shapes.has(last)) {
        config.vqDepth = 2;
        while (config.vqDepth < 64
               && shapes.hasPrefix(prefix + "weight_proj." + std::to_string(config.vqDepth) + "."))
            ++config.vqDepth;
        last = prefix + "weight_proj." + std::to_string(config.vqDepth - 1) + ".weight";
    }
    const int outputs = shapes(last, 2)[0];
    config.vqGroups = std::max(1, width / vars[2]);
    config.vqVars = outputs / config.vqGroups;
    config.combineGroups = config.vqGroups > 1 && vars[1] == config.vqVars;
}

/// Base (paper) or large: they differ in more than what shapes show.
void assumeOptions(const Shapes& shapes, ModelConfig& config)
{
    const auto& layers = config.convAggregatorLayers;
    const bool base = config.aggregator == Aggregator::Cnn && config.convFeatureLayers.size() == 5
        && std::ranges::all_of(layers, [](const ConvLayer& layer) { return layer.kernel == 3; });
    config.logCompression = !base;
    config.skipConnectionsAgg = config.aggregator == Aggregator::Cnn
        && (!base || shapes.hasPrefix("feature_aggregator.residual_proj."));
    config.numNegatives = base ? 1 : 10;
}

std::vector<std::string> assumptions(const ModelConfig& config)
{
    const auto with = [](bool flag) {
        return std::string(flag ? "with " : "without ");
    };
    std::vector<std::string> warnings = {
        "the file has no configuration: the architecture was worked out from the shapes of its "
        "tensors",
        "the strides " + toString(config.convFeatureLayers)
            + " are not in the weights; those of the published models were assumed",
        "the rest was assumed as in the published models: ReLU, " + with(config.logCompression)
            + "log compression, " + with(config.skipConnectionsAgg)
            + "skip connections. If the model was trained otherwise, its features will be wrong"};
    return warnings;
}

} // namespace

Result<InferredConfig> inferConfig(const WeightList& weights)
{
    Shapes shapes(weights);
    InferredConfig inferred;
    auto& config = inferred.config;
    inferEncoder(shapes, config);
    inferAggregator(shapes, config);
    inferQuantizer(shapes, config);
    config.predictionSteps = shapes("wav2vec_predictions.project_to_steps.weight", 4)[3];
    // Whether it is "same" shows in the values only.
    if (shapes.hasPrefix("project_features."))
        config.projectFeatures = ProjectFeatures::New;
    if (!shapes.problem().empty())
        return Error{shapes.problem()};
    assumeOptions(shapes, config);
    inferred.warnings = assumptions(config);
    return inferred;
}

} // namespace phono
