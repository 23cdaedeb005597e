#include "core/checkpoint/training_state.h"

#include "core/checkpoint/input_file.h"
#include "core/checkpoint/pickle_fields.h"
#include "core/checkpoint/torch_file.h"
#include "core/checkpoint/torch_tensors.h"

#include <map>
#include <optional>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

template <typename Number>
std::optional<Number> number(const PickleValue* value)
{
    const auto field = value ? fieldValue(*value) : std::nullopt;
    if (!field)
        return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&*field))
        return static_cast<Number>(*whole);
    if (const auto* real = std::get_if<double>(&*field); real && std::is_floating_point_v<Number>)
        return static_cast<Number>(*real);
    return std::nullopt;
}

Result<void> readSettings(const InputFile& file, const PickleValue& optimizer, TrainingState& state)
{
    const auto* groups = member(optimizer, "param_groups");
    if (!groups || listItems(*groups).size() != 1)
        return file.error("its optimizer state has no parameter group");
    const auto& group = *listItems(*groups).front();
    const auto* betas = member(group, "betas");
    const auto lr = number<double>(member(group, "lr"));
    const auto eps = number<double>(member(group, "eps"));
    const auto decay = number<double>(member(group, "weight_decay"));
    if (!lr || !eps || !decay || !betas || listItems(*betas).size() != 2)
        return file.error("its optimizer state is not Adam's");
    state.lr = *lr;
    state.adamEps = *eps;
    state.weightDecay = *decay;
    for (std::size_t i = 0; i < 2; ++i)
        state.adamBetas[i] = number<double>(listItems(*betas)[i]).value_or(0);
    return {};
}

Result<void> readMoments(const InputFile& file, const TorchFile& torch,
                         const PickleValue& optimizer, TrainingState& state)
{
    const auto* slots = member(optimizer, "state");
    if (!slots || !slots->is(Kind::Dict))
        return file.error("its optimizer state is empty");
    std::map<std::int64_t, const PickleValue*> byIndex;
    for (std::size_t i = 0; i + 1 < slots->items.size(); i += 2)
        if (slots->items[i]->is(Kind::Int))
            byIndex[slots->items[i]->integer] = slots->items[i + 1];
    TorchTensors tensors(file, torch);
    std::int64_t expected = 0;
    for (const auto& [index, slot] : byIndex) {
        const auto* first = member(*slot, "exp_avg");
        const auto* second = member(*slot, "exp_avg_sq");
        const auto name = std::to_string(index);
        if (index != expected++ || !first || !second)
            return file.error("its optimizer state has no moments for parameter " + name);
        auto average = tensors.read("exp_avg of parameter " + name, *first);
        if (!average)
            return average.error();
        auto square = tensors.read("exp_avg_sq of parameter " + name, *second);
        if (!square)
            return square.error();
        state.expAvg.push_back(std::move(*average));
        state.expAvgSq.push_back(std::move(*square));
    }
    return {};
}

Result<void> readProgress(const InputFile& file, const PickleValue& root, TrainingState& state)
{
    const auto* history = member(root, "optimizer_history");
    const auto* newest =
        history && !listItems(*history).empty() ? listItems(*history).back() : nullptr;
    const auto read = [](const PickleValue* value) {
        return number<std::int64_t>(value).value_or(-1);
    };
    state.updates = read(newest ? member(*newest, "num_updates") : nullptr);
    state.epoch = read(memberAt(root, {"extra_state", "train_iterator", "epoch"}));
    state.batch = read(memberAt(root, {"extra_state", "train_iterator", "iterations_in_epoch"}));
    const auto isCount = [](std::int64_t count, std::int64_t least) {
        constexpr std::int64_t kMost = 1'000'000'000'000'000;
        return count >= least && count <= kMost;
    };
    if (!isCount(state.updates, 0) || !isCount(state.epoch, 1) || !isCount(state.batch, 0))
        return file.error("it does not say how far its run had come");
    const auto* kept = memberAt(root, {"phonoscope", "progress"});
    if (!kept || !kept->is(Kind::Dict))
        return {};
    for (std::size_t i = 0; i + 1 < kept->items.size(); i += 2) {
        auto value = fieldValue(*kept->items[i + 1]);
        if (kept->items[i]->is(Kind::String) && value)
            state.progress.emplace_back(kept->items[i]->text, std::move(*value));
    }
    return {};
}

} // namespace

Result<TrainingState> readTrainingState(const std::filesystem::path& path)
{
    const auto file = InputFile::open(path);
    if (!file)
        return file.error();
    const auto torch = openTorchFile(*file);
    if (!torch)
        return torch.error();
    const auto& root = *torch->document.root;
    const auto* optimizer = member(root, "last_optimizer_state");
    if (!optimizer)
        return file->error("it holds no optimizer state, so training cannot go on from it");
    TrainingState state;
    if (auto done = readProgress(*file, root, state); !done)
        return done.error();
    if (auto done = readSettings(*file, *optimizer, state); !done)
        return done.error();
    if (auto done = readMoments(*file, *torch, *optimizer, state); !done)
        return done.error();
    return state;
}

} // namespace phono
