#include "core/run/training_config.h"

#include "core/run/config_field.h"
#include "core/run/field_codec.h"

#include <algorithm>
#include <charconv>

namespace phono {
namespace {

bool isDevice(std::string_view name)
{
    if (name == "auto" || name == "cpu" || name == "cuda")
        return true;
    if (!name.starts_with("cuda:"))
        return false;
    name.remove_prefix(5);
    unsigned char index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    return error == std::errc() && end == name.data() + name.size();
}

Result<void> validateFields(const TrainingConfig& config)
{
    for (const auto& field : configFields())
        if (const auto sound = normalized(field, field.value(config)); !sound)
            return Error{field.name() + ": " + sound.error().message};
    return {};
}

Result<void> validateCommon(const TrainingConfig& config)
{
    const auto& common = config.common;
    if (common.fp16 && common.bf16)
        return Error{"common.fp16 and common.bf16: only one of them can be on"};
    if (!isDevice(common.device))
        return Error{"common.device: expected auto, cpu, cuda or cuda:N, not \"" + common.device
                     + "\""};
    if (common.fp16 && common.device == "cpu")
        return Error{"common.fp16: needs CUDA, but common.device is cpu; use common.bf16 there"};
    return {};
}

Result<void> validateBatches(const TrainingConfig& config)
{
    const auto& task = config.task;
    const auto& dataset = config.dataset;
    if (task.minSampleSize > task.maxSampleSize)
        return Error{"task.min_sample_size: " + std::to_string(task.minSampleSize)
                     + " is more than task.max_sample_size, " + std::to_string(task.maxSampleSize)};
    if (dataset.maxTokens == 0 && dataset.batchSize == 0)
        return Error{"dataset.max_tokens and dataset.batch_size: one of them must limit the "
                     "batches"};
    if (dataset.maxTokens > 0 && dataset.maxTokens < task.maxSampleSize)
        return Error{"dataset.max_tokens: " + std::to_string(dataset.maxTokens)
                     + " samples are less than one recording of task.max_sample_size, "
                     + std::to_string(task.maxSampleSize)};
    const auto frames = config.model.frames(task.maxSampleSize);
    const auto needed = config.model.predictionOffset() + 1;
    if (frames < needed)
        return Error{"task.max_sample_size: " + std::to_string(task.maxSampleSize)
                     + " samples give " + std::to_string(frames)
                     + " frames; the first prediction needs " + std::to_string(needed)};
    return {};
}

Result<void> validateCriterion(const TrainingConfig& config)
{
    if (config.model.infonce != config.criterion.infonce)
        return Error{"criterion.infonce: the model was told the opposite (model.infonce)"};
    if (config.model.numNegatives + config.model.crossSampleNegatives == 0)
        return Error{"model.num_negatives and model.cross_sample_negatives: there must be "
                     "negatives"};
    if (config.model.balancedClasses && config.model.numNegatives == 0)
        return Error{"model.balanced_classes: needs model.num_negatives, by which it weighs"};
    if (config.criterion.lossWeights.size() > 1)
        return Error{"criterion.loss_weights: a model of this kind has at most one extra loss"};
    return {};
}

Result<void> validateSchedule(const TrainingConfig& config)
{
    const auto& scheduler = config.lrScheduler;
    if (config.optimization.lr == 0)
        return Error{"optimization.lr: nothing is learnt at a rate of 0"};
    if (std::ranges::any_of(config.optimizer.adamBetas, [](double beta) { return beta == 1; }))
        return Error{"optimizer.adam_betas: must be less than 1"};
    if (scheduler.name != "cosine")
        return {};
    if (scheduler.minLr >= config.optimization.lr)
        return Error{"lr_scheduler.min_lr: must be less than optimization.lr"};
    if (scheduler.lrPeriodUpdates == 0)
        return Error{"lr_scheduler.lr_period_updates: expected -1 or at least 1"};
    if (scheduler.lrPeriodUpdates < 0 && scheduler.warmupUpdates >= config.optimization.maxUpdate)
        return Error{"lr_scheduler.warmup_updates: " + std::to_string(scheduler.warmupUpdates)
                     + " leave nothing of optimization.max_update, "
                     + std::to_string(config.optimization.maxUpdate) + ", for the cosine"};
    return {};
}

} // namespace

Result<void> TrainingConfig::validate() const
{
    if (auto sound = validateFields(*this); !sound)
        return sound;
    if (const auto sound = model.validate(); !sound)
        return Error{"section model: " + sound.error().message};
    if (checkpoint.keepIntervalUpdatesPattern == 0)
        return Error{"checkpoint.keep_interval_updates_pattern: expected -1 or at least 1"};
    for (auto* const check : {validateCommon, validateBatches, validateCriterion, validateSchedule})
        if (auto sound = check(*this); !sound)
            return sound;
    return {};
}

} // namespace phono
