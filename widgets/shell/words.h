#pragma once

#include <QString>

#include <cstdint>
#include <string>

namespace phono {

/// "8 s", "3 min 20 s", "1 h 02 min": a duration at the precision of speech, rounded up.
QString durationWords(double seconds);
/// An error's message as a sentence of its own: with a capital.
QString sentence(const std::string& message);
/// What somebody else wrote, for a line of a table or a label: without line breaks and other
/// control characters, cut with "…" to `most` characters.
QString oneLine(const std::string& text, int most = 200);
/// A tool tip that says just this; Qt would take what looks like HTML for HTML.
QString tipText(const QString& text);
/// "12.4 MB", in powers of 1000.
QString sizeWords(std::int64_t bytes);
/// "today 14:05", "3 Nov 2026 14:05", in local time. "" for what is no time.
QString whenWords(double secondsSinceEpoch);
/// "1 channel", "2 channels".
QString channelWords(int channels);
/// "16 kHz", "44.1 kHz".
QString rateWords(int hertz);
/// A number in groups of three: "32,537,088".
QString countWords(std::int64_t count);

} // namespace phono
