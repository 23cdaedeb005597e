#include "core/run/run_event.h"

#include "core/run/event_fields.h"
#include "core/run/json_line.h"

#include <algorithm>
#include <array>
#include <limits>
#include <simdjson.h>

namespace phono {
namespace {

constexpr std::size_t kDeepestNesting = 8;
/// What a double counts exactly, so that updates can be drawn.
constexpr std::int64_t kMostUpdates = std::int64_t(1) << 53;

/// In the order of RunEvent's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<RunEvent>> kNames = {
    "started", "update",    "valid",  "checkpoint", "skipped",
    "paused",  "continued", "failed", "stopped",    "finished"};

/// Writes each field that an event's description names.
class FieldWriter {
public:
    explicit FieldWriter(JsonLine& line)
        : m_line(line)
    {
    }

    void time(std::string_view key, double value) { m_line.time(key, value); }
    void field(std::string_view key, double value) { m_line.number(key, value); }
    void field(std::string_view key, bool value) { m_line.flag(key, value); }
    template <std::integral Whole>
    void field(std::string_view key, Whole value)
    {
        m_line.whole(key, value);
    }
    void field(std::string_view key, const std::string& value) { m_line.text(key, value); }
    void field(std::string_view key, const std::vector<double>& values)
    {
        m_line.numbers(key, values);
    }
    void field(std::string_view key, const std::vector<std::int64_t>& values)
    {
        m_line.wholes(key, values);
    }
    void field(std::string_view key, const std::vector<std::string>& values)
    {
        m_line.texts(key, values, kLongestEventLine / 2);
    }
    void field(std::string_view key, const std::optional<double>& value)
    {
        if (value)
            m_line.number(key, *value);
    }
    /// Left out while unknown, which is negative.
    void known(std::string_view key, double value)
    {
        if (!(value < 0))
            m_line.number(key, value);
    }
    void object(std::string_view key, const std::optional<GpuState>& gpu)
    {
        if (gpu)
            object(key, *gpu);
    }
    template <typename Part>
    void object(std::string_view key, const Part& part)
    {
        m_line.beginObject(key);
        describe(*this, part);
        m_line.endObject();
    }

private:
    JsonLine& m_line;
};

/// Reads each field that an event's description names and remembers the first that is of another
/// kind. What is missing keeps its value.
class FieldReader {
public:
    FieldReader(simdjson::dom::object object, std::string& problem)
        : m_object(object)
        , m_problem(problem)
    {
    }

    void time(std::string_view key, double& into) { field(key, into); }
    void known(std::string_view key, double& into) { field(key, into); }
    void field(std::string_view key, double& into)
    {
        if (const auto found = element(key))
            read(*found, key, into);
    }
    void field(std::string_view key, std::optional<double>& into)
    {
        if (element(key))
            field(key, into.emplace());
    }
    void field(std::string_view key, bool& into)
    {
        const auto found = element(key);
        if (found && found->get(into))
            expected(key, "true or false");
    }
    void field(std::string_view key, std::int64_t& into)
    {
        if (const auto found = element(key))
            read(*found, key, into);
    }
    void field(std::string_view key, int& into)
    {
        std::int64_t whole = into;
        field(key, whole);
        if (whole < std::numeric_limits<int>::min() || whole > std::numeric_limits<int>::max())
            expected(key, "a whole number of reasonable size");
        else
            into = static_cast<int>(whole);
    }
    void field(std::string_view key, std::string& into)
    {
        if (const auto found = element(key))
            read(*found, key, into);
    }
    template <typename Value>
    void field(std::string_view key, std::vector<Value>& into)
    {
        const auto found = element(key);
        if (!found)
            return;
        simdjson::dom::array array;
        if (found->get(array)) {
            expected(key, "a list");
            return;
        }
        into.resize(array.size());
        std::size_t next = 0;
        for (const simdjson::dom::element item : array) {
            if (next == into.size()) // size() is exact for lists shorter than 2^24 only
                into.emplace_back();
            read(item, key, into[next++]);
        }
    }
    template <typename Part>
    void object(std::string_view key, std::optional<Part>& into)
    {
        if (element(key))
            object(key, into.emplace());
    }
    template <typename Part>
    void object(std::string_view key, Part& into)
    {
        const auto found = element(key);
        if (!found)
            return;
        simdjson::dom::object inner;
        if (found->get(inner)) {
            expected(key, "an object");
            return;
        }
        FieldReader reader(inner, m_problem);
        describe(reader, into);
    }

private:
    std::optional<simdjson::dom::element> element(std::string_view key) const
    {
        simdjson::dom::element found;
        if (m_object.at_key(key).get(found))
            return std::nullopt;
        return found;
    }
    void read(simdjson::dom::element from, std::string_view key, double& into)
    {
        if (from.is_null())
            into = std::numeric_limits<double>::quiet_NaN();
        else if (from.get(into))
            expected(key, "a number");
    }
    void read(simdjson::dom::element from, std::string_view key, std::int64_t& into)
    {
        if (from.get(into))
            expected(key, "a whole number");
    }
    void read(simdjson::dom::element from, std::string_view key, std::string& into)
    {
        std::string_view text;
        if (from.get(text))
            expected(key, "a text");
        else
            into = text;
    }
    void expected(std::string_view key, std::string_view kind)
    {
        if (m_problem.empty())
            m_problem = std::string(key) + " is not " + std::string(kind);
    }

    simdjson::dom::object m_object;
    std::string& m_problem;
};

/// An event of the alternative `index`, with its defaults.
template <std::size_t Index = 0>
RunEvent eventOf(std::size_t index)
{
    if constexpr (Index + 1 < std::variant_size_v<RunEvent>)
        if (index != Index)
            return eventOf<Index + 1>(index);
    return RunEvent(std::in_place_index<Index>);
}

} // namespace

std::string_view nameOf(const RunEvent& event)
{
    return kNames[event.index()];
}

double timeOf(const RunEvent& event)
{
    return std::visit([](const auto& one) { return one.time; }, event);
}

std::int64_t updateOf(const RunEvent& event)
{
    return std::visit([](const auto& one) { return one.update; }, event);
}

std::string toLine(const RunEvent& event)
{
    JsonLine line;
    line.text("event", nameOf(event));
    FieldWriter writer(line);
    std::visit([&](const auto& one) { describe(writer, one); }, event);
    return std::move(line).finish();
}

Result<std::optional<RunEvent>> parseLine(std::string_view line)
{
    if (line.size() > kLongestEventLine)
        return Error{"the line is longer than " + std::to_string(kLongestEventLine) + " bytes"};
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    std::string_view name;
    if (parser.allocate(line.size(), kDeepestNesting)
        || parser.parse(line.data(), line.size()).get(object) || object.at_key("event").get(name))
        return Error{"not a line of JSON with an \"event\""};
    const auto known = std::ranges::find(kNames, name);
    if (known == kNames.end())
        return std::optional<RunEvent>();
    std::int64_t update = 0;
    if (object.at_key("update").get(update) || update < 0 || update > kMostUpdates)
        return Error{"\"update\" is not a number of updates"};
    RunEvent event = eventOf(static_cast<std::size_t>(known - kNames.begin()));
    std::string problem;
    FieldReader reader(object, problem);
    std::visit([&](auto& one) { describe(reader, one); }, event);
    if (!problem.empty())
        return Error{problem};
    return std::optional<RunEvent>(std::move(event));
}

} // namespace phono
