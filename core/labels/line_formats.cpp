#include "core/labels/label_check.h"
#include "core/labels/label_formats.h"
#include "core/labels/label_text.h"

#include <algorithm>
#include <map>
#include <utility>

namespace phono {
namespace {

constexpr double kHtkUnit = 1e-7; // s

/// The tiers of a file in the order in which they first occur.
class TierCollector {
public:
    void add(const std::string& tier, LineLabel label)
    {
        const auto [place, isNew] = m_places.try_emplace(tier, m_tiers.size());
        if (isNew)
            m_tiers.push_back({tier, {}});
        m_tiers[place->second].second.push_back(std::move(label));
    }

    Result<LabelFile> finish(LabelComplaints& complaints, const std::string& none)
    {
        LabelFile file;
        for (auto& [name, labels] : m_tiers) {
            auto tier = checkedTier(name, std::move(labels), complaints);
            if (!tier.labels.empty())
                file.tiers.push_back(std::move(tier));
        }
        file.warnings = complaints.list();
        if (file.tiers.empty())
            return Error{none + (file.warnings.empty() ? "" : " (" + file.warnings.front() + ")")};
        return file;
    }

private:
    std::vector<std::pair<std::string, std::vector<LineLabel>>> m_tiers;
    std::map<std::string, std::size_t> m_places;
};

/// Some programs write seconds where a format has whole numbers of `units`; then complains.
bool secondsInsteadOf(const std::string& units, const std::vector<TextLine>& lines,
                      LabelComplaints& complaints)
{
    const bool found = std::ranges::any_of(lines, [](const TextLine& line) {
        auto rest = line.text;
        const auto start = takeWord(rest);
        const auto end = takeWord(rest);
        return numberIn(start) && numberIn(end)
            && (start.find('.') != start.npos || end.find('.') != end.npos);
    });
    if (found)
        complaints.add("times have decimal points: they were read as seconds, not as " + units);
    return found;
}

} // namespace

Result<LabelFile> parseTimit(std::string_view text, int sampleRate, const std::string& tierName)
{
    const auto lines = linesOf(text);
    LabelComplaints complaints;
    const double unit = secondsInsteadOf("samples", lines, complaints) ? 1.0 : 1.0 / sampleRate;
    TierCollector tiers;
    for (const auto& [number, line] : lines) {
        auto rest = line;
        const auto first = takeWord(rest);
        if (first.empty())
            continue;
        const auto start = numberIn(first);
        const auto end = numberIn(takeWord(rest));
        const auto label = trimmed(rest);
        if (!start || !end)
            complaints.add(number, "does not begin with two numbers; skipped");
        else if (label.empty())
            complaints.add(number, "has no label; skipped");
        else
            tiers.add(tierName, {{*start * unit, *end * unit, std::string(label)}, number});
    }
    return tiers.finish(complaints, "it has no line of the form \"start end label\"");
}

Result<LabelFile> parseAudacity(std::string_view text)
{
    LabelComplaints complaints;
    TierCollector tiers;
    for (const auto& [number, line] : linesOf(text)) {
        if (trimmed(line).empty() || line.starts_with('\\'))
            continue;
        const auto firstTab = line.find('\t');
        const auto secondTab = line.find('\t', firstTab == line.npos ? firstTab : firstTab + 1);
        if (firstTab == line.npos) {
            complaints.add(number, "has no tab; skipped");
            continue;
        }
        const auto start = numberIn(trimmed(line.substr(0, firstTab)));
        const auto end = numberIn(trimmed(line.substr(firstTab + 1, secondTab - firstTab - 1)));
        const auto label = secondTab == line.npos ? std::string_view() : line.substr(secondTab + 1);
        if (start && end)
            tiers.add("labels", {{*start, *end, std::string(trimmed(label))}, number});
        else
            complaints.add(number, "does not begin with two numbers; skipped");
    }
    return tiers.finish(complaints, "it has no line of the form \"start<tab>end<tab>label\"");
}

Result<LabelFile> parseCtm(std::string_view text)
{
    LabelComplaints complaints;
    TierCollector tiers;
    for (const auto& [number, line] : linesOf(text)) {
        auto rest = line;
        const auto file = takeWord(rest);
        if (file.empty() || file.starts_with(";;"))
            continue;
        const auto channel = takeWord(rest);
        const auto start = numberIn(takeWord(rest));
        const auto duration = numberIn(takeWord(rest));
        const auto label = takeWord(rest);
        if (!start || !duration || label.empty())
            complaints.add(number, "is not \"file channel start duration label\"; skipped");
        else
            tiers.add(std::string(file) + " " + std::string(channel),
                      {{*start, *start + *duration, std::string(label)}, number});
    }
    return tiers.finish(complaints,
                        "it has no line of the form \"file channel start duration label\"");
}

Result<LabelFile> parseHtk(std::string_view text)
{
    const auto lines = linesOf(text);
    LabelComplaints complaints;
    const double unit = secondsInsteadOf("units of 100 ns", lines, complaints) ? 1.0 : kHtkUnit;
    TierCollector tiers;
    std::string tier = "labels";
    bool alternative = false;
    for (const auto& [number, line] : lines) {
        const auto whole = trimmed(line);
        if (whole.empty() || whole == "#!MLF!#")
            continue;
        if (whole.starts_with('"')) { // a file of a master label file
            tier = std::filesystem::path(whole.substr(1, whole.rfind('"') - 1)).stem();
            alternative = false;
            continue;
        }
        if (whole == "." || whole == "///") {
            alternative = whole != ".";
            continue;
        }
        if (alternative) // only the first transcription counts
            continue;
        auto rest = whole;
        const auto start = numberIn(takeWord(rest));
        const auto end = numberIn(takeWord(rest));
        const auto label = takeWord(rest);
        if (!start || !end || label.empty())
            complaints.add(number, "is not \"start end label\"; skipped");
        else
            tiers.add(tier, {{*start * unit, *end * unit, std::string(label)}, number});
    }
    return tiers.finish(complaints,
                        "it has no line of the form \"start end label\" in units of 100 ns");
}

Result<LabelFile> parseEsps(std::string_view text)
{
    LabelComplaints complaints;
    TierCollector tiers;
    double start = 0;
    bool inHeader = true;
    for (const auto& [number, line] : linesOf(text)) {
        const auto whole = trimmed(line);
        if (inHeader || whole.empty()) {
            inHeader = inHeader && whole != "#";
            continue;
        }
        auto rest = whole;
        const auto end = numberIn(takeWord(rest));
        const auto colour = numberIn(takeWord(rest));
        if (!end || !colour) {
            complaints.add(number, "is not \"end colour label\"; skipped");
            continue;
        }
        tiers.add("labels", {{start, *end, std::string(trimmed(rest))}, number});
        start = *end;
    }
    return tiers.finish(complaints, "it has no line of the form \"end colour label\"");
}

} // namespace phono
