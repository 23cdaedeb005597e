#include "core/audio/sample_collector.h"

#include <algorithm>
#include <cassert>

namespace phono {
namespace {

constexpr std::size_t kFileBlock = 1 << 18; // samples

/// Samples in a temporary file.
class FileSamples : public SampleSource {
public:
    FileSamples(TemporaryFile file, std::int64_t size)
        : m_file(std::move(file))
        , m_size(size)
    {
    }
    std::int64_t size() const override { return m_size; }
    Result<void> read(std::int64_t first, std::span<float> out) const override
    {
        assert(first >= 0 && first + static_cast<std::int64_t>(out.size()) <= m_size);
        return m_file.read(first * static_cast<std::int64_t>(sizeof(float)), out.data(),
                           out.size_bytes());
    }

private:
    TemporaryFile m_file;
    std::int64_t m_size;
};

} // namespace

SampleCollector::SampleCollector(std::size_t memoryLimit, std::int64_t expected)
    : m_limit(memoryLimit / sizeof(float))
{
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(expected, 0));
    if (wanted <= m_limit)
        m_memory.reserve(wanted);
}

Result<void> SampleCollector::append(std::span<const float> samples)
{
    if (!m_file && m_memory.size() + samples.size() > m_limit) {
        const auto bytes = (m_memory.size() + samples.size()) * sizeof(float);
        auto file = TemporaryFile::create("decoded audio", static_cast<std::int64_t>(bytes));
        if (!file)
            return file.error();
        m_file = std::move(*file);
        if (auto done = spill(); !done)
            return done;
        m_memory.shrink_to_fit();
    }
    m_memory.insert(m_memory.end(), samples.begin(), samples.end());
    return m_file && m_memory.size() >= kFileBlock ? spill() : Result<void>();
}

Result<void> SampleCollector::spill()
{
    const auto size = static_cast<std::int64_t>(sizeof(float));
    auto done = m_file->write(m_inFile * size, m_memory.data(), m_memory.size() * sizeof(float));
    m_inFile += static_cast<std::int64_t>(m_memory.size());
    m_memory.clear();
    return done;
}

Result<std::shared_ptr<const SampleSource>> SampleCollector::finish()
{
    if (!m_file) {
        if (m_memory.capacity() > m_memory.size() + m_memory.size() / 8)
            m_memory.shrink_to_fit();
        return std::shared_ptr<const SampleSource>(
            std::make_shared<Waveform>(std::exchange(m_memory, {})));
    }
    if (auto done = spill(); !done)
        return done.error();
    auto samples = std::make_shared<FileSamples>(std::move(*m_file), m_inFile);
    m_file.reset();
    return std::shared_ptr<const SampleSource>(std::move(samples));
}

} // namespace phono
