#include "app/cli/man_page.h"

#include <string_view>
#include <vector>

namespace phono::cli {
namespace {

/// Text as roff prints it: backslashes and dashes kept, no line taken for a request.
std::string escaped(std::string_view text)
{
    std::string roff;
    for (const char character : text) {
        const bool lineStart = roff.empty() || roff.back() == '\n';
        if (lineStart && (character == '.' || character == '\''))
            roff += "\\&";
        if (character == '\\')
            roff += "\\e";
        else if (character == '-')
            roff += "\\-";
        else
            roff += character;
    }
    return roff;
}

std::string bold(std::string_view text)
{
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text)
{
    return "\\fI" + escaped(text) + "\\fR";
}

bool takesMany(const CLI::Option& option)
{
    return option.get_items_expected_max() > 1;
}

/// "\fB--out\fR \fIDIR\fR", "\fICKPT\fR", "\fB-h\fR, \fB--help\fR"
std::string optionTerm(const CLI::Option& option)
{
    if (option.get_positional())
        return italic(option.get_name()) + (takesMany(option) ? " ..." : "");
    std::string term;
    for (const std::string& name : option.get_snames())
        term += (term.empty() ? "" : ", ") + bold("-" + name);
    for (const std::string& name : option.get_lnames())
        term += (term.empty() ? "" : ", ") + bold("--" + name);
    if (const std::string type = option.get_type_name();
        option.get_items_expected_max() > 0 && !type.empty())
        term += ' ' + italic(type);
    return term;
}

std::string optionEntry(const CLI::Option& option)
{
    std::string text = ".TP\n" + optionTerm(option) + '\n' + escaped(option.get_description());
    if (const std::string value = option.get_default_str(); !value.empty())
        text += " (" + escaped(value) + " by default)";
    return text + '\n';
}

std::string synopsis(const CLI::App& command, const std::string& program)
{
    std::string text = bold(program) + ' ' + bold(command.get_name());
    std::string arguments;
    for (const CLI::Option* option : command.get_options()) {
        if (option == command.get_help_ptr())
            continue;
        std::string& part = option->get_positional() ? arguments : text;
        const std::string term = optionTerm(*option);
        part += option->get_required() ? ' ' + term : " [" + term + ']';
    }
    return text + arguments;
}

std::string entries(const CLI::App& app)
{
    std::string text;
    for (const CLI::Option* option : app.get_options()) {
        // Said once, for the program.
        if (app.get_parent() == nullptr || option != app.get_help_ptr())
            text += optionEntry(*option);
    }
    return text;
}

} // namespace

std::string manPage(const CLI::App& app, const std::string& version)
{
    const std::string& program = app.get_name();
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    std::string page = ".TH " + escaped(program) + " 1 \"\" \"" + escaped(version) + "\"\n";
    page += ".SH NAME\n" + escaped(program) + " \\- " + escaped(app.get_description()) + '\n';
    page += ".SH SYNOPSIS\n";
    for (const CLI::App* command : commands)
        page += (command == commands.front() ? "" : ".br\n") + synopsis(*command, program) + '\n';
    page += ".SH OPTIONS\n" + entries(app);
    page += ".SH COMMANDS\n";
    for (const CLI::App* command : commands)
        page += ".SS " + escaped(command->get_name()) + '\n' + escaped(command->get_description())
            + ".\n" + entries(*command);
    page += ".SH NOTES\n" + escaped(app.get_footer()) + '\n';
    return page;
}

} // namespace phono::cli
