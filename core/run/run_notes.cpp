#include "core/run/run_notes.h"

#include "core/run/config_field.h"
#include "core/run/text_file.h"
#include "core/run/toml_document.h"

namespace phono {

Result<RunNotes> readNotes(const RunDirectory& run)
{
    std::error_code ignored;
    if (!std::filesystem::exists(run.notes(), ignored))
        return RunNotes();
    const auto text = readTextFile(run.notes(), kLongestToml);
    if (!text)
        return text.error();
    const auto file = parseToml(*text, run.notes().string());
    if (!file)
        return file.error();
    RunNotes notes;
    notes.name = (*file)["name"].value_or(std::string());
    notes.notes = (*file)["notes"].value_or(std::string());
    if (const auto* tags = (*file)["tags"].as_array())
        for (const auto& tag : *tags)
            if (const auto* word = tag.as_string())
                notes.tags.push_back(word->get());
    return notes;
}

Result<void> writeNotes(const RunDirectory& run, const RunNotes& notes)
{
    std::string text = "name = " + tomlText(FieldValue(notes.name))
        + "\nnotes = " + tomlText(FieldValue(notes.notes)) + "\ntags = [";
    for (const auto& tag : notes.tags)
        text += (&tag == notes.tags.data() ? "" : ", ") + tomlText(FieldValue(tag));
    text += "]\n";
    // What is not to be read back must not replace what can be.
    if (const auto sound = parseToml(text, run.notes().string()); !sound)
        return sound.error();
    return replaceTextFile(run.notes(), text);
}

std::string nameOf(const RunDirectory& run)
{
    const auto notes = readNotes(run);
    if (notes && !notes->name.empty())
        return notes->name;
    const auto path = std::filesystem::absolute(run.path()).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

} // namespace phono
