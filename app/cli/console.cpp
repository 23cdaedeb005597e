#include "app/cli/console.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace phono::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedrawInterval = 100ms;
constexpr int kBarCells = 24;

int terminalColumns()
{
    winsize size = {};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// At most `columns` characters of UTF-8 text, its end cut off, control characters made harmless.
std::string fitted(std::string_view text, int columns)
{
    std::string line;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool continues = (byte & 0xc0) == 0x80;
        if (!continues && --columns < 0)
            break;
        line += byte < 0x20 || byte == 0x7f ? '?' : character;
    }
    return line;
}

} // namespace

Console::Console()
    : m_terminal(isatty(STDERR_FILENO) == 1)
{
}

Console::~Console()
{
    clearBar();
}

void Console::result(std::string_view text)
{
    clearBar();
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void Console::message(std::string_view text)
{
    clearBar();
    std::fprintf(stderr, "phonoscope-cli: %.*s\n", static_cast<int>(text.size()), text.data());
}

bool Console::resultsArrived()
{
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

Progress Console::progress(std::string title, std::stop_token stop, Part part)
{
    Progress progress;
    progress.stop = std::move(stop);
    if (m_terminal) {
        progress.report = [this, title = std::move(title), part](std::string_view stage,
                                                                 double done) {
            draw(title, stage, part.begin + done * (part.end - part.begin));
        };
    }
    return progress;
}

void Console::draw(std::string_view title, std::string_view stage, double fraction)
{
    const auto now = std::chrono::steady_clock::now();
    if (m_barShown && now - m_lastDrawn < kRedrawInterval)
        return;
    m_lastDrawn = now;
    m_barShown = true;
    const double done = std::clamp(fraction, 0.0, 1.0);
    const int filled = static_cast<int>(done * kBarCells);
    std::string line = "[" + std::string(static_cast<std::size_t>(filled), '#')
        + std::string(static_cast<std::size_t>(kBarCells - filled), '.') + "] "
        + std::to_string(static_cast<int>(done * 100)) + "% ";
    line.append(title).append(": ").append(stage);
    // One column less than there are, or some terminals begin a new line.
    std::fprintf(stderr, "\r\033[K%s", fitted(line, terminalColumns() - 1).c_str());
    std::fflush(stderr);
}

void Console::clearBar()
{
    if (!std::exchange(m_barShown, false))
        return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

} // namespace phono::cli
