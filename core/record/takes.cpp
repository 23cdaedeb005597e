#include "core/record/takes.h"

#include "core/audio/audio_decoder.h"
#include "core/record/take_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace phono {
namespace {

std::optional<Take> readTake(const std::filesystem::directory_entry& entry)
{
    std::error_code error;
    if (!entry.is_regular_file(error) || !takeFormatOf(entry.path()))
        return {};
    auto decoder = AudioDecoder::open(entry.path());
    if (!decoder)
        return {};
    const auto outline = decoder->outline();
    Take take;
    take.file = entry.path();
    take.seconds = outline.seconds;
    take.rate = outline.sampleRate;
    take.channels = outline.channels;
    take.bytes = outline.stamp.bytes;
    take.written = entry.last_write_time(error);
    if (auto notes = readTakeNotes(take.file))
        take.notes = std::move(*notes);
    if (take.notes && !take.notes->finished)
        take.state = isBeingRecorded(take.file) ? Take::State::Recording : Take::State::Unfinished;
    return take;
}

/// Never overwrites; 0 or errno.
int moveFile(const std::filesystem::path& from, const std::filesystem::path& to)
{
    // Atomic and without overwriting, where the file system has hard links; most have.
    if (link(from.c_str(), to.c_str()) == 0)
        return unlink(from.c_str()) == 0 ? 0 : errno;
    if (errno == EEXIST || errno == ENOENT)
        return errno;
    std::error_code error;
    if (std::filesystem::exists(to, error))
        return EEXIST;
    std::filesystem::rename(from, to, error);
    return error.value();
}

} // namespace

Result<std::vector<Take>> listTakes(const std::filesystem::path& folder, const Progress& progress)
{
    std::error_code error;
    std::vector<Take> takes;
    if (!std::filesystem::exists(folder, error))
        return takes;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (progress.cancelled())
            return Error::cancelled();
        if (auto take = readTake(*entry))
            takes.push_back(std::move(*take));
    }
    if (error)
        return Error{"the folder of takes, " + folder.string()
                     + ", cannot be read: " + error.message() + ". Choose another folder."};
    std::ranges::sort(takes, [](const Take& a, const Take& b) {
        return a.written != b.written ? a.written > b.written : a.file > b.file;
    });
    return takes;
}

std::filesystem::path takeFileNow(const std::filesystem::path& folder, std::string_view ending)
{
    const std::time_t now = std::time(nullptr);
    std::tm local = {};
    localtime_r(&now, &local);
    std::array<char, 64> text = {};
    std::strftime(text.data(), text.size(), "take %Y-%m-%d %H-%M-%S", &local);
    return folder / (text.data() + std::string(ending));
}

std::filesystem::path freeFile(const std::filesystem::path& file)
{
    auto free = file;
    std::error_code ignored;
    const auto isTaken = [&] {
        return std::filesystem::exists(free, ignored)
            || std::filesystem::exists(notesFileOf(free), ignored)
            || std::filesystem::exists(markersFileOf(free), ignored);
    };
    for (int i = 2; isTaken(); ++i)
        free.replace_filename(file.stem().string() + " (" + std::to_string(i) + ')'
                              + file.extension().string());
    return free;
}

Result<void> keepUnfinishedTake(const Take& take)
{
    TakeNotes notes = take.notes.value_or(TakeNotes());
    notes.finished = true;
    notes.report.frames = std::llround(take.seconds * take.rate);
    notes.report.error = Error{"the recorder was ended before the take was."};
    return writeTakeNotes(take.file, notes);
}

Result<std::filesystem::path> renameTake(const std::filesystem::path& file, const std::string& name)
{
    const auto refused = [&](const std::string& reason) {
        return Error{"'" + file.filename().string() + "' cannot be renamed to '" + name
                     + "': " + reason};
    };
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos
        || name.find('\0') != std::string::npos)
        return refused("a name has at least one character and no slash.");
    if (isBeingRecorded(file))
        return refused("it is being recorded. Stop it first.");
    const auto to = file.parent_path() / (name + file.extension().string());
    if (to == file)
        return to;
    const auto own = filesBeside(file);
    std::error_code ignored;
    for (const auto& taken : {notesFileOf(to), markersFileOf(to)})
        if (std::filesystem::exists(taken, ignored))
            return refused(taken.filename().string() + " is there already.");
    if (const int code = moveFile(file, to); code != 0)
        return refused(code == EEXIST ? "there is a take of that name." : std::strerror(code));
    for (const auto& beside : own) {
        const auto target = beside == notesFileOf(file) ? notesFileOf(to) : markersFileOf(to);
        if (const int code = moveFile(beside, target); code != 0)
            return Error{"'" + beside.filename().string()
                         + "' could not be renamed with its take: " + std::strerror(code) + "."};
    }
    return to;
}

} // namespace phono
