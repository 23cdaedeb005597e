#include "core/record/take_notes.h"

#include "core/audio/file_reader.h"
#include "core/base/atomic_file.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace phono {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kLongestNotes = 1 << 20; // bytes

Result<void> replaceFile(const std::filesystem::path& path, const std::string& text)
{
    auto file = AtomicFile::create(path, true);
    if (!file)
        return file.error();
    if (auto written = file->write(text.data(), text.size()); !written)
        return written;
    return file->commit();
}

template <typename T>
T valueOr(const Json& object, const char* key, T otherwise)
{
    const auto at = object.find(key);
    if (at == object.end())
        return otherwise;
    if constexpr (std::is_same_v<T, std::string>)
        return at->is_string() ? at->template get<std::string>() : otherwise;
    else if constexpr (std::is_same_v<T, bool>)
        return at->is_boolean() ? at->template get<bool>() : otherwise;
    else if constexpr (std::is_floating_point_v<T>)
        return at->is_number() ? at->template get<T>() : otherwise;
    else // of a number with a point, or one too large, nothing sensible can be made
        return at->is_number_integer() && std::in_range<T>(at->template get<std::int64_t>())
            ? at->template get<T>()
            : otherwise;
}

/// With a dot in every locale.
std::string seconds(double value)
{
    std::array<char, 64> text = {};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 6);
    return {text.data(), end.ptr};
}

} // namespace

std::filesystem::path notesFileOf(const std::filesystem::path& take)
{
    return take.string() + ".json";
}

std::filesystem::path markersFileOf(const std::filesystem::path& take)
{
    return std::filesystem::path(take).replace_extension(".txt");
}

std::vector<std::filesystem::path> filesBeside(const std::filesystem::path& take)
{
    std::error_code ignored;
    if (!std::filesystem::exists(notesFileOf(take), ignored))
        return {};
    std::vector<std::filesystem::path> files = {notesFileOf(take)};
    if (std::filesystem::exists(markersFileOf(take), ignored))
        files.push_back(markersFileOf(take));
    return files;
}

Result<void> writeTakeNotes(const std::filesystem::path& take, const TakeNotes& notes)
{
    const auto& report = notes.report;
    Json json = {{"format", "phonoscope take"},
                 {"version", 1},
                 {"finished", notes.finished},
                 {"device", report.device},
                 {"host_api", report.hostApi},
                 {"rate_hz", report.rate},
                 {"channels", report.channels},
                 {"started", report.started},
                 {"frames", report.frames},
                 {"overflows", report.overflows},
                 {"dropped_frames", report.droppedFrames},
                 {"clipped_runs", report.clippedRuns},
                 {"peak", report.peak},
                 {"rms", report.rms},
                 {"dc_offset", report.dcOffset},
                 {"noise_floor_dbfs", report.noiseFloor}};
    if (report.error)
        json["ended_because"] = report.error->message;
    return replaceFile(notesFileOf(take),
                       json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Result<std::optional<TakeNotes>> readTakeNotes(const std::filesystem::path& take)
{
    const auto path = notesFileOf(take);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return std::optional<TakeNotes>();
    auto file = FileReader::open(path);
    if (!file)
        return Error{path.string() + ": " + file.error().message};
    std::string text(static_cast<std::size_t>(std::min(file->bytes(), kLongestNotes)), '\0');
    text.resize(file->read(text.data(), text.size()));
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object() || valueOr<std::string>(json, "format", "") != "phonoscope take")
        return Error{path.string() + ": these are no notes of a take."};
    TakeNotes notes;
    notes.finished = valueOr(json, "finished", false);
    auto& report = notes.report;
    report.file = take;
    report.device = valueOr<std::string>(json, "device", "");
    report.hostApi = valueOr<std::string>(json, "host_api", "");
    report.rate = valueOr(json, "rate_hz", 0);
    report.channels = valueOr(json, "channels", 0);
    report.started = valueOr<std::string>(json, "started", "");
    report.frames = valueOr<std::int64_t>(json, "frames", 0);
    report.overflows = valueOr<std::int64_t>(json, "overflows", 0);
    report.droppedFrames = valueOr<std::int64_t>(json, "dropped_frames", 0);
    report.clippedRuns = valueOr<std::int64_t>(json, "clipped_runs", 0);
    report.peak = valueOr(json, "peak", 0.0);
    report.rms = valueOr(json, "rms", 0.0);
    report.dcOffset = valueOr(json, "dc_offset", 0.0);
    report.noiseFloor = valueOr(json, "noise_floor_dbfs", 0.0);
    if (const auto reason = valueOr<std::string>(json, "ended_because", ""); !reason.empty())
        report.error = Error{reason};
    return std::optional(std::move(notes));
}

Result<void> writeMarkers(const std::filesystem::path& take, const std::vector<TakeMarker>& markers)
{
    if (markers.empty())
        return {};
    std::string text;
    for (const auto& marker : markers) {
        std::string name = marker.name;
        for (char& c : name)
            if (c == '\t' || c == '\n' || c == '\r')
                c = ' ';
        const auto at = seconds(marker.seconds);
        text += at;
        text += '\t';
        text += at;
        text += '\t';
        text += name;
        text += '\n';
    }
    return replaceFile(markersFileOf(take), text);
}

} // namespace phono
