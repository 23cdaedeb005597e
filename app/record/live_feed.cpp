#include "app/record/live_feed.h"

#include "app/record/live_spectrogram.h"
#include "core/audio/resample.h"
#include "core/base/pause.h"
#include "core/base/sample_source.h"

#include <algorithm>
#include <chrono>

namespace phono {
namespace {

constexpr std::chrono::milliseconds kStep(25);
// A larger block costs less a second, and comes later.
constexpr std::size_t kBlock = kModelRate / 4;
constexpr std::size_t kLargestBlock = kModelRate;
constexpr std::size_t kMostWaiting = std::size_t(4) * kModelRate;
constexpr std::size_t kKeptSamples = std::size_t(10) * kModelRate;

void append(LiveBlock::Rows& to, LiveBlock::Rows rows)
{
    if (rows.channels == 0)
        return;
    if (to.channels == 0) {
        to = std::move(rows);
        return;
    }
    // What was left out between two stretches that are taken together is put before both.
    to.skippedSeconds += rows.skippedSeconds;
    to.values.insert(to.values.end(), rows.values.begin(), rows.values.end());
}

/// Leaves out the oldest frames beyond so many seconds.
void keepNewest(LiveBlock::Rows& rows, double seconds)
{
    if (rows.channels == 0)
        return;
    const auto channels = static_cast<std::size_t>(rows.channels);
    const auto frames = rows.values.size() / channels;
    const auto kept = static_cast<std::size_t>(seconds / rows.hopSeconds);
    if (frames <= kept)
        return;
    const auto gone = frames - kept;
    rows.values.erase(rows.values.begin(),
                      rows.values.begin() + static_cast<std::ptrdiff_t>(gone * channels));
    rows.skippedSeconds += static_cast<double>(gone) * rows.hopSeconds;
}

} // namespace

LiveFeed::LiveFeed(std::shared_ptr<LiveTap> tap, const SpectrogramOptions& spectrogram,
                   std::shared_ptr<LiveFeatures> features, FeatureInfo z)
    : m_tap(std::move(tap))
    , m_spectrogram(spectrogram)
    , m_features(std::move(features))
    , m_z(std::move(z))
    , m_toCompute(kMostWaiting)
    , m_hearing([this](const std::stop_token& stop) {
        hear(stop);
        ++m_ended;
    })
    , m_computing([this](const std::stop_token& stop) {
        compute(stop);
        ++m_ended;
    })
{
}

void LiveFeed::requestStop()
{
    m_hearing.request_stop();
    m_computing.request_stop();
}

LiveBlock LiveFeed::take()
{
    const std::scoped_lock lock(m_mutex);
    LiveBlock block = std::exchange(m_block, {});
    if (m_features)
        block.behindSeconds = static_cast<double>(m_heard - m_computed) / kModelRate;
    return block;
}

std::optional<Error> LiveFeed::takeError()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_error, std::nullopt);
}

void LiveFeed::hear(const std::stop_token& stop)
{
    auto resampler = Resampler::create(m_tap->rate(), kModelRate);
    if (!resampler)
        return;
    LiveSpectrogram spectrogram(m_spectrogram);
    std::vector<float> block(static_cast<std::size_t>(m_tap->rate()));
    std::vector<float> samples;
    // What waited before anybody looked is old.
    while (m_tap->take(block) == block.size()) { }
    auto missed = m_tap->missed();
    while (!stop.stop_requested()) {
        const auto count = m_tap->take(block);
        samples.clear();
        if (count > 0 && !resampler->process(std::span(block).first(count), samples))
            return;
        if (samples.empty()) {
            pauseFor(stop, kStep);
            continue;
        }
        auto rows = spectrogram.add(samples);
        if (m_features) {
            const auto taken = m_toCompute.write(samples);
            m_leftOut += static_cast<std::int64_t>(samples.size() - taken);
        }
        m_heard += static_cast<std::int64_t>(samples.size());
        const auto missedNow = m_tap->missed();
        const std::scoped_lock lock(m_mutex);
        m_block.skippedSeconds += static_cast<double>(missedNow - missed) / m_tap->rate();
        missed = missedNow;
        m_block.samples.insert(m_block.samples.end(), samples.begin(), samples.end());
        append(m_block.spectrogram, std::move(rows));
        if (m_block.samples.size() > kKeptSamples) {
            const auto gone = m_block.samples.size() - kKeptSamples;
            m_block.samples.erase(m_block.samples.begin(),
                                  m_block.samples.begin() + static_cast<std::ptrdiff_t>(gone));
            m_block.skippedSeconds += static_cast<double>(gone) / kModelRate;
            for (auto* each : {&m_block.spectrogram, &m_block.z, &m_block.c})
                keepNewest(*each, static_cast<double>(kKeptSamples) / kModelRate);
        }
    }
}

void LiveFeed::compute(const std::stop_token& stop)
{
    std::vector<float> block(kLargestBlock);
    std::size_t filled = 0;
    std::int64_t leftOutBefore = 0;
    while (m_features && !stop.stop_requested()) {
        filled += m_toCompute.read(std::span(block).subspan(filled));
        if (filled < kBlock) {
            pauseFor(stop, kStep);
            continue;
        }
        auto made = m_features->process(std::span(block).first(filled));
        const auto leftOut = m_leftOut.load();
        m_computed += static_cast<std::int64_t>(filled) + leftOut - leftOutBefore;
        filled = 0;
        const std::scoped_lock lock(m_mutex);
        if (!made) {
            m_error = made.error();
            return;
        }
        if (made->frames == 0)
            continue;
        const auto rowsOf = [&](std::vector<float> values) {
            LiveBlock::Rows rows;
            rows.channels =
                static_cast<int>(values.size() / static_cast<std::size_t>(made->frames));
            // A frame of c ends where its z does, and is shown there.
            rows.hopSeconds = static_cast<double>(m_z.hop) / kModelRate;
            rows.centreSeconds = static_cast<double>(m_z.receptiveField / 2) / kModelRate;
            rows.skippedSeconds = static_cast<double>(leftOut - leftOutBefore) / kModelRate;
            rows.values = std::move(values);
            return rows;
        };
        append(m_block.z, rowsOf(std::move(made->z)));
        append(m_block.c, rowsOf(std::move(made->c)));
        leftOutBefore = leftOut;
    }
}

} // namespace phono
