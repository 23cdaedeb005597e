#include "core/train/training_data.h"

#include "core/base/sample_source.h"
#include "core/corpus/batch_loader.h"
#include "core/corpus/batch_plan.h"
#include "core/corpus/corpus.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace phono {
namespace {

/// Recordings and the batches made of them; the plan refers to the corpus.
struct Planned {
    Corpus corpus;
    BatchPlan plan;

    static Result<std::unique_ptr<Planned>> create(Corpus corpus, const PlanOptions& options,
                                                   const std::stop_token& stop)
    {
        auto plan = BatchPlan::create(corpus, options, stop);
        if (!plan)
            return plan.error();
        return std::unique_ptr<Planned>(new Planned{std::move(corpus), std::move(*plan)});
    }
};

PlanOptions planOptions(const TrainingConfig& config, const ProcessPlace& place)
{
    PlanOptions options;
    options.seed = config.common.seed;
    options.maxSampleSize = config.task.maxSampleSize;
    options.minSampleSize = config.task.minSampleSize;
    options.maxTokens = config.dataset.maxTokens;
    options.batchSize = config.dataset.batchSize;
    options.referenceBatching = config.dataset.referenceBatching;
    options.requiredBatchSizeMultiple = config.dataset.requiredBatchSizeMultiple;
    options.rank = place.rank;
    options.processes = place.size;
    return options;
}

Result<std::pair<Corpus, Corpus>> openCorpora(const TrainingConfig& config,
                                              const Progress& progress)
{
    auto all = Corpus::open(config.task.data, progress);
    if (!all)
        return all.error();
    if (config.task.valid.empty())
        return all->split(config.task.validPercent, config.common.seed, progress.stop);
    auto valid = Corpus::open(config.task.valid, progress);
    if (!valid)
        return valid.error();
    return std::pair(std::move(*all), std::move(*valid));
}

} // namespace

struct TrainingData::State {
    TrainingConfig config;
    bool alone = true;
    std::stop_token stop;
    std::unique_ptr<Planned> training;
    std::unique_ptr<Planned> validation; // null: there is none
    std::pair<std::int64_t, std::int64_t> place = {1, 0};
    std::unique_ptr<BatchLoader> loader; // made when it is needed
    std::vector<SkippedFile> skipped; // by validations, and not taken yet
    std::unordered_set<std::uint32_t> skippedBefore; // by validations

    Result<void> plan(Corpus train, Corpus valid, const ProcessPlace& process);
    std::int64_t batchesPerEpoch() const { return training->plan.batchesPerProcess(); }
};

Result<void> TrainingData::State::plan(Corpus train, Corpus valid, const ProcessPlace& process)
{
    auto options = planOptions(config, process);
    auto planned = Planned::create(std::move(train), options, stop);
    if (!planned)
        return planned.error();
    training = std::move(*planned);
    if (batchesPerEpoch() == 0)
        return Error{config.task.data + " has no recordings to train on"
                     + (training->plan.tooShort() > 0
                            ? ": all " + std::to_string(training->plan.tooShort())
                                + " are shorter than task.min_sample_size"
                            : std::string())};
    options.shuffleBatches = false;
    options.referenceBatching = false;
    if (valid.size() == 0)
        return {};
    auto plannedValid = Planned::create(std::move(valid), options, stop);
    if (!plannedValid)
        return plannedValid.error();
    if ((*plannedValid)->plan.batches() > 0)
        validation = std::move(*plannedValid);
    return {};
}

TrainingData::TrainingData(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
TrainingData::~TrainingData() = default;
TrainingData::TrainingData(TrainingData&&) noexcept = default;
TrainingData& TrainingData::operator=(TrainingData&&) noexcept = default;

Result<TrainingData> TrainingData::open(const TrainingConfig& config, const ProcessPlace& place,
                                        const Progress& progress)
{
    auto corpora = openCorpora(config, progress);
    if (!corpora)
        return corpora.error();
    auto state = std::make_unique<State>();
    state->config = config;
    state->alone = place.size == 1;
    state->stop = progress.stop;
    if (auto done = state->plan(std::move(corpora->first), std::move(corpora->second), place);
        !done)
        return done.error();
    return TrainingData(std::move(state));
}

std::int64_t TrainingData::recordings() const
{
    return static_cast<std::int64_t>(m_state->training->plan.recordings());
}

double TrainingData::hours() const
{
    return static_cast<double>(m_state->training->corpus.totalSamples()) / kModelRate / 3600;
}

std::vector<std::string> TrainingData::problems() const
{
    auto problems = m_state->training->corpus.problems();
    const auto& plan = m_state->training->plan;
    if (plan.tooShort() > 0)
        problems.push_back(std::to_string(plan.tooShort())
                           + " recordings are shorter than task.min_sample_size and left out");
    if (plan.dropped() > 0)
        problems.push_back(std::to_string(plan.dropped())
                           + " recordings are dropped by dataset.reference_batching");
    if (!m_state->validation)
        problems.emplace_back("there are no recordings to validate on");
    return problems;
}

Result<void> TrainingData::seek(std::int64_t epoch, std::int64_t batch)
{
    if (epoch < 1 || batch < 0 || batch >= m_state->batchesPerEpoch())
        return Error{"batch " + std::to_string(batch) + " of epoch " + std::to_string(epoch)
                     + " is not among the " + std::to_string(m_state->batchesPerEpoch())
                     + " batches of an epoch; has the list of recordings changed?"};
    m_state->loader.reset();
    m_state->place = {epoch, batch};
    return {};
}

std::pair<std::int64_t, std::int64_t> TrainingData::place() const
{
    return m_state->place;
}

double TrainingData::epochsDone() const
{
    const auto& [epoch, batch] = m_state->place;
    return static_cast<double>(epoch - 1)
        + static_cast<double>(batch) / static_cast<double>(batchesPerEpoch());
}

std::int64_t TrainingData::batchesPerEpoch() const
{
    return m_state->batchesPerEpoch();
}

Result<Batch> TrainingData::next()
{
    auto& state = *m_state;
    if (!state.loader) {
        LoaderOptions options;
        options.workers = state.config.dataset.numWorkers;
        options.epoch = state.place.first;
        options.index = state.place.second;
        options.normalize = state.config.task.normalize;
        options.keepEmptyBatches = !state.alone;
        state.loader = std::make_unique<BatchLoader>(state.training->corpus, state.training->plan,
                                                     options, state.stop);
    }
    auto batch = state.loader->next();
    if (!batch && state.loader->failure().empty())
        return Error::cancelled();
    if (!batch)
        return Error{state.config.task.data + ": " + state.loader->failure()};
    const bool last = batch->index + 1 == state.batchesPerEpoch();
    state.place = last ? std::pair(batch->epoch + 1, std::int64_t(0))
                       : std::pair(batch->epoch, batch->index + 1);
    return std::move(*batch);
}

std::vector<SkippedFile> TrainingData::takeSkipped()
{
    auto skipped = std::exchange(m_state->skipped, {});
    if (m_state->loader)
        std::ranges::move(m_state->loader->takeSkipped(), std::back_inserter(skipped));
    return skipped;
}

Result<void> TrainingData::validate(
    const std::function<Result<void>(const Batch& batch, std::int64_t number)>& take)
{
    auto& state = *m_state;
    if (!state.validation)
        return {};
    BatchLoader loader(
        state.validation->corpus, state.validation->plan,
        LoaderOptions::onePass(state.config.dataset.numWorkers, state.config.task.normalize),
        state.stop);
    const auto order = state.validation->plan.epoch(1);
    Result<void> taken;
    while (taken) {
        const auto batch = loader.next();
        if (!batch)
            break;
        if (!batch->repeated)
            taken = take(*batch, order.place(batch->index));
    }
    for (auto& file : loader.takeSkipped())
        if (state.skippedBefore.insert(file.recording).second)
            state.skipped.push_back(std::move(file));
    return taken && state.stop.stop_requested() ? Error::cancelled() : taken;
}

} // namespace phono
