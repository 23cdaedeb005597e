#include "core/record/take_file.h"

#include "core/base/ascii.h"
#include "core/base/pause.h"

#include <sndfile.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace phono {
namespace {

constexpr float kFullScale = 8388608; // of 24 bits

/// libsndfile's own conversion scales by 8388607, which is not how files are read.
int toInteger(float sample)
{
    const float scaled = std::nearbyint(sample * kFullScale);
    const float held = std::clamp(scaled, -kFullScale, kFullScale - 1);
    return static_cast<int>(std::isnan(held) ? 0.0F : held) * 256;
}

Error creatingError(const std::filesystem::path& file, int code)
{
    if (code == EEXIST)
        return Error{"cannot record to " + file.string()
                     + ": a file of that name is there. Choose another name; recordings are never "
                       "overwritten."};
    return Error{"cannot record to " + file.string() + ": " + std::strerror(code)
                 + ". Choose another folder."};
}

/// Brings what a file has to the disk, once a second, on a thread of its own: it may take long.
class Syncer {
public:
    explicit Syncer(int descriptor)
        : m_thread([this, descriptor](const std::stop_token& stop) {
            for (;;) {
                pauseFor(stop, std::chrono::seconds(1));
                if (stop.stop_requested())
                    return;
                // The system tells of an error once, to whoever asks first.
                if (fdatasync(descriptor) != 0)
                    m_error = errno;
            }
        })
    {
    }

    /// errno of a sync that failed; 0 if none did.
    int error() const { return m_error; }

private:
    std::atomic<int> m_error = 0;
    std::jthread m_thread; ///< last: it uses the other
};

} // namespace

Result<TakeFormat> takeFormatOf(const std::filesystem::path& file)
{
    const std::string ending = asciiLower(file.extension().string());
    if (ending == ".wav")
        return TakeFormat::Wav;
    if (ending == ".flac")
        return TakeFormat::Flac;
    return Error{"cannot record to " + file.string()
                 + ": recordings are WAV or FLAC files. Let the name end in .wav or .flac."};
}

struct TakeFile::State {
    State(std::filesystem::path thePath, int theDescriptor)
        : path(std::move(thePath))
        , descriptor(theDescriptor)
    {
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State()
    {
        syncer.reset();
        if (sound)
            sf_close(sound);
        close(descriptor);
    }
    /// `code` is errno's; 0: libsndfile knows more.
    Error failed(int code) const
    {
        const std::string reason = code == ENOSPC || code == EDQUOT || code == EFBIG
            ? "the disk is full"
            : code == 0 ? sf_strerror(sound)
                        : std::strerror(code);
        return Error{"recording to " + path.string() + " ended: " + reason
                     + ". What was recorded until then is kept."};
    }

    std::filesystem::path path;
    int descriptor;
    SNDFILE* sound = nullptr;
    int channels = 1;
    std::int64_t frames = 0;
    std::vector<int> integers;
    std::unique_ptr<Syncer> syncer;
};

TakeFile::TakeFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}

TakeFile::TakeFile(TakeFile&&) noexcept = default;
TakeFile& TakeFile::operator=(TakeFile&&) noexcept = default;
TakeFile::~TakeFile() = default;

Result<TakeFile> TakeFile::create(const std::filesystem::path& file, int rate, int channels)
{
    const auto format = takeFormatOf(file);
    if (!format)
        return format.error();
    std::error_code error;
    if (file.has_parent_path())
        std::filesystem::create_directories(file.parent_path(), error);
    constexpr mode_t kMode = 0644;
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    if (descriptor < 0)
        return creatingError(file, errno);
    auto state = std::make_unique<State>(file, descriptor);
    // Where the file system has no locks, nobody can tell that the file is being recorded.
    flock(descriptor, LOCK_EX | LOCK_NB);

    SF_INFO info = {};
    info.samplerate = rate;
    info.channels = channels;
    info.format =
        SF_FORMAT_PCM_24 | (*format == TakeFormat::Flac ? SF_FORMAT_FLAC : SF_FORMAT_RF64);
    state->sound = sf_open_fd(descriptor, SFM_WRITE, &info, SF_FALSE);
    if (!state->sound) {
        const std::string reason = sf_strerror(nullptr);
        unlink(file.c_str());
        return Error{"cannot record to " + file.string() + ": " + reason
                     + " Choose another rate, fewer channels, or another format."};
    }
    sf_command(state->sound, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
    sf_command(state->sound, SFC_SET_UPDATE_HEADER_AUTO, nullptr, SF_TRUE);
    sf_command(state->sound, SFC_UPDATE_HEADER_NOW, nullptr, 0);
    state->channels = channels;
    state->syncer = std::make_unique<Syncer>(descriptor);
    return TakeFile(std::move(state));
}

Result<void> TakeFile::write(std::span<const float> interleaved)
{
    auto& state = *m_state;
    state.integers.resize(interleaved.size());
    std::ranges::transform(interleaved, state.integers.begin(), toInteger);
    const auto frames = static_cast<sf_count_t>(interleaved.size()) / state.channels;
    errno = 0;
    const auto written = sf_writef_int(state.sound, state.integers.data(), frames);
    state.frames += written;
    if (written < frames || sf_error(state.sound) != SF_ERR_NO_ERROR)
        return state.failed(errno);
    if (const int code = state.syncer->error())
        return state.failed(code);
    return {};
}

std::int64_t TakeFile::frames() const
{
    return m_state->frames;
}

Result<void> TakeFile::finish()
{
    auto& state = *m_state;
    const int unsynced = state.syncer->error();
    state.syncer.reset();
    errno = unsynced;
    const int code = sf_close(std::exchange(state.sound, nullptr));
    const bool synced = fdatasync(state.descriptor) == 0;
    flock(state.descriptor, LOCK_UN);
    if (code == SF_ERR_NO_ERROR && synced && unsynced == 0)
        return {};
    return Error{"the recording " + state.path.string() + " could not be completed: "
                 + (errno != 0 ? std::strerror(errno) : sf_error_number(code))
                 + ". What was recorded is kept, but its end may be missing."};
}

bool isBeingRecorded(const std::filesystem::path& file)
{
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    const bool locked = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return locked;
}

} // namespace phono
