#pragma once

#include "core/labels/labels.h"

#include <string>
#include <string_view>

namespace phono {

/// Each reads one format from UTF-8 text. Path and format of the result are left to the caller; the
/// error is the bare reason why the text is none of that format.

/// "start end label" in samples; one tier.
Result<LabelFile> parseTimit(std::string_view text, int sampleRate, const std::string& tierName);
/// Praat's text files: long, short and chronological.
Result<LabelFile> parseTextGrid(std::string_view text);
/// "start<tab>end<tab>label" in seconds; lines that begin with a backslash hold frequencies.
Result<LabelFile> parseAudacity(std::string_view text);
/// "file channel start duration label …" in seconds; a tier for each file and channel.
Result<LabelFile> parseCtm(std::string_view text);
/// "start end label …" in units of 100 ns; of a master label file, a tier for each of its files.
Result<LabelFile> parseHtk(std::string_view text);
/// "end colour label" in seconds after a header that ends with "#"; labels follow each other.
Result<LabelFile> parseEsps(std::string_view text);

} // namespace phono
