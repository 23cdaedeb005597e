#include "app/cli/sound_command_line.h"

namespace phono::cli {
namespace {

void declareDevices(CLI::App& app, DevicesArguments& arguments)
{
    CLI::App* devices = app.add_subcommand("devices", "list the sound devices");
    devices->add_flag("--json", arguments.json, "print them as JSON");
}

void declareRecord(CLI::App& app, RecordArguments& arguments)
{
    CLI::App* record = app.add_subcommand(
        "record", "record from a sound device straight to disk, until Ctrl+C or for some seconds");
    record
        ->add_option("--out", arguments.out,
                     "the file to write, .wav (24 bit, RF64 beyond 4 GiB) or .flac (24 bit); "
                     "never overwritten")
        ->type_name("FILE")
        ->required();
    record
        ->add_option("--device", arguments.device,
                     "name of the input device, or a part of it that no other has; the system's "
                     "default otherwise")
        ->type_name("NAME");
    record->add_option("--host-api", arguments.hostApi, "only devices of it, such as ALSA")
        ->type_name("API");
    record
        ->add_option("--seconds", arguments.seconds, "how long; until it is interrupted otherwise")
        ->type_name("N")
        ->check(CLI::Range(0.001, 1e6).description(""));
    record->add_option("--rate", arguments.rate, "in Hz; the device's own by default")
        ->type_name("HZ")
        ->check(CLI::Range(1000, 768000).description(""));
    record->add_option("--channels", arguments.channels, "how many to record")
        ->type_name("N")
        ->check(CLI::Range(1, 64).description(""))
        ->capture_default_str();
    record
        ->add_option("--first-channel", arguments.firstChannel,
                     "the device's first channel to be recorded, counted from 1")
        ->type_name("K")
        ->check(CLI::Range(1, 64).description(""))
        ->capture_default_str();
    record
        ->add_option("--buffer", arguments.bufferMilliseconds,
                     "of the device, in ms; what the device proposes by default")
        ->type_name("MS")
        ->check(CLI::Range(1.0, 500.0).description(""));
    record->add_flag("--json", arguments.json, "print what was recorded as JSON");
}

} // namespace

void declareSoundCommands(CLI::App& app, CommandLine& line)
{
    declareDevices(app, line.devices);
    declareRecord(app, line.record);
}

} // namespace phono::cli
