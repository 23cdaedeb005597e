#include "core/corpus/header_lengths.h"

#include "core/audio/sound_file.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace phono {
namespace {

constexpr unsigned kMostThreads = 16;

std::int64_t countFrames(SoundFile& file, const std::stop_token& stop)
{
    if (const auto declared = file.declaredFrames())
        return *declared;
    std::vector<float> block(4096 * static_cast<std::size_t>(file.channels()));
    std::int64_t frames = 0;
    while (!stop.stop_requested()) {
        const auto got = file.readFrames(block);
        if (got == 0)
            break;
        frames += static_cast<std::int64_t>(got);
    }
    return frames;
}

/// One job, shared out file by file.
class LengthReader {
public:
    LengthReader(const std::filesystem::path& root, const PathList& files, const Progress& progress)
        : m_root(root)
        , m_files(files)
        , m_progress(progress)
    {
        m_lengths.frames.resize(files.size());
        m_lengths.rates.resize(files.size());
    }

    Result<HeaderLengths> run();

private:
    void work(bool reports);
    void read(std::size_t index);

    const std::filesystem::path& m_root;
    const PathList& m_files;
    const Progress& m_progress;
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex;
    HeaderLengths m_lengths; ///< failures are guarded by m_mutex
};

Result<HeaderLengths> LengthReader::run()
{
    const auto most = std::min<std::size_t>(m_files.size() / 2, kMostThreads);
    const auto threads = std::min<std::size_t>(std::thread::hardware_concurrency(), most);
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i)
            others.emplace_back([this] { work(false); });
        work(true);
    }
    if (m_progress.cancelled())
        return Error::cancelled();
    return std::move(m_lengths);
}

void LengthReader::work(bool reports)
{
    while (!m_progress.cancelled()) {
        const auto index = m_next++;
        if (index >= m_files.size())
            return;
        read(index);
        if (reports)
            m_progress("reading headers",
                       static_cast<double>(index) / static_cast<double>(m_files.size()));
    }
}

void LengthReader::read(std::size_t index)
{
    const auto path = m_root / m_files.at(index);
    auto file = SoundFile::open(path);
    std::string failure;
    if (!file) {
        failure = file.error().message;
    } else {
        m_lengths.rates[index] = file->sampleRate();
        m_lengths.frames[index] = countFrames(*file, m_progress.stop);
        if (m_lengths.frames[index] == 0)
            failure = path.string() + " holds no samples";
    }
    if (!failure.empty()) {
        const std::lock_guard lock(m_mutex);
        m_lengths.failures[index] = std::move(failure);
    }
}

} // namespace

Result<HeaderLengths> readHeaderLengths(const std::filesystem::path& root, const PathList& files,
                                        const Progress& progress)
{
    return LengthReader(root, files, progress).run();
}

} // namespace phono
