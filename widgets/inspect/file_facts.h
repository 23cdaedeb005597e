#pragma once

#include <QString>

namespace phono {

class Document;

/// What is known about a recording, each as a line for people; empty without a recording.
struct FileFacts {
    QString name, format, duration, rate, channels, samples, frames;
    QString offset, peak, rms, clipped, notes, warnings;
};

FileFacts fileFacts(const Document& document);

/// A number with a true minus sign.
QString signedNumber(double value, int decimals);
/// "−12.3 dBFS" for an amplitude, full scale being 1; "−∞ dBFS" for 0.
QString levelText(double amplitude);

} // namespace phono
