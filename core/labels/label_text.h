#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// The content of a text file in UTF-8, whatever it was written in.
struct LabelText {
    std::string text;
    /// Neither UTF-8 nor UTF-16: every byte was taken for a character of Latin-1.
    bool latin1 = false;
};

/// Reads a file of at most 256 MiB: UTF-8, UTF-16 of both orders (by byte order mark, or by the
/// zeros of its first characters), else Latin-1. The error is the bare reason.
Result<LabelText> readLabelText(const std::filesystem::path& path);

/// A line, counted from 1, without its end.
struct TextLine {
    int number = 0;
    std::string_view text;
};

/// The lines of a text that ends them in the manner of Unix, Windows or the old Macintosh.
std::vector<TextLine> linesOf(std::string_view text);

/// Takes the next word off the front of `text`; empty when there is none.
std::string_view takeWord(std::string_view& text);
std::string_view trimmed(std::string_view text);

/// All of `text` as a finite number, with a dot in every locale.
std::optional<double> numberIn(std::string_view text);

} // namespace phono
