#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace phono::cli {

struct InfoArguments {
    std::string checkpoint;
    bool json = false;
};

struct ExtractArguments {
    std::string checkpoint;
    std::string out;
    std::vector<std::string> features = {"z", "c"};
    std::string format = "csv";
    int precisionDigits = 0; ///< 0: as many as needed
    std::string device = "auto";
    std::string precision = "fp32";
    std::string kernel; ///< "": the processor's best
    int threads = 0; ///< 0: the physical cores
    std::uint64_t memoryLimitBytes = std::uint64_t(1) << 30;
    bool force = false;
    std::vector<std::string> inputs;
};

struct LossArguments {
    std::string checkpoint;
    std::uint64_t seed = 1;
    std::string criterion; ///< "": the checkpoint's own
    int threads = 0;
    bool json = false;
    std::vector<std::string> recordings;
};

struct ConvertArguments {
    std::string checkpoint;
    std::string out;
    bool force = false;
};

struct InitArguments {
    std::string preset;
    std::uint64_t seed = 1;
    std::string out;
    bool force = false;
};

struct TrainArguments {
    std::string preset;
    std::string config; ///< a TOML file
    std::string resume; ///< a run directory
    std::string data;
    std::string valid;
    std::string run;
    std::vector<std::string> changes; ///< "section.key=value"
    std::string device;
    std::string precision;
    int threads = 0;
    int localProcesses = 1;
    bool json = false;
};

/// For pause, continue and stop.
struct ControlArguments {
    std::string run;
};

struct ExportRunArguments {
    std::string run;
    std::string out;
    bool force = false;
};

struct ManifestArguments {
    std::string folder;
    std::string out;
    double validShare = 0.01;
    std::uint64_t seed = 42;
    std::string extension; ///< "": those of all audio formats
    std::string pathMustContain;
    bool force = false;
};

struct DevicesArguments {
    bool json = false;
};

struct RecordArguments {
    std::string out;
    std::string device; ///< "": the default one
    std::string hostApi; ///< "": any
    double seconds = 0; ///< 0: until interrupted
    int rate = 0; ///< 0: the device's own
    int channels = 1;
    int firstChannel = 1; ///< counted from 1
    double bufferMilliseconds = 0; ///< 0: the device's proposal
    bool json = false;
};

/// What a command line of phonoscope-cli asks for. Only the part of its command is filled.
struct CommandLine {
    InfoArguments info;
    ExtractArguments extract;
    LossArguments loss;
    ConvertArguments convert;
    InitArguments init;
    TrainArguments train;
    ControlArguments control;
    ExportRunArguments exportRun;
    ManifestArguments manifest;
    DevicesArguments devices;
    RecordArguments record;
};

/// The commands and options of phonoscope-cli, the one source of parsing, --help and the man page.
/// Parsing fills `line`, which must outlive the result.
std::unique_ptr<CLI::App> declareCommands(CommandLine& line);

} // namespace phono::cli
