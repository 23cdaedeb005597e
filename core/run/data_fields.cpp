#include "core/run/field_tables.h"
#include "core/run/section_fields.h"

namespace phono {
namespace {

using Config = TrainingConfig;

constexpr double kAnySize = 1e15;
constexpr double kMostProcessors = 4096;

void appendCommon(std::vector<ConfigField>& fields)
{
    using Common = Config::Common;
    SectionFields<&Config::common> common("common", fields);
    common.add<&Common::seed>("seed", "1", "Start of all random numbers of the run.",
                              {0, 9007199254740992});
    common.add<&Common::logInterval>("log_interval", "100", "Updates per line of the log.",
                                     {1, 1e6});
    common.add<&Common::fp16>("fp16", "false",
                              "Half precision with a scaled loss and fp32 master weights; CUDA "
                              "only.");
    common.add<&Common::bf16>("bf16", "false", "bfloat16 with fp32 master weights.");
    common.add<&Common::fp16InitScale>("fp16_init_scale", "128", "First scale of the fp16 loss.",
                                       {1e-4, 1e12});
    common.add<&Common::fp16ScaleWindow>(
        "fp16_scale_window", "none",
        "Updates without overflow until the scale doubles; 0: 2^14 / processes / update_freq.");
    common.add<&Common::minLossScale>("min_loss_scale", "0.0001",
                                      "The run fails when the scale of the fp16 loss falls below "
                                      "this.",
                                      {1e-12, 1e12});
    common.add<&Common::device>("device", "", "What computes: auto, cpu, cuda or cuda:N.");
    common.add<&Common::threads>("threads", "", "Threads that compute; 0: the physical cores.",
                                 {0, kMostProcessors});
}

void appendTask(std::vector<ConfigField>& fields)
{
    using Task = Config::Task;
    SectionFields<&Config::task> task("task", fields);
    task.add<&Task::data>("data", "???", "Folder of recordings, or manifest, to train on.");
    task.add<&Task::valid>("valid", "",
                           "The same for validation; empty: a share of task.data is kept for it.");
    task.add<&Task::validPercent>("valid_percent", "",
                                  "That share: 0.01 is one recording in a hundred.", {0, 0.9});
    task.add<&Task::maxSampleSize>("max_sample_size", "none",
                                   "Longer recordings are cropped at random, in samples at 16 kHz.",
                                   {1, kAnySize});
    task.add<&Task::minSampleSize>("min_sample_size", "none",
                                   "Shorter recordings are left out, in samples at 16 kHz.",
                                   {0, kAnySize});
    task.add<&Task::normalize>("normalize", "false",
                               "Every recording is brought to zero mean and unit variance.");
}

void appendDataset(std::vector<ConfigField>& fields)
{
    using Dataset = Config::Dataset;
    SectionFields<&Config::dataset> dataset("dataset", fields);
    dataset.add<&Dataset::maxTokens>("max_tokens", "none",
                                     "Samples per batch and process: longest recording times "
                                     "recordings; 0: no limit.",
                                     {0, kAnySize});
    dataset.add<&Dataset::batchSize>("batch_size", "none",
                                     "Recordings per batch and process; 0: no limit.");
    dataset.add<&Dataset::numWorkers>("num_workers", "1", "Threads that decode recordings.",
                                      {1, kMostProcessors});
    dataset.add<&Dataset::validateIntervalUpdates>(
        "validate_interval_updates", "0", "Updates between validations; 0: only at the end.");
    dataset.add<&Dataset::requiredBatchSizeMultiple>(
        "required_batch_size_multiple", "8",
        "Batches are cut to multiples of this; with reference_batching only.", {1, 65536});
    dataset.add<&Dataset::referenceBatching>("reference_batching", "",
                                             "Batches are cut, and the last ones dropped, as "
                                             "fairseq does.");
}

} // namespace

void appendDataFields(std::vector<ConfigField>& fields)
{
    appendCommon(fields);
    appendTask(fields);
    appendDataset(fields);
}

} // namespace phono
