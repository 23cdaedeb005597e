#include "core/audio/time_stretcher.h"

#include <algorithm>
#include <cmath>
#include <rubberband/RubberBandStretcher.h>

namespace phono {
namespace {

using RubberBand::RubberBandStretcher;

constexpr std::size_t kBlock = 1024;

} // namespace

TimeStretcher::TimeStretcher(int rate, double speed)
    : m_stretcher(std::make_unique<RubberBandStretcher>(
        static_cast<std::size_t>(rate), 1,
        RubberBandStretcher::OptionProcessRealTime | RubberBandStretcher::OptionEngineFiner,
        1 / speed))
    , m_speed(speed)
{
    m_stretcher->setDebugLevel(0);
    m_stretcher->setMaxProcessSize(kBlock);
    m_delay = m_stretcher->getStartDelay();
    const std::vector<float> silence(m_stretcher->getPreferredStartPad());
    std::vector<float> none;
    feed(silence, false, none);
    m_given = static_cast<std::int64_t>(none.size());
}

TimeStretcher::TimeStretcher(TimeStretcher&&) noexcept = default;
TimeStretcher& TimeStretcher::operator=(TimeStretcher&&) noexcept = default;
TimeStretcher::~TimeStretcher() = default;

void TimeStretcher::process(std::span<const float> in, std::vector<float>& out)
{
    const auto before = out.size();
    feed(in, false, out);
    m_taken += static_cast<std::int64_t>(in.size());
    m_given += static_cast<std::int64_t>(out.size() - before);
}

void TimeStretcher::finish(std::vector<float>& out)
{
    const auto all = std::llround(static_cast<double>(m_taken) / m_speed);
    const auto before = out.size();
    feed({}, true, out);
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(all - m_given, 0));
    out.resize(before + wanted, 0.0F);
}

void TimeStretcher::feed(std::span<const float> in, bool last, std::vector<float>& out)
{
    while (!in.empty()) {
        const auto count = std::min(in.size(), kBlock);
        const float* channel = in.data();
        m_stretcher->process(&channel, count, false);
        retrieve(out);
        in = in.subspan(count);
    }
    if (!last)
        return;
    const float* none = nullptr;
    m_stretcher->process(&none, 0, true);
    retrieve(out);
}

void TimeStretcher::retrieve(std::vector<float>& out)
{
    while (const int available = std::max(m_stretcher->available(), 0)) {
        m_scratch.resize(static_cast<std::size_t>(available));
        float* channel = m_scratch.data();
        m_scratch.resize(m_stretcher->retrieve(&channel, m_scratch.size()));
        const auto skipped = std::min(m_delay, m_scratch.size());
        m_delay -= skipped;
        out.insert(out.end(), m_scratch.begin() + static_cast<std::ptrdiff_t>(skipped),
                   m_scratch.end());
    }
}

} // namespace phono
