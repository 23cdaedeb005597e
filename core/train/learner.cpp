#include "core/train/learner.h"

#include "core/model/graph.h"
#include "core/model/tiles.h"
#include "core/train/adam.h"
#include "core/train/communicator.h"
#include "core/train/gradient_buckets.h"
#include "core/train/loss_scaler.h"
#include "core/train/lr_schedule.h"
#include "core/train/training_network.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace phono {
namespace {

// Under which names a training state keeps the loss scale.
constexpr const char* kLossScale = "loss_scale";
constexpr const char* kGoodUpdates = "loss_scale_good_updates";

constexpr const char* kLostTouch = "the processes lost touch";

LossScaler::State scaleIn(const TrainingState& training, LossScaler::State state)
{
    if (const auto scale = training.number<double>(kLossScale); scale && *scale > 0)
        state.scale = *scale;
    state.goodUpdates = training.number<std::int64_t>(kGoodUpdates).value_or(state.goodUpdates);
    return state;
}

Result<at::Device> chooseDevice(const std::string& name, const ProcessPlace& place)
{
    if (name == "cpu" || (name == "auto" && !at::hasCUDA()))
        return at::Device(at::kCPU);
    const int devices = static_cast<int>(at::detail::getCUDAHooks().getNumGPUs());
    if (name == "auto" && devices == 0)
        return at::Device(at::kCPU);
    int index = ownDevice(place, devices);
    if (name.starts_with("cuda:"))
        index = std::atoi(name.c_str() + 5);
    if (index >= devices)
        return Error{"there is no CUDA device " + std::to_string(index) + " here: "
                     + (devices == 0 ? std::string("LibTorch sees none")
                                     : "the last one is " + std::to_string(devices - 1))};
    return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

constexpr std::int64_t kFailedSignal = 3; // in toNumbers()

at::Tensor toNumbers(const Signals& signals)
{
    return at::tensor({signals.stop, signals.pause, signals.timeIsUp, signals.failed,
                       signals.skipped, signals.dataWait, signals.audioSeconds},
                      at::kDouble);
}

/// From numbers on the processor.
Signals toSignals(const at::Tensor& numbers)
{
    const auto* v = numbers.data_ptr<double>();
    return {v[0], v[1], v[2], v[3], v[4], v[5], v[6]};
}

at::Tensor toTensor(const AudioBatch& batch)
{
    return at::from_blob(const_cast<float*>(batch.samples.data()), {batch.count, batch.length},
                         at::kFloat);
}

std::vector<Tensor> split(const FlatParameters& parameters, const at::Tensor& flat)
{
    std::vector<Tensor> tensors;
    const auto values = flat.cpu();
    for (const auto& entry : parameters.entries()) {
        const auto* from = values.data_ptr<float>() + entry.first;
        tensors.push_back(Tensor::fromFloat(entry.name, entry.shape, {from, from + entry.count}));
    }
    return tensors;
}

Result<void> join(const FlatParameters& parameters, const std::vector<Tensor>& tensors,
                  at::Tensor flat)
{
    const auto& entries = parameters.entries();
    if (tensors.size() != entries.size())
        return Error{"the optimizer state is of a model with " + std::to_string(tensors.size())
                     + " parameters; this one has " + std::to_string(entries.size())};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto values = tensors[i].toFloat();
        if (!values)
            return values.error();
        if (tensors[i].shape != entries[i].shape)
            return Error{"the optimizer state of " + entries[i].name + " has the shape "
                         + toString(tensors[i].shape) + ", not " + toString(entries[i].shape)};
        flat.narrow(0, entries[i].first, entries[i].count)
            .copy_(at::tensor(at::ArrayRef<float>(*values), at::kFloat));
    }
    return {};
}

} // namespace

struct Learner::Parts {
    Parts(const Checkpoint& model, const TrainingConfig& given, at::Device chosen,
          std::unique_ptr<Communicator> all)
        : config(given)
        , device(chosen)
        , processes(std::move(all))
        , parameters(model, device)
        , gradients(at::zeros_like(parameters.flat()))
        , optimizer(parameters.flat(), config.optimizer, config.common.threads)
    {
        if (config.common.fp16)
            scaler.emplace(LossScaler::State{config.common.fp16InitScale, 0}, scaleWindow(),
                           config.common.minLossScale);
        processes->broadcast(parameters.flat());
    }

    /// For as long as the result lives, what is pinned and allocated belongs to the device.
    [[nodiscard]] c10::DeviceGuard enter() const
    {
        at::set_num_threads(config.common.threads);
        return c10::DeviceGuard(device);
    }
    std::int64_t scaleWindow() const
    {
        return config.common.fp16ScaleWindow > 0
            ? config.common.fp16ScaleWindow
            : LossScaler::defaultWindow(processes->size(), config.optimization.updateFreq);
    }
    std::pair<BatchSums, Signals> sumUp(const BatchSums& own, const Signals& signals) const
    {
        const auto numbers = DeviceSums(own, config.model.predictionSteps).numbers();
        const auto all = at::cat({numbers, toNumbers(signals)});
        processes->sum(all);
        const auto size = numbers.size(0);
        return {DeviceSums(all.narrow(0, 0, size)).read(),
                toSignals(all.narrow(0, size, all.size(0) - size))};
    }
    DeviceSums differentiate(std::span<const AudioBatch> batches);
    Result<UpdateOutcome> update(std::span<const AudioBatch> batches, const Signals& signals);
    Result<void> decide(UpdateOutcome& outcome, double ownLoss);

    TrainingConfig config;
    at::Device device;
    std::unique_ptr<Communicator> processes;
    FlatParameters parameters;
    at::Tensor gradients;
    AdamOptimizer optimizer;
    std::optional<LossScaler> scaler;
    std::unique_ptr<TrainingNetwork> network;
    double lr = 0;
};

/// Fills the gradients with the sum over the batches and begins to sum them over the processes.
DeviceSums Learner::Parts::differentiate(std::span<const AudioBatch> batches)
{
    DeviceSums own(config.model.predictionSteps, device);
    gradients.zero_();
    constexpr double kMegabyte = 1 << 20;
    GradientBuckets buckets(*processes, gradients, config.distributed.bucketCapMb * kMegabyte);
    std::size_t last = batches.size();
    for (std::size_t i = 0; i < batches.size(); ++i)
        if (batches[i].count > 0)
            last = i;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (batches[i].count == 0)
            continue;
        const auto ready = [&](std::int64_t first) {
            if (i == last)
                buckets.ready(first);
        };
        own.add(network->differentiate(toTensor(batches[i]), optimizer.steps, gradients, ready));
    }
    buckets.startRest();
    return own;
}

Result<UpdateOutcome> Learner::Parts::update(std::span<const AudioBatch> batches,
                                             const Signals& signals)
{
    const auto entered = enter();
    at::manual_seed(config.common.seed + static_cast<std::uint64_t>(optimizer.steps));
    const double lossScale = scaler ? scaler->scale() : 1;
    network->setLossScale(lossScale);
    const auto own = differentiate(batches);
    const auto told = upload(toNumbers(signals), device);
    const auto numbers = at::cat({own.numbers(), told});
    processes->sum(numbers); // and the gradients

    // All is decided where the numbers are; the processor is told at the end.
    const auto size = own.numbers().size(0);
    const DeviceSums all(numbers.narrow(0, 0, size));
    const auto scale = (all.positives().clamp_min(1) * lossScale).reciprocal();
    const auto norm = optimizer.norm(gradients, scale);
    const auto failed = numbers.narrow(0, size + kFailedSignal, 1);
    const auto go = norm.isfinite().logical_and(all.loss().isfinite()).logical_and(failed == 0);
    const double rate = learningRate(config, optimizer.steps);
    optimizer.step(parameters.flat(), gradients, {scale, norm, go}, config.optimization.clipNorm,
                   rate);
    const auto heard = at::cat({numbers, own.loss(), norm}).cpu();

    UpdateOutcome outcome;
    outcome.sums = DeviceSums(heard.narrow(0, 0, size)).read();
    outcome.signals = toSignals(heard.narrow(0, size, told.size(0)));
    if (outcome.signals.failed > 0)
        return outcome;
    const double* rest = heard.data_ptr<double>() + size + told.size(0);
    outcome.gnorm = rest[1];
    outcome.lr = rate;
    if (auto done = decide(outcome, rest[0]); !done)
        return done.error();
    if (outcome.skipped || outcome.diverged)
        return outcome;
    lr = rate;
    ++optimizer.steps;
    network->parametersChanged();
    return outcome;
}

/// What the device decided, in words.
Result<void> Learner::Parts::decide(UpdateOutcome& outcome, double ownLoss)
{
    if (scaler)
        outcome.lossScale = scaler->scale();
    if (!std::isfinite(outcome.sums.loss)) {
        outcome.diverged = true;
        outcome.divergedHere = !std::isfinite(ownLoss);
    } else if (scaler) {
        const auto good = scaler->update(outcome.gnorm);
        if (!good)
            return good.error();
        outcome.skipped = !*good;
    } else {
        outcome.diverged = !std::isfinite(outcome.gnorm);
        outcome.divergedHere = outcome.diverged;
    }
    return {};
}

Learner::Learner(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts))
{
}
Learner::~Learner() = default;
Learner::Learner(Learner&&) noexcept = default;
Learner& Learner::operator=(Learner&&) noexcept = default;

Result<Learner> Learner::create(const Checkpoint& model, const TrainingConfig& given,
                                const ProcessPlace& place, const std::stop_token& stop)
{
    const auto device = chooseDevice(given.common.device, place);
    if (!device)
        return device.error();
    auto processes = joinProcesses(place, *device, given.distributed.timeoutSeconds, stop);
    if (!processes)
        return processes.error();
    auto config = given;
    if (config.common.threads == 0) // the processes of a machine share its cores
        config.common.threads = std::max(1, physicalCores() / place.localSize);
    return withTorch<Learner>("the model cannot be set up for training", [&]() -> Result<Learner> {
        at::set_num_threads(config.common.threads);
        const c10::DeviceGuard guard(*device);
        if (device->is_cuda()) {
            // TF32 keeps 10 bits of each factor: not what "fp32" promises.
            at::globalContext().setAllowTF32CuBLAS(false);
            at::globalContext().setAllowTF32CuDNN(false);
        }
        auto parts = std::make_unique<Parts>(model, config, *device, std::move(*processes));
        auto network = makeTrainingNetwork(parts->parameters, config, *device);
        if (!network)
            return network.error();
        parts->network = std::move(*network);
        return Learner(std::move(parts));
    });
}

std::string Learner::device() const
{
    return m_parts->device.str();
}

std::string Learner::kernel() const
{
    return m_parts->network->kernel();
}

std::string Learner::precision() const
{
    const auto& common = m_parts->config.common;
    return common.fp16 ? "fp16" : common.bf16 ? "bf16" : "fp32";
}

int Learner::threads() const
{
    return m_parts->config.common.threads;
}

std::int64_t Learner::parameterCount() const
{
    return m_parts->parameters.flat().numel();
}

std::int64_t Learner::updates() const
{
    return m_parts->optimizer.steps;
}

Result<UpdateOutcome> Learner::update(std::span<const AudioBatch> batches, const Signals& signals)
{
    auto outcome = withTorch<UpdateOutcome>(
        "update " + std::to_string(updates() + 1) + " failed",
        [&]() -> Result<UpdateOutcome> { return m_parts->update(batches, signals); });
    if (outcome || m_parts->processes->size() == 1)
        return outcome;
    return Error{outcome.error().message
                 + ". If another process of the run ended, its own output says why"};
}

Result<BatchSums> Learner::evaluate(const AudioBatch& batch, std::int64_t number,
                                    ScoreHistogram& histogram)
{
    return withTorch<BatchSums>("validation failed", [&]() -> Result<BatchSums> {
        const auto entered = m_parts->enter();
        at::manual_seed(static_cast<std::uint64_t>(number));
        return m_parts->network->evaluate(toTensor(batch), &histogram);
    });
}

Result<BatchSums> Learner::total(const BatchSums& own, ScoreHistogram& histogram, Signals& signals)
{
    return withTorch<BatchSums>(kLostTouch, [&]() -> Result<BatchSums> {
        for (auto* counts : {&histogram.positives, &histogram.negatives})
            m_parts->processes->sum(
                at::from_blob(counts->data(), {std::ssize(*counts)}, at::kLong));
        BatchSums sums;
        std::tie(sums, signals) = m_parts->sumUp(own, signals);
        return sums;
    });
}

Result<Signals> Learner::exchange(const Signals& signals)
{
    return withTorch<Signals>(
        kLostTouch, [&]() -> Result<Signals> { return m_parts->sumUp({}, signals).second; });
}

Result<std::vector<std::string>> Learner::gather(const std::string& own)
{
    using Texts = std::vector<std::string>;
    return withTorch<Texts>(kLostTouch, [&]() -> Result<Texts> {
        // Each fills its own stretch of zeros; their sum is all of them.
        auto& processes = *m_parts->processes;
        auto sizes = at::zeros({processes.size()}, at::kLong);
        sizes[processes.rank()] = std::ssize(own);
        processes.sum(sizes);
        const auto ends = sizes.cumsum(0);
        const auto* size = sizes.data_ptr<std::int64_t>();
        const auto* end = ends.data_ptr<std::int64_t>();
        auto bytes = at::zeros({end[processes.size() - 1]}, at::kByte);
        auto* data = reinterpret_cast<char*>(bytes.data_ptr<std::uint8_t>());
        std::ranges::copy(own, data + end[processes.rank()] - size[processes.rank()]);
        processes.sum(bytes);
        Texts texts;
        for (int i = 0; i < processes.size(); ++i)
            texts.emplace_back(data + end[i] - size[i], size[i]);
        return texts;
    });
}

Checkpoint Learner::model() const
{
    return m_parts->parameters.toCheckpoint();
}

TrainingState Learner::state() const
{
    const auto& parts = *m_parts;
    TrainingState state;
    state.updates = updates();
    state.lr = parts.lr;
    state.adamBetas = parts.config.optimizer.adamBetas;
    state.adamEps = parts.config.optimizer.adamEps;
    state.weightDecay = parts.config.optimizer.weightDecay;
    state.expAvg = split(parts.parameters, parts.optimizer.expAvg);
    state.expAvgSq = split(parts.parameters, parts.optimizer.expAvgSq);
    if (parts.scaler) {
        state.progress.emplace_back(kLossScale, parts.scaler->state().scale);
        state.progress.emplace_back(kGoodUpdates, parts.scaler->state().goodUpdates);
    }
    return state;
}

Result<void> Learner::restore(const TrainingState& state)
{
    return withTorch<void>("the training state cannot be restored", [&]() -> Result<void> {
        auto& parts = *m_parts;
        if (auto done = join(parts.parameters, state.expAvg, parts.optimizer.expAvg); !done)
            return done;
        if (auto done = join(parts.parameters, state.expAvgSq, parts.optimizer.expAvgSq); !done)
            return done;
        parts.optimizer.steps = state.updates;
        parts.lr = state.lr;
        if (parts.scaler)
            parts.scaler.emplace(scaleIn(state, parts.scaler->state()), parts.scaleWindow(),
                                 parts.config.common.minLossScale);
        return {};
    });
}

} // namespace phono
