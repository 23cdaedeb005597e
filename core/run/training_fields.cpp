#include "core/run/field_tables.h"
#include "core/run/section_fields.h"

namespace phono {
namespace {

using Config = TrainingConfig;

constexpr double kAnyCount = 1e15;

void appendCriterion(std::vector<ConfigField>& fields)
{
    using Criterion = Config::Criterion;
    SectionFields<&Config::criterion> criterion("criterion", fields);
    criterion.add<&Criterion::infonce>("infonce", "false",
                                       "Softmax over positive and negatives instead of one "
                                       "decision on each.");
    criterion.add<&Criterion::lossWeights>("loss_weights", "none",
                                           "Weights of the quantizer's extra losses.", {0, 1e6});
    criterion.addWord<&Criterion::negatives>(
        "negatives", "",
        "reference: drawn as fairseq draws them, so that a positive can be its own negative; "
        "exclusive: never.",
        {"reference", "exclusive"});
}

void appendOptimization(std::vector<ConfigField>& fields)
{
    using Optimization = Config::Optimization;
    SectionFields<&Config::optimization> optimization("optimization", fields);
    optimization.add<&Optimization::maxUpdate>("max_update", "0", "Updates of the whole run.",
                                               {1, kAnyCount});
    optimization.add<&Optimization::maxEpoch>("max_epoch", "0",
                                              "Ends after so many passes over the data; 0: no "
                                              "limit.");
    optimization.add<&Optimization::stopTimeHours>(
        "stop_time_hours", "0", "Ends after so many hours of training; 0: no limit.", {0, 1e6});
    optimization.add<&Optimization::lr>("lr", "[0.25]", "Learning rate: the schedule's highest.",
                                        {0, 1e3});
    optimization.add<&Optimization::clipNorm>(
        "clip_norm", "0", "Longest gradient per positive; 0: not clipped.", {0, 1e9});
    optimization.add<&Optimization::updateFreq>("update_freq", "[1]",
                                                "Batches whose gradients are summed for one "
                                                "update.",
                                                {1, 65536});
}

void appendOptimizer(std::vector<ConfigField>& fields)
{
    using Optimizer = Config::Optimizer;
    SectionFields<&Config::optimizer> optimizer("optimizer", fields);
    optimizer
        .add<&Optimizer::adamBetas>("adam_betas", "(0.9, 0.999)",
                                    "How slowly Adam's means of gradient and squared gradient "
                                    "forget.",
                                    {0, 1})
        .count = 2;
    optimizer.add<&Optimizer::adamEps>("adam_eps", "1e-08",
                                       "Added to the root of the squared gradient.", {0, 1});
    optimizer.add<&Optimizer::weightDecay>("weight_decay", "0",
                                           "Share of each weight, times the learning rate, that an "
                                           "update takes away.",
                                           {0, 1e3});
}

void appendScheduler(std::vector<ConfigField>& fields)
{
    using Scheduler = Config::LrScheduler;
    SectionFields<&Config::lrScheduler> scheduler("lr_scheduler", fields);
    scheduler.addWord<&Scheduler::name>(
        "_name", "fixed", "How the learning rate goes on after warming up.", {"cosine", "fixed"});
    scheduler.add<&Scheduler::warmupUpdates>("warmup_updates", "0",
                                             "Updates in which the learning rate rises to "
                                             "optimization.lr.");
    scheduler.add<&Scheduler::warmupInitLr>("warmup_init_lr", "-1",
                                            "Learning rate of the first update when there is a "
                                            "warm-up.",
                                            {0, 1e3});
    scheduler.add<&Scheduler::minLr>("min_lr", "0", "Learning rate at the end of a cosine.",
                                     {0, 1e3});
    scheduler.add<&Scheduler::lrPeriodUpdates>(
        "lr_period_updates", "-1", "Updates of one cosine; -1: all that follow the warm-up.",
        {-1, kAnyCount});
    scheduler.add<&Scheduler::tMult>(
        "t_mult", "1", "Each cosine is so many times longer than the one before.", {1, 1e3});
    scheduler.add<&Scheduler::lrShrink>(
        "lr_shrink", "0.1", "Each cosine is so many times as high as the one before.", {0, 1});
}

void appendCheckpoint(std::vector<ConfigField>& fields)
{
    using Checkpoint = Config::CheckpointSection;
    SectionFields<&Config::checkpoint> checkpoint("checkpoint", fields);
    checkpoint.add<&Checkpoint::saveIntervalUpdates>(
        "save_interval_updates", "0", "Updates between checkpoints (last.pt).", {1, 2147483647});
    checkpoint.add<&Checkpoint::keepIntervalUpdates>(
        "keep_interval_updates", "-1",
        "Of those, the newest so many are kept as step-NNNNNN.pt; -1: all.", {-1, 2147483647});
    checkpoint.add<&Checkpoint::keepIntervalUpdatesPattern>(
        "keep_interval_updates_pattern", "-1",
        "Of those, the ones whose update this divides are never deleted; -1: none.",
        {-1, 2147483647});
}

void appendDistributed(std::vector<ConfigField>& fields)
{
    using Distributed = Config::Distributed;
    SectionFields<&Config::distributed> distributed("distributed_training", fields);
    distributed.add<&Distributed::bucketCapMb>("bucket_cap_mb", "25",
                                               "Gradients that processes exchange together, in "
                                               "MiB.",
                                               {0.01, 4096});
    distributed.add<&Distributed::timeoutSeconds>("timeout_seconds", "",
                                                  "The run ends when a process has been silent for "
                                                  "so long.",
                                                  {1, 1e6});
}

} // namespace

void appendTrainingFields(std::vector<ConfigField>& fields)
{
    appendCriterion(fields);
    appendOptimization(fields);
    appendOptimizer(fields);
    appendScheduler(fields);
    appendCheckpoint(fields);
    appendDistributed(fields);
}

} // namespace phono
