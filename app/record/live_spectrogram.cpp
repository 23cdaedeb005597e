#include "app/record/live_spectrogram.h"

#include "core/base/sample_source.h"

#include <algorithm>

namespace phono {
namespace {

/// Keeps the rows from frame `first` on, up to `last`.
class RowsSink : public FeatureSink {
public:
    RowsSink(std::int64_t first, std::int64_t last, LiveBlock::Rows& rows)
        : m_first(first)
        , m_last(last)
        , m_rows(rows)
    {
    }
    Result<void> begin(const FeatureInfo& info, std::int64_t) override
    {
        m_rows.channels = info.channels;
        return {};
    }
    Result<void> write(std::int64_t first, std::span<const float> rows) override
    {
        const auto channels = static_cast<std::size_t>(m_rows.channels);
        const auto count = static_cast<std::int64_t>(rows.size() / channels);
        const auto from = std::clamp(m_first - first, std::int64_t(0), count);
        const auto to = std::clamp(m_last - first, from, count);
        m_rows.values.insert(
            m_rows.values.end(),
            rows.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(from) * channels),
            rows.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(to) * channels));
        return {};
    }

private:
    std::int64_t m_first;
    std::int64_t m_last;
    LiveBlock::Rows& m_rows;
};

} // namespace

LiveSpectrogram::LiveSpectrogram(const SpectrogramOptions& options)
    : m_options(options)
{
}

LiveBlock::Rows LiveSpectrogram::add(std::span<const float> samples)
{
    m_samples.insert(m_samples.end(), samples.begin(), samples.end());
    LiveBlock::Rows rows;
    rows.hopSeconds = static_cast<double>(m_options.hop) / kModelRate;
    const std::int64_t hop = m_options.hop;
    const std::int64_t half = (m_options.windowLength + 1) / 2;
    const auto end = m_first + static_cast<std::int64_t>(m_samples.size());
    // Frame t sees the samples [t * hop - half, t * hop + half).
    const std::int64_t complete = end < half ? 0 : (end - half) / hop + 1;
    if (complete <= m_frames)
        return rows;
    RowsSink sink(m_frames - m_first / hop, complete - m_first / hop, rows);
    const Waveform part(m_samples);
    if (!computeSpectrogram(part, m_options, sink))
        rows = {};
    m_frames = complete;
    const auto needed = std::max<std::int64_t>(m_frames * hop - half, 0) / hop * hop;
    m_samples.erase(m_samples.begin(), m_samples.begin() + (needed - m_first));
    m_first = needed;
    return rows;
}

} // namespace phono
