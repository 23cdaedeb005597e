#include "core/train/graph_network.h"

#include "core/train/backward_pass.h"
#include "core/train/negatives.h"

#include <c10/core/GradMode.h>

#include <numeric>

namespace phono {
namespace {

void count(const at::Tensor& scores, const ScoreHistogram& bins, std::vector<std::int64_t>& counts)
{
    const auto number = static_cast<std::int64_t>(counts.size());
    const auto index =
        ((scores.to(at::kDouble) - bins.first) / bins.width).floor().clamp(0, number - 1);
    const auto found = at::bincount(index.to(at::kLong), {}, number).cpu();
    for (std::int64_t i = 0; i < number; ++i)
        counts[static_cast<std::size_t>(i)] += found.data_ptr<std::int64_t>()[i];
}

void addTo(ScoreHistogram& histogram, const at::Tensor& scores)
{
    const auto made = scores.masked_select(validScores(scores).unsqueeze(2))
                          .view({-1, scores.size(3)}); // [positives, 1 + negatives]
    if (made.size(0) == 0)
        return;
    count(made.select(1, 0), histogram, histogram.positives);
    count(made.narrow(1, 1, made.size(1) - 1).flatten(), histogram, histogram.negatives);
}

/// Lets gradients be added to a flat tensor for as long as it lives.
class GradientViews {
public:
    GradientViews(std::map<std::string, at::Tensor>& leaves, const FlatParameters& parameters,
                  const at::Tensor& gradients)
        : m_leaves(leaves)
    {
        for (auto& [name, leaf] : m_leaves)
            leaf.mutable_grad() = parameters.view(gradients, name);
    }
    ~GradientViews()
    {
        for (auto& [name, leaf] : m_leaves)
            leaf.mutable_grad() = at::Tensor();
    }
    GradientViews(const GradientViews&) = delete;
    GradientViews& operator=(const GradientViews&) = delete;

private:
    std::map<std::string, at::Tensor>& m_leaves;
};

Result<GraphNetwork::Options> optionsOf(const TrainingConfig& config, const at::Device& device)
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

Result<std::unique_ptr<TrainingNetwork>> GraphNetwork::create(FlatParameters& parameters,
                                                              const TrainingConfig& config)
{
    const auto options = optionsOf(config, parameters.flat().device());
    if (!options)
        return options.error();
    return withTorch<std::unique_ptr<TrainingNetwork>>(
        "the network cannot be made", [&]() -> Result<std::unique_ptr<TrainingNetwork>> {
            return std::unique_ptr<TrainingNetwork>(
                std::make_unique<GraphNetwork>(parameters, config.model, *options));
        });
}

GraphNetwork::GraphNetwork(FlatParameters& parameters, const ModelConfig& config,
                           const Options& options)
    : m_parameters(parameters)
    , m_config(config)
    , m_options(options)
{
    parametersChanged();
}

void GraphNetwork::parametersChanged()
{
    m_leaves.clear();
    for (const auto& entry : m_parameters.entries()) {
        auto leaf = m_parameters.view(m_parameters.flat(), entry.name).detach();
        m_leaves.emplace(entry.name, leaf.set_requires_grad(true));
    }
}

Graph::Weights GraphNetwork::weights() const
{
    std::map<std::string, at::Tensor> converted;
    for (const auto& [name, leaf] : m_leaves)
        converted.emplace(
            name, Graph::isProduct(name, leaf.dim()) ? leaf.to(m_options.weightType) : leaf);
    Graph::Weights all;
    for (const auto& [name, shape] : expectedTensors(m_config))
        all.emplace(name, converted.at(m_parameters.entry(name).name));
    return all;
}

GraphNetwork::Forward GraphNetwork::forward(const Graph& graph, const at::Tensor& audio) const
{
    const auto frames = m_config.frames(audio.size(1));
    TORCH_CHECK(frames > 1, "the batch's recordings are ", audio.size(1), " samples long, which ",
                "give ", frames, " of the 2 frames that the loss needs; set task.min_sample_size ",
                "to ", m_config.encoderReceptiveField() + m_config.hop(), " or more");
    const auto output = graph.forward(upload(audio, device()));
    const auto targets = graph.targets(output);
    const auto predictions = graph.predictions(output.c);
    // After the dropout of the predictions, as the reference: both draw from one generator.
    const auto negatives =
        drawNegatives(targets.size(0), targets.size(2), m_config, m_options.negatives);
    Forward result;
    result.scores = contrastiveScores(predictions, targets, upload(negatives, device()), m_config);
    result.sums = sumScores(result.scores, m_config);
    result.extraLoss = output.extraLoss;
    result.codePerplexity = output.codePerplexity;
    if (result.extraLoss.defined()) {
        const auto counts = positivesOfSteps(result.scores);
        result.extraWeight = m_options.extraLossWeight
            * static_cast<double>(std::reduce(counts.begin(), counts.end()));
    }
    return result;
}

DeviceSums GraphNetwork::differentiate(const at::Tensor& audio, std::int64_t update,
                                       at::Tensor& gradients, const GradientsReady& ready)
{
    const c10::AutoGradMode differentiable(true);
    const GradientViews views(m_leaves, m_parameters, gradients);
    BackwardPass backward(m_parameters, ready);
    const auto cut = [&](const std::string& module, const at::Tensor& output) {
        return backward.cut(module, output);
    };
    const auto result = forward(Graph(m_config, weights(), Graph::Training{update, cut}), audio);
    if (result.extraWeight != 0)
        backward.addLoss("vector_quantizer", result.extraLoss, result.extraWeight * m_lossScale);
    backward.run("wav2vec_predictions", result.sums.stepLoss.sum(), m_lossScale);
    return sumsOf(result);
}

BatchSums GraphNetwork::evaluate(const at::Tensor& audio, ScoreHistogram* histogram)
{
    const c10::NoGradGuard plain;
    const auto result = forward(Graph(m_config, weights()), audio);
    if (histogram)
        addTo(*histogram, result.scores);
    return sumsOf(result).read();
}

DeviceSums GraphNetwork::sumsOf(const Forward& forward) const
{
    const c10::NoGradGuard plain;
    const auto& sums = forward.sums;
    DeviceSums::Parts parts;
    parts.counts.stepPositives = positivesOfSteps(forward.scores);
    parts.counts.positives = std::reduce(parts.counts.stepPositives.begin(),
                                         parts.counts.stepPositives.end(), std::int64_t(0));
    parts.counts.negatives = parts.counts.positives * (forward.scores.size(3) - 1);
    parts.stepLoss = sums.stepLoss.detach();
    parts.loss = parts.stepLoss.sum();
    parts.correct = sums.correct;
    parts.positiveSum = sums.positives;
    parts.negativeSum = sums.negatives;
    if (forward.codePerplexity.defined()) {
        parts.loss = parts.loss + forward.extraLoss.detach().to(at::kDouble) * forward.extraWeight;
        parts.codePerplexity = forward.codePerplexity.detach().to(at::kDouble);
    }
    return {parts, m_config.predictionSteps};
}

} // namespace phono
