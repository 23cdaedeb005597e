#include "core/train/checkpoint_keeper.h"

#include "core/base/atomic_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

namespace phono {
namespace {

constexpr const char* kLast = "last.pt";
constexpr const char* kBest = "best.pt";

std::string stepName(std::int64_t update)
{
    char name[40];
    std::snprintf(name, sizeof name, "step-%06lld.pt", static_cast<long long>(update));
    return name;
}

/// The update in "step-001000.pt"; -1 for other names.
std::int64_t updateIn(const std::filesystem::path& path)
{
    const auto name = path.filename().string();
    constexpr std::string_view kStart = "step-";
    if (!name.starts_with(kStart) || path.extension() != ".pt")
        return -1;
    std::int64_t update = -1;
    const char* from = name.data() + kStart.size();
    const auto parsed = std::from_chars(from, name.data() + name.size(), update);
    return parsed.ec == std::errc() && std::string_view(parsed.ptr) == ".pt" ? update : -1;
}

} // namespace

CheckpointKeeper::CheckpointKeeper(std::filesystem::path folder,
                                   TrainingConfig::CheckpointSection settings)
    : m_folder(std::move(folder))
    , m_settings(settings)
{
}

/// Gives last.pt a second name. It is replaced as a whole at the next save, so the bytes under the
/// other name stay.
Result<void> CheckpointKeeper::name(const std::string& name) const
{
    auto file = AtomicFile::create(m_folder / name, true);
    if (!file)
        return file.error();
    std::error_code error;
    std::filesystem::remove(file->temporaryPath(), error);
    std::filesystem::create_hard_link(m_folder / kLast, file->temporaryPath(), error);
    if (error) // a file system without links
        std::filesystem::copy_file(m_folder / kLast, file->temporaryPath(), error);
    if (error)
        return Error{"cannot keep " + (m_folder / name).string() + ": " + error.message()};
    return file->commit();
}

Result<std::vector<std::string>> CheckpointKeeper::save(const Checkpoint& model,
                                                        const TrainingState& state, bool best,
                                                        bool step) const
{
    std::vector<std::string> names = {kLast};
    if (auto written = writeCheckpoint(model, m_folder / kLast, true, &state); !written)
        return written.error();
    if (best)
        names.emplace_back(kBest);
    if (step && m_settings.keepIntervalUpdates != 0)
        names.push_back(stepName(state.updates));
    for (std::size_t i = 1; i < names.size(); ++i)
        if (auto named = name(names[i]); !named)
            return named.error();
    dropOldSteps();
    return names;
}

/// The kept steps, the newest first.
std::vector<std::filesystem::path> CheckpointKeeper::steps() const
{
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(m_folder, error), end; !error && entry != end;
         entry.increment(error))
        if (updateIn(entry->path()) >= 0)
            found.push_back(entry->path());
    std::ranges::sort(found, std::greater(), updateIn);
    return found;
}

void CheckpointKeeper::dropOldSteps() const
{
    if (m_settings.keepIntervalUpdates < 0)
        return;
    int kept = 0;
    for (const auto& path : steps()) {
        const int pattern = m_settings.keepIntervalUpdatesPattern;
        if (pattern > 0 && updateIn(path) % pattern == 0)
            continue;
        if (kept++ < m_settings.keepIntervalUpdates)
            continue;
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
}

Result<std::optional<CheckpointKeeper::Found>> CheckpointKeeper::newest() const
{
    std::vector<std::filesystem::path> candidates = {m_folder / kLast};
    std::ranges::copy(steps(), std::back_inserter(candidates));
    candidates.push_back(m_folder / kBest);
    std::vector<std::string> damaged;
    for (const auto& path : candidates) {
        if (!std::filesystem::exists(path))
            continue;
        auto state = readTrainingState(path);
        auto model = state ? readCheckpoint(path) : Result<Checkpoint>(state.error());
        if (model)
            return std::optional(
                Found{path, std::move(*model), std::move(*state), std::move(damaged)});
        damaged.push_back(model.error().message);
    }
    if (!damaged.empty())
        return Error{damaged.front()};
    return std::optional<Found>();
}

} // namespace phono
