#include "core/record/take_report.h"

#include "core/record/level_watch.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace phono {
namespace {

constexpr double kLowPeak = 0.03; // -30 dBFS
constexpr double kLargeOffset = 0.003;

std::string decibels(double amplitude)
{
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), "%.1f dBFS", toDecibels(amplitude));
    return text.data();
}

std::string counted(std::int64_t count, const char* one, const char* many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

} // namespace

std::vector<std::string> takeAdvice(const TakeReport& report)
{
    std::vector<std::string> advice;
    if (report.frames == 0)
        return {"Nothing was recorded."};
    if (report.droppedFrames > 0)
        advice.push_back(counted(report.droppedFrames, "frame was", "frames were")
                         + " lost because the disk was too slow.");
    if (report.overflows > 0)
        advice.push_back("The system lost samples " + counted(report.overflows, "time", "times")
                         + ". Choose a larger buffer, or close other programs.");
    if (report.clippedRuns > 0)
        advice.push_back("Clipped " + counted(report.clippedRuns, "time", "times")
                         + ": turn the input level down.");
    if (report.peak == 0)
        advice.emplace_back("All samples are zero: is the microphone muted or switched off?");
    else if (report.peak < kLowPeak)
        advice.push_back("The level is low (peak " + decibels(report.peak)
                         + "): turn the input level up.");
    if (std::abs(report.dcOffset) > kLargeOffset) {
        std::array<char, 160> text = {};
        std::snprintf(text.data(), text.size(),
                      "DC offset %+.3f of full scale: it changes z and c. Use another input, or "
                      "remove it before analysis.",
                      report.dcOffset);
        advice.emplace_back(text.data());
    }
    return advice;
}

TakeStatistics::TakeStatistics(int channels)
    : m_meter(channels, kFullScaleSample)
    , m_sums(static_cast<std::size_t>(channels), 0)
{
}

void TakeStatistics::add(std::span<const float> interleaved)
{
    m_meter.add(interleaved);
    m_all.add(interleaved);
    for (std::size_t i = 0; i < interleaved.size(); ++i)
        m_sums[i % m_sums.size()] += interleaved[i];
}

void TakeStatistics::fill(TakeReport& report) const
{
    report.clippedRuns = m_meter.clippedRuns();
    report.peak = m_meter.peak();
    report.rms = m_all.rms();
    const auto frames = static_cast<double>(m_all.count()) / static_cast<double>(m_sums.size());
    report.dcOffset = 0;
    for (const double sum : m_sums)
        if (frames > 0 && std::abs(sum / frames) > std::abs(report.dcOffset))
            report.dcOffset = sum / frames;
}

} // namespace phono
