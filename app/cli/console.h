#pragma once

#include "core/base/progress.h"

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

namespace phono::cli {

/// Where the program speaks: results to standard output, messages to standard error, and a progress
/// bar there while it is a terminal. Use from one thread at a time.
class Console {
public:
    Console();
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// As it is; give the line end.
    void result(std::string_view text);
    /// One line, "phonoscope-cli: …".
    void message(std::string_view text);
    /// False when standard output did not take everything (a full disk, a closed pipe).
    bool resultsArrived();

    /// A part of all the work there is, as fractions of it.
    struct Part {
        double begin;
        double end;
    };
    /// Progress of that part, which draws the bar, headed `title`. Must not outlive the console.
    Progress progress(std::string title, std::stop_token stop, Part part = {0, 1});

private:
    void draw(std::string_view title, std::string_view stage, double fraction);
    void clearBar();

    bool m_terminal;
    bool m_barShown = false;
    std::chrono::steady_clock::time_point m_lastDrawn;
};

} // namespace phono::cli
