#include "core/run/run_log.h"

#include "core/checkpoint/printable.h"

#include <array>
#include <ctime>

namespace phono {
namespace {

constexpr std::size_t kLongestWords = 8192;

std::string now()
{
    const auto seconds = std::time(nullptr);
    std::tm parts = {};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text;
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

} // namespace

Result<RunLog> RunLog::open(const RunDirectory& run)
{
    auto metrics = AppendFile::open(run.metrics());
    if (!metrics)
        return metrics.error();
    auto words = AppendFile::open(run.log());
    if (!words)
        return words.error();
    return RunLog(*std::move(metrics), *std::move(words));
}

Result<void> RunLog::append(const RunEvent& event)
{
    if (auto done = m_metrics.append(toLine(event)); !done)
        return done;
    const bool frequent =
        std::holds_alternative<UpdateEvent>(event) || std::holds_alternative<SkippedEvent>(event);
    return frequent ? Result<void>() : m_metrics.sync();
}

Result<void> RunLog::say(std::string_view words)
{
    return m_words.append(now() + " " + printable(words, kLongestWords));
}

} // namespace phono
