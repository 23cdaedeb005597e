#include "core/corpus/corpus.h"

#include "core/corpus/mersenne_twister.h"

#include <limits>
#include <system_error>

namespace phono {
namespace {

constexpr auto kLong = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostProblems = 20;

} // namespace

Result<Corpus> Corpus::open(const std::filesystem::path& path, const Progress& progress)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return fromFolder(path, {}, LengthUnit::ModelRate, progress);
    return fromManifest(path, progress);
}

void Corpus::append(std::string_view relativePath, std::int64_t samples)
{
    if (samples >= kLong)
        m_long[m_samples.size()] = samples;
    m_samples.push_back(samples < kLong ? static_cast<std::uint32_t>(samples) : kLong);
    m_paths.append(relativePath);
    if (__builtin_add_overflow(m_totalSamples, samples, &m_totalSamples))
        m_totalSamples = std::numeric_limits<std::int64_t>::max();
}

void Corpus::addProblem(std::string problem)
{
    if (++m_problemCount <= kMostProblems)
        m_problems.push_back(std::move(problem));
}

std::int64_t Corpus::samples(std::size_t index) const
{
    const auto samples = m_samples[index];
    return samples == kLong ? m_long.at(index) : samples;
}

std::vector<std::string> Corpus::problems() const
{
    auto problems = m_problems;
    if (m_problemCount > problems.size())
        problems.push_back(std::to_string(m_problemCount - problems.size())
                           + " more were left out");
    return problems;
}

std::size_t Corpus::bytes() const
{
    return m_paths.bytes() + m_samples.capacity() * sizeof(std::uint32_t);
}

Result<std::pair<Corpus, Corpus>> Corpus::split(double validShare, std::uint64_t seed,
                                                const std::stop_token& stop) const
{
    constexpr std::size_t kBetweenLooks = std::size_t(1) << 14;
    std::pair<Corpus, Corpus> parts{Corpus(m_root), Corpus(m_root)};
    auto random = MersenneTwister::python(seed);
    for (std::size_t i = 0; i < size(); ++i) {
        if (i % kBetweenLooks == 0 && stop.stop_requested())
            return Error::cancelled();
        Corpus& part = random.real() > validShare ? parts.first : parts.second;
        part.append(relativePath(i), samples(i));
    }
    parts.first.m_problems = m_problems;
    parts.first.m_problemCount = m_problemCount;
    return parts;
}

} // namespace phono
