#include "core/export/export_command.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace phono {
namespace {

bool isPlain(char character)
{
    return std::isalnum(static_cast<unsigned char>(character))
        || std::string_view("%+,-./:=@_").find(character) != std::string_view::npos;
}

std::string quoted(const std::string& word)
{
    if (!word.empty() && std::ranges::all_of(word, isPlain))
        return word;
    std::string text = "'";
    for (const char character : word)
        text += character == '\'' ? std::string("'\\''") : std::string(1, character);
    return text + '\'';
}

std::string joined(const std::vector<std::string>& names)
{
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ",") + name;
    return list;
}

} // namespace

std::string shellCommand(std::span<const std::string> words)
{
    std::string line;
    for (const std::string& word : words)
        line += (line.empty() ? "" : " ") + quoted(word);
    return line;
}

std::string exportCommand(const std::filesystem::path& checkpoint,
                          const std::filesystem::path& audio, const ExportOptions& options,
                          const ComputeChoice& choice)
{
    std::vector<std::string> words = {"phonoscope-cli", "extract",
                                      "--checkpoint",   checkpoint.string(),
                                      "--out",          options.folder.string(),
                                      "--features",     joined(options.features),
                                      "--format",       std::string(toString(options.format))};
    const auto add = [&words](const char* option, const std::string& value) {
        words.insert(words.end(), {option, value});
    };
    if (options.format == ExportFormat::Csv && options.significantDigits > 0)
        add("--precision-digits", std::to_string(options.significantDigits));
    if (!choice.device.empty())
        add("--device", choice.device);
    if (!choice.precision.empty())
        add("--precision", choice.precision);
    if (choice.threads > 0)
        add("--threads", std::to_string(choice.threads));
    if (options.force)
        words.emplace_back("--force");
    // A name that starts with a dash must not be read as an option.
    words.insert(words.end(), {"--", audio.string()});
    return shellCommand(words);
}

} // namespace phono
