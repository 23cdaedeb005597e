#include "app/recording/growing_feature.h"

#include <algorithm>

namespace phono {

bool Throttle::due()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < m_next)
        return false;
    m_next = now + m_pause;
    return true;
}

double TimeLeft::estimate(double fraction) const
{
    constexpr double kLeastSeconds = 1;
    constexpr double kLeastFraction = 0.01;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - m_start;
    if (passed.count() < kLeastSeconds || fraction < kLeastFraction)
        return -1;
    return passed.count() * (1 - fraction) / fraction;
}

GrowingFeature::GrowingFeature(Show show)
    : m_show(std::move(show))
{
}

Result<void> GrowingFeature::begin(const FeatureInfo& info, std::int64_t frames)
{
    auto storage = FeatureStorage::create(frames, info.channels);
    if (!storage)
        return storage.error();
    m_info = info;
    m_storage = std::move(*storage);
    return {};
}

Result<void> GrowingFeature::write(std::int64_t first, std::span<const float> rows)
{
    std::copy(rows.begin(), rows.end(), m_storage->data() + first * m_info.channels);
    m_frames = first + static_cast<std::int64_t>(rows.size()) / m_info.channels;
    if (m_frames == m_storage->frames() || m_throttle.due())
        m_show({m_info, FeatureMatrix(m_storage, m_frames), m_storage->frames()});
    return {};
}

} // namespace phono
