// How fast a training step is, against plain LibTorch modules with autograd, in one run.
//
//   bench_training [repetitions = 5] [threads = physical cores] [samples = 150000] [recordings = 2]
//   bench_training memory plain|fp32|bf16 [threads] [samples] [recordings]   peak memory of two
//   steps
//
// Cases are interleaved, so that other load on the machine hits all of them; medians are printed,
// of the time on the clock and of the time on processors, which other load lengthens less.

#include "core/model/contrastive_loss.h"
#include "core/model/seeded_model.h"
#include "core/model/tiles.h"
#include "core/train/adam.h"
#include "core/train/row_network.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace phono;

namespace {

constexpr double kLearningRate = 1e-6;
constexpr double kClipNorm = 25;

/// The network and loss as the reference writes them, one operation after the other.
class PlainStep {
public:
    explicit PlainStep(const Checkpoint& model)
        : m_config(model.config)
    {
        const FlatParameters flat(model, at::kCPU);
        for (const auto& entry : flat.entries()) {
            auto parameter = flat.view(flat.flat(), entry.name).clone().requires_grad_();
            m_parameters.push_back(parameter);
            m_names.emplace(entry.name, parameter);
        }
        m_adam = std::make_unique<torch::optim::Adam>(m_parameters,
                                                      torch::optim::AdamOptions(kLearningRate));
    }

    double run(const at::Tensor& audio)
    {
        m_adam->zero_grad();
        const auto z = encode(audio);
        const auto c = aggregate(z);
        const auto sums = loss(z, c);
        sums.first.backward();
        for (auto& parameter : m_parameters)
            parameter.mutable_grad().div_(sums.second);
        torch::nn::utils::clip_grad_norm_(m_parameters, kClipNorm);
        m_adam->step();
        return sums.first.item<double>();
    }
    at::Tensor gradient(const std::string& name) { return m_names.at(name).grad(); }

private:
    const at::Tensor& weight(const std::string& name) const { return m_names.at(name); }
    at::Tensor block(const at::Tensor& x, const std::string& name, int conv, int stride) const
    {
        const auto bias = m_names.find(name + "." + std::to_string(conv) + ".bias");
        const auto norm = name + "." + std::to_string(conv + 2);
        const auto y = at::conv1d(x, weight(name + "." + std::to_string(conv) + ".weight"),
                                  bias == m_names.end() ? at::Tensor() : bias->second, stride);
        return at::relu(
            at::group_norm(y, 1, weight(norm + ".weight"), weight(norm + ".bias"), 1e-5));
    }
    at::Tensor encode(const at::Tensor& audio) const
    {
        auto x = audio.unsqueeze(1);
        for (std::size_t i = 0; i < m_config.convFeatureLayers.size(); ++i)
            x = block(x, "feature_extractor.conv_layers." + std::to_string(i), 0,
                      m_config.convFeatureLayers[i].stride);
        return (x.abs() + 1).log();
    }
    at::Tensor aggregate(at::Tensor x) const
    {
        for (std::size_t i = 0; i < m_config.convAggregatorLayers.size(); ++i) {
            const auto padded = at::replication_pad1d(
                x, at::IntArrayRef({m_config.convAggregatorLayers[i].kernel - 1, 0}));
            x = (block(padded, "feature_aggregator.conv_layers." + std::to_string(i), 1, 1) + x)
                * std::sqrt(m_config.residualScale);
        }
        return x;
    }
    std::pair<at::Tensor, double> loss(const at::Tensor& z, const at::Tensor& c) const
    {
        const std::string head = "wav2vec_predictions.project_to_steps";
        const auto predictions =
            at::conv_transpose2d(c.unsqueeze(3), weight(head + ".weight"), weight(head + ".bias"));
        const auto batch = z.size(0);
        const auto frames = z.size(2);
        const auto index = sampleNegatives(batch, frames, m_config);
        const auto flat = z.transpose(0, 1).contiguous().view({z.size(1), -1});
        const auto negatives = flat.index_select(1, index.view(-1))
                                   .view({z.size(1), batch, -1, frames})
                                   .permute({2, 1, 0, 3});
        const auto targets = at::cat({z.unsqueeze(0), negatives}, 0);
        std::vector<at::Tensor> scores;
        std::vector<at::Tensor> labels;
        double positives = 0;
        for (int step = 0; step < m_config.predictionSteps; ++step) {
            const auto ahead = m_config.predictionOffset() + step;
            const auto from = predictions.narrow(2, 0, frames - ahead).select(3, step);
            const auto to = targets.narrow(3, ahead, frames - ahead);
            const auto score = at::einsum("bct,nbct->nbt", {from, to});
            auto label = at::zeros_like(score);
            label[0].fill_(1);
            positives += static_cast<double>(label[0].numel());
            scores.push_back(score.flatten());
            labels.push_back(label.flatten());
        }
        return {at::binary_cross_entropy_with_logits(at::cat(scores), at::cat(labels), {}, {},
                                                     at::Reduction::Sum),
                positives};
    }

    ModelConfig m_config;
    std::vector<at::Tensor> m_parameters;
    std::map<std::string, at::Tensor> m_names;
    std::unique_ptr<torch::optim::Adam> m_adam;
};

/// The step as a training run takes it.
class RowStep {
public:
    RowStep(const Checkpoint& model, const std::string& kernel, bool bf16, int threads)
        : m_parameters(model, at::kCPU)
        , m_gradients(at::zeros_like(m_parameters.flat()))
        , m_adam(m_parameters.flat(), {}, threads)
    {
        TrainingConfig config;
        config.model = model.config;
        config.common.threads = threads;
        config.common.bf16 = bf16;
        auto network = RowNetwork::create(m_parameters, config, kernel);
        if (network)
            m_network = std::move(*network);
        else
            m_problem = network.error().message;
    }
    const std::string& problem() const { return m_problem; }

    double run(const at::Tensor& audio)
    {
        m_gradients.zero_();
        const auto sums = m_network->differentiate(audio, 0, m_gradients, {});
        const auto scale = sums.positives().reciprocal();
        const auto norm = m_adam.norm(m_gradients, scale);
        m_adam.step(m_parameters.flat(), m_gradients, {scale, norm, norm.isfinite()}, kClipNorm,
                    kLearningRate);
        ++m_adam.steps;
        return sums.loss().item<double>();
    }
    at::Tensor gradient(const std::string& name) { return m_parameters.view(m_gradients, name); }

private:
    FlatParameters m_parameters;
    at::Tensor m_gradients;
    AdamOptimizer m_adam;
    std::unique_ptr<RowNetwork> m_network;
    std::string m_problem;
};

struct Case {
    std::string name;
    std::function<double()> run;
    std::vector<double> seconds = {};
    std::vector<double> processorSeconds = {}; ///< of all threads
    double loss = 0;
};

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

rusage usage()
{
    rusage result = {};
    getrusage(RUSAGE_SELF, &result);
    return result;
}

double processorSeconds()
{
    const auto now = usage();
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(now.ru_utime) + seconds(now.ru_stime);
}

at::Tensor makeAudio(std::int64_t recordings, std::int64_t samples)
{
    at::manual_seed(5);
    const auto time = at::arange(samples, at::kFloat) / 16000;
    return at::randn({recordings, samples}) * 0.05
        + 0.3 * (time * 1130).sin() * (time * 18.8).sin().abs();
}

Checkpoint makeModel()
{
    auto config = ModelConfig::large();
    config.numNegatives = 10;
    auto model = seededModel(config, 1);
    TORCH_CHECK(model.ok(), model.ok() ? "" : model.error().message);
    return std::move(*model);
}

void measureMemory(const std::string& which, const at::Tensor& audio, int threads)
{
    if (which == "plain") {
        PlainStep step(makeModel());
        step.run(audio);
        step.run(audio);
    } else {
        RowStep step(makeModel(), "", which == "bf16", threads);
        step.run(audio);
        step.run(audio);
    }
    std::printf("%s: peak resident memory %.0f MB\n", which.c_str(),
                static_cast<double>(usage().ru_maxrss) / 1024);
}

} // namespace

int main(int argc, char** argv)
{
    const bool memory = argc > 2 && std::string(argv[1]) == "memory";
    const auto argument = [&](int index, std::int64_t otherwise) {
        return argc > index ? std::stoll(argv[index]) : otherwise;
    };
    const int shift = memory ? 1 : 0;
    const auto repetitions = memory ? 0 : argument(1, 5);
    const int threads = static_cast<int>(argument(2 + shift, physicalCores()));
    const auto audio = makeAudio(argument(4 + shift, 2), argument(3 + shift, 150000));
    at::set_num_threads(threads);
    if (memory) {
        measureMemory(argv[2], audio, threads);
        return 0;
    }

    const auto model = makeModel();
    std::printf("large model, %d x %d samples, %d threads\n", static_cast<int>(audio.size(0)),
                static_cast<int>(audio.size(1)), threads);
    PlainStep plain(model);
    std::vector<Case> cases = {{"plain fp32", [&] {
                                    return plain.run(audio);
                                }}};
    struct Wanted {
        const char* kernel;
        bool bf16;
    };
    std::vector<std::unique_ptr<RowStep>> steps;
    for (const auto& wanted : {Wanted{"avx2", false}, Wanted{"avx512", false},
                               Wanted{"avx512bf16", true}, Wanted{"amx", true}}) {
        auto step = std::make_unique<RowStep>(model, wanted.kernel, wanted.bf16, threads);
        if (!step->problem().empty()) {
            std::printf("  %s: %s\n", wanted.kernel, step->problem().c_str());
            continue;
        }
        cases.push_back({std::string(wanted.kernel) + (wanted.bf16 ? " bf16" : " fp32"),
                         [&audio, step = step.get()] {
                             return step->run(audio);
                         }});
        steps.push_back(std::move(step));
    }
    for (std::int64_t repetition = 0; repetition <= repetitions; ++repetition)
        for (auto& item : cases) {
            at::manual_seed(7);
            const double processor = processorSeconds();
            const auto start = std::chrono::steady_clock::now();
            item.loss = item.run();
            const auto seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            if (repetition == 0) // warms up
                continue;
            item.seconds.push_back(seconds);
            item.processorSeconds.push_back(processorSeconds() - processor);
        }
    std::printf("  %-20s %9s %8s %14s %8s %12s %14s\n", "case", "median s", "x plain",
                "processor s", "x plain", "x real time", "loss");
    const auto plainSeconds = median(cases.front().seconds);
    const auto plainProcessor = median(cases.front().processorSeconds);
    for (const auto& item : cases) {
        const double seconds = median(item.seconds);
        const double processor = median(item.processorSeconds);
        std::printf("  %-20s %9.3f %8.2f %14.3f %8.2f %12.1f %14.4f\n", item.name.c_str(), seconds,
                    plainSeconds / seconds, processor, plainProcessor / processor,
                    static_cast<double>(audio.numel()) / 16000 / seconds, item.loss);
    }
    for (const char* name :
         {"feature_extractor.conv_layers.0.0.weight", "feature_extractor.conv_layers.1.0.weight",
          "feature_aggregator.conv_layers.11.1.weight",
          "wav2vec_predictions.project_to_steps.weight"})
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto a = plain.gradient(name).flatten().to(at::kDouble);
            const auto b = steps[i]->gradient(name).flatten().to(at::kDouble);
            std::printf("  %-46s %-16s cosine to plain %.7f\n", name, cases[i + 1].name.c_str(),
                        (a.dot(b) / (a.norm() * b.norm())).item<double>());
        }
}
