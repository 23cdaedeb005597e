#include "core/train/row_network.h"

#include "core/model/contrastive_loss.h"
#include "core/train/row_backward.h"
#include "core/train/row_forward.h"

namespace phono {

/// A forward and a backward pass, whatever numbers their products are of.
class RowNetwork::Passes {
public:
    virtual ~Passes() = default;
    virtual BatchSums forward(const at::Tensor& audio, const at::Tensor& negatives,
                              ScoreHistogram* histogram) = 0;
    virtual void backward(float* gradients, const GradientsReady& ready) = 0;
};

namespace {

template <typename Number>
class PassesOf : public RowNetwork::Passes {
public:
    PassesOf(FlatParameters& parameters, const TrainingConfig& config,
             const ProductKernel<Number>& kernel)
        : m_model(parameters, config, kernel)
        , m_forward(m_model)
        , m_backward(m_model)
    {
    }
    BatchSums forward(const at::Tensor& audio, const at::Tensor& negatives,
                      ScoreHistogram* histogram) override
    {
        return m_forward.run(audio.data_ptr<float>(), audio.size(0), audio.size(1),
                             negatives.data_ptr<std::int64_t>(), histogram);
    }
    void backward(float* gradients, const TrainingNetwork::GradientsReady& ready) override
    {
        m_backward.run(gradients, ready);
    }

private:
    RowModel<Number> m_model;
    RowForward<Number> m_forward;
    RowBackward<Number> m_backward;
};

} // namespace

bool RowNetwork::canTrain(const TrainingConfig& config)
{
    const auto& model = config.model;
    return model.convFeatureLayers.size() > 1 && !model.convAggregatorLayers.empty()
        && model.aggregator == Aggregator::Cnn && model.activation == Activation::Relu
        && model.vqType == VqType::None && model.projectFeatures == ProjectFeatures::None
        && !model.skipConnectionsFeat && model.dropout == 0 && model.dropoutFeatures == 0
        && model.dropoutAgg == 0 && !config.common.fp16
        && config.criterion.negatives == NegativeDraw::Reference
        && config.criterion.lossWeights.empty();
}

Result<std::unique_ptr<RowNetwork>> RowNetwork::create(FlatParameters& parameters,
                                                       const TrainingConfig& config,
                                                       const std::string& kernel)
{
    const auto choice =
        chooseKernel(config.common.bf16 ? Precision::Bf16 : Precision::Fp32, kernel);
    if (!choice)
        return choice.error();
    if (choice->precision == Precision::Bf16)
        return std::make_unique<RowNetwork>(parameters, config, bf16Products(choice->kind));
    return std::make_unique<RowNetwork>(parameters, config, fp32Products(choice->kind));
}

template <typename Number>
RowNetwork::RowNetwork(FlatParameters& parameters, const TrainingConfig& config,
                       const ProductKernel<Number>& kernel)
    : m_passes(std::make_unique<PassesOf<Number>>(parameters, config, kernel))
    , m_config(config)
    , m_kernel(kernel.name)
{
}

template RowNetwork::RowNetwork(FlatParameters&, const TrainingConfig&,
                                const ProductKernel<float>&);
template RowNetwork::RowNetwork(FlatParameters&, const TrainingConfig&,
                                const ProductKernel<BFloat16>&);

RowNetwork::~RowNetwork() = default;

std::string RowNetwork::kernel() const
{
    return m_kernel;
}

BatchSums RowNetwork::forward(const at::Tensor& audio, ScoreHistogram* histogram)
{
    TORCH_CHECK(audio.device().is_cpu() && audio.scalar_type() == at::kFloat && audio.dim() == 2,
                "the batch must be [recordings, samples], float32, on the processor");
    m_audio = audio.contiguous();
    m_negatives =
        sampleNegatives(audio.size(0), m_config.model.frames(audio.size(1)), m_config.model)
            .contiguous();
    return m_passes->forward(m_audio, m_negatives, histogram);
}

DeviceSums RowNetwork::differentiate(const at::Tensor& audio, std::int64_t /*update*/,
                                     at::Tensor& gradients, const GradientsReady& ready)
{
    TORCH_CHECK(gradients.is_contiguous() && gradients.scalar_type() == at::kFloat
                    && gradients.device().is_cpu(),
                "gradients must be one contiguous float32 tensor on the processor");
    const auto sums = forward(audio, nullptr);
    m_passes->backward(gradients.data_ptr<float>(), ready);
    return {sums, m_config.model.predictionSteps};
}

BatchSums RowNetwork::evaluate(const at::Tensor& audio, ScoreHistogram* histogram)
{
    return forward(audio, histogram);
}

} // namespace phono
