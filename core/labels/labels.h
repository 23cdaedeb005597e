#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace phono {

/// One labelled stretch, in seconds. A point has start == end.
struct Label {
    double start = 0;
    double end = 0;
    std::string text; ///< UTF-8; "" is silence
    bool operator==(const Label&) const = default;
};

/// A named row of labels in time order, not overlapping.
struct LabelTier {
    std::string name; ///< "phones", "words", …
    std::vector<Label> labels;
};

struct LabelFile {
    std::filesystem::path path;
    std::string format; ///< "TIMIT", "Praat TextGrid", "Audacity", "CTM", "HTK", "ESPS"
    std::vector<LabelTier> tiers;
    /// What was skipped, by line: "line 12: ends before it starts".
    std::vector<std::string> warnings;
};

/// Reads labels by extension and content: .phn .wrd (samples at `sampleRate`), .TextGrid (long,
/// short, chronological; UTF-8, UTF-16), Audacity .txt, .ctm, HTK .lab .mlf. Bad labels are skipped
/// and reported; a file of none of these formats is an error.
Result<LabelFile> readLabels(const std::filesystem::path& path, int sampleRate = 16000);

/// The label files that lie beside a recording under its name, best first.
std::vector<std::filesystem::path> labelFilesFor(const std::filesystem::path& audio);

} // namespace phono
