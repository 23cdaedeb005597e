#include "core/checkpoint/provenance.h"

#include "core/checkpoint/pickle_fields.h"
#include "core/checkpoint/printable.h"

#include <initializer_list>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

std::string shown(const FieldValue& value)
{
    const auto* text = std::get_if<std::string>(&value);
    return text ? printable(*text) : toString(value);
}

class Collector {
public:
    /// The first of the values that is there; null pointers are those that are not.
    void add(const char* name, std::initializer_list<const PickleValue*> candidates)
    {
        for (const auto* candidate : candidates) {
            const auto value = candidate ? fieldValue(*candidate) : std::nullopt;
            if (!value || std::holds_alternative<std::monostate>(*value))
                continue;
            m_entries.emplace_back(name, shown(*value));
            return;
        }
    }
    void add(const char* name, const std::string& text) { m_entries.emplace_back(name, text); }
    std::vector<std::pair<std::string, std::string>> take() { return std::move(m_entries); }

private:
    std::vector<std::pair<std::string, std::string>> m_entries;
};

/// A configuration entry by its place in the options of 2019, in `cfg`, and in S3PRL's file.
void addSetting(Collector& entries, const PickleValue& root, const char* name,
                std::string_view option, std::string_view section, std::string_view field,
                std::string_view s3prl = {})
{
    entries.add(name,
                {memberAt(root, {"args", option}), memberAt(root, {"cfg", section, field}),
                 s3prl.empty() ? nullptr : memberAt(root, {s3prl, field})});
}

void addOptimizerState(Collector& entries, const PickleValue& root)
{
    const auto* state = member(root, "last_optimizer_state");
    if (!state)
        return;
    const auto* slots = member(*state, "state");
    const bool present = slots && slots->is(Kind::Dict) && !slots->items.empty();
    entries.add(kOptimizerStateEntry, std::string(present ? "present (not read)" : "empty"));
}

/// What an earlier conversion by this program kept.
void addKept(Collector& entries, const PickleValue& kept)
{
    for (std::size_t i = 0; i + 1 < kept.items.size(); i += 2)
        if (kept.items[i]->is(Kind::String) && kept.items[i + 1]->is(Kind::String))
            entries.add(printable(kept.items[i]->text, 40).c_str(),
                        printable(kept.items[i + 1]->text));
}

} // namespace

std::vector<std::pair<std::string, std::string>> provenanceOf(const PickleValue& root)
{
    Collector entries;
    if (const auto* kept = memberAt(root, {"phonoscope", "provenance"});
        kept && kept->is(Kind::Dict)) {
        addKept(entries, *kept);
        return entries.take();
    }
    addSetting(entries, root, "architecture", "arch", "model", "_name", "model_cfg");
    addSetting(entries, root, "task", "task", "task", "_name", "task_cfg");
    addSetting(entries, root, "criterion", "criterion", "criterion", "_name");
    addSetting(entries, root, "optimizer", "optimizer", "optimizer", "_name");
    addSetting(entries, root, "training data", "data", "task", "data", "task_cfg");
    addSetting(entries, root, "sample rate", "sample_rate", "task", "sample_rate", "task_cfg");
    addSetting(entries, root, "seed", "seed", "common", "seed");
    if (const auto* history = member(root, "optimizer_history");
        history && !listItems(*history).empty())
        entries.add("updates", {member(*listItems(*history).back(), "num_updates")});
    addSetting(entries, root, "planned updates", "max_update", "optimization", "max_update");
    entries.add("epoch", {memberAt(root, {"extra_state", "train_iterator", "epoch"})});
    entries.add("validation loss", {memberAt(root, {"extra_state", "val_loss"})});
    entries.add("best validation loss", {memberAt(root, {"extra_state", "best"})});
    addOptimizerState(entries, root);
    return entries.take();
}

} // namespace phono
