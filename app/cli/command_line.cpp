#include "app/cli/command_line.h"

#include "app/cli/command_options.h"
#include "app/cli/run_command_line.h"
#include "app/cli/sound_command_line.h"
#include "core/export/export_format.h"

#include <algorithm>
#include <string_view>

namespace phono::cli {
namespace {

constexpr std::size_t kColumns = 80;

/// Breaks long descriptions, which CLI11 leaves to the terminal.
class HelpFormatter : public CLI::Formatter {
public:
    std::string make_option_desc(const CLI::Option* option) const override
    {
        return wrapped(CLI::Formatter::make_option_desc(option));
    }

private:
    std::string wrapped(const std::string& text) const
    {
        const std::size_t width = kColumns - get_column_width();
        std::string lines;
        std::size_t used = 0;
        for (const std::string& word : CLI::detail::split(text, ' ')) {
            if (used > 0) {
                const bool fits = used + 1 + word.size() <= width;
                lines += fits ? ' ' : '\n';
                used = fits ? used + 1 : 0;
            }
            lines += word;
            used += word.size();
        }
        return lines;
    }
};

CLI::Validator checkpointOutput()
{
    return {[](const std::string& name) -> std::string {
                const std::string_view view = name;
                if (view.ends_with(".pt") || view.ends_with(".safetensors"))
                    return {};
                return "must end in .pt or .safetensors, which choose what is written: " + name;
            },
            ""};
}

/// Unsigned numbers would take "-1" for a very large one.
CLI::Validator notNegative()
{
    return {[](const std::string& text) -> std::string {
                return text.starts_with('-') ? "must not be negative: " + text : std::string();
            },
            ""};
}

std::vector<std::string> formatWords()
{
    std::vector<std::string> words;
    words.reserve(kExportFormats.size());
    for (const ExportFormat format : kExportFormats)
        words.emplace_back(toString(format));
    return words;
}

/// "z,c,enc0" without repetitions, in the order given.
std::vector<std::string> featureNames(const std::string& list)
{
    std::vector<std::string> names;
    for (std::string& name : CLI::detail::split(list, ',')) {
        if (name.empty() || name.find('/') != std::string::npos)
            throw CLI::ValidationError("--features", "expects names such as z,c,enc0, not " + list);
        if (std::ranges::find(names, name) == names.end())
            names.push_back(std::move(name));
    }
    if (names.empty())
        throw CLI::ValidationError("--features", "expects at least one name");
    return names;
}

CLI::Option* addCheckpoint(CLI::App* command, std::string& checkpoint)
{
    return command
        ->add_option("--checkpoint", checkpoint,
                     "wav2vec model: a fairseq .pt or a .safetensors file")
        ->type_name("CKPT")
        ->required();
}

void addSeed(CLI::App* command, std::uint64_t& seed, const std::string& meaning)
{
    command->add_option("--seed", seed, meaning)
        ->type_name("S")
        ->check(notNegative())
        ->capture_default_str();
}

void declareInfo(CLI::App& app, InfoArguments& arguments)
{
    CLI::App* info =
        app.add_subcommand("info", "say what a checkpoint is, without running anything in it");
    info->add_option("CKPT", arguments.checkpoint,
                     "fairseq .pt (zip or legacy) or .safetensors file")
        ->type_name("")
        ->required();
    info->add_flag("--json", arguments.json,
                   "print configuration, tensors, provenance, geometry and SHA-256 as JSON");
}

void declareComputation(CLI::App* extract, ExtractArguments& arguments)
{
    extract->add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")
        ->type_name("D")
        ->capture_default_str();
    extract
        ->add_option("--precision", arguments.precision,
                     "of the products: fp32; bf16x3, whose error stays below 1e-4; or bf16")
        ->type_name("P")
        ->check(CLI::IsMember({"fp32", "bf16x3", "bf16"}).description(""))
        ->capture_default_str();
    extract
        ->add_option("--kernel", arguments.kernel,
                     "compute with this kernel (see the sidecar's \"kernel\") instead of the "
                     "processor's best; \"portable\" is always there")
        ->type_name("NAME");
    addThreads(extract, arguments.threads);
    extract
        ->add_option("--memory-limit", arguments.memoryLimitBytes,
                     "memory beyond the model, such as 500MB or 2GiB; what does not fit goes "
                     "through temporary files and changes no result")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(true).description(""))
        ->transform(notNegative()) // the last one given comes first
        ->default_str("1GiB");
}

void declareExtract(CLI::App& app, ExtractArguments& arguments)
{
    CLI::App* extract =
        app.add_subcommand("extract", "compute features of recordings and write them to files");
    addCheckpoint(extract, arguments.checkpoint);
    extract
        ->add_option(
            "--out", arguments.out,
            "folder for <stem>.<feature>.<ext> and its sidecar <stem>.<feature>.<ext>.json; "
            "made if missing")
        ->type_name("DIR")
        ->required();
    extract
        ->add_option_function<std::string>(
            "--features",
            [&arguments](const std::string& list) { arguments.features = featureNames(list); },
            "comma-separated: z, c, encoder layers enc0, enc1, ..., context layers agg0, agg1, "
            "..., "
            "and for vq-wav2vec zq and codes")
        ->type_name("LIST")
        ->default_str("z,c");
    extract
        ->add_option("--format", arguments.format,
                     "csv, npy, h5 (fairseq's .h5context) or safetensors")
        ->type_name("F")
        ->check(CLI::IsMember(formatWords()).description(""))
        ->capture_default_str();
    extract
        ->add_option("--precision-digits", arguments.precisionDigits,
                     "significant decimal digits of values in CSV, 1 to 9; by default the fewest "
                     "that read back as the same 32-bit float")
        ->type_name("N")
        ->check(CLI::Range(1, 9).description(""));
    declareComputation(extract, arguments);
    addForce(extract, arguments.force);
    extract
        ->add_option("AUDIO|DIR|LIST.tsv", arguments.inputs,
                     "recordings; folders, searched with their sub-folders, which are kept under "
                     "--out; fairseq manifests")
        ->type_name("")
        ->required();
    extract->callback([&arguments] {
        if (arguments.precisionDigits > 0 && arguments.format != "csv")
            throw CLI::ValidationError("--precision-digits", "is for --format csv only");
    });
}

void declareLoss(CLI::App& app, LossArguments& arguments)
{
    CLI::App* loss = app.add_subcommand(
        "loss",
        "compute the contrastive loss of recordings as one batch, as fairseq's criterion does");
    addCheckpoint(loss, arguments.checkpoint);
    addSeed(loss, arguments.seed, "of the draw of negatives");
    loss->add_option("--criterion", arguments.criterion,
                     "bce or infonce; what the checkpoint was trained with by default")
        ->type_name("C")
        ->check(CLI::IsMember({"bce", "infonce"}).description(""));
    addThreads(loss, arguments.threads);
    loss->add_flag("--json", arguments.json, "print as JSON");
    loss->add_option("AUDIO", arguments.recordings,
                     "recordings; longer ones are cut to the length of the shortest")
        ->type_name("")
        ->required();
}

void declareConvert(CLI::App& app, ConvertArguments& arguments)
{
    CLI::App* convert = app.add_subcommand(
        "convert", "write a checkpoint anew: .pt for fairseq and PyTorch, or .safetensors");
    convert->add_option("CKPT", arguments.checkpoint, "the checkpoint to read")
        ->type_name("")
        ->required();
    convert->add_option("OUT", arguments.out, "the file to write, .pt or .safetensors")
        ->type_name("")
        ->check(checkpointOutput())
        ->required();
    addForce(convert, arguments.force);
}

void declareInit(CLI::App& app, InitArguments& arguments)
{
    CLI::App* init = app.add_subcommand(
        "init", "write an untrained model with the random weights fairseq draws from a seed");
    init->add_option("--preset", arguments.preset, "architecture: base, large or tiny")
        ->type_name("NAME")
        ->check(CLI::IsMember({"base", "large", "tiny"}).description(""))
        ->required();
    addSeed(init, arguments.seed, "of the random weights");
    addForce(init, arguments.force);
    init->add_option("OUT", arguments.out, "the file to write, .pt or .safetensors")
        ->type_name("")
        ->check(checkpointOutput())
        ->required();
}

void declareManifest(CLI::App& app, ManifestArguments& arguments)
{
    CLI::App* manifest = app.add_subcommand(
        "manifest", "list the recordings of a folder in fairseq's train.tsv and valid.tsv");
    manifest
        ->add_option("DIR", arguments.folder, "folder of recordings, searched with its sub-folders")
        ->type_name("")
        ->required();
    manifest->add_option("--out", arguments.out, "folder for the two lists; made if missing")
        ->type_name("DIR")
        ->required();
    manifest
        ->add_option("--valid-percent", arguments.validShare,
                     "share of the recordings that goes to valid.tsv, 0 to 1 (fairseq's name)")
        ->type_name("P")
        ->check(CLI::Range(0.0, 1.0).description(""))
        ->capture_default_str();
    addSeed(manifest, arguments.seed,
            "of the split, which is fairseq's if fairseq finds the files in the order of their "
            "names");
    manifest
        ->add_option("--ext", arguments.extension,
                     "only files with this extension; those of all audio formats by default")
        ->type_name("EXT");
    manifest
        ->add_option("--path-must-contain", arguments.pathMustContain,
                     "only files whose full path contains this")
        ->type_name("FRAG");
    addForce(manifest, arguments.force);
}

} // namespace

std::unique_ptr<CLI::App> declareCommands(CommandLine& line)
{
    auto app = std::make_unique<CLI::App>(
        "wav2vec features, losses and checkpoints from the command line", "phonoscope-cli");
    app->set_version_flag("--version", "phonoscope-cli " PHONO_VERSION,
                          "print the version and exit");
    app->set_help_flag("-h,--help", "print help and exit, also that of each command");
    // Commands take the formatter over.
    app->formatter(std::make_shared<HelpFormatter>());
    app->require_subcommand(1);
    app->footer("Results go to standard output, messages and progress to standard error.\n"
                "Exit status: 0 done; 1 failed, also when only some recordings did or it was\n"
                "interrupted; 2 wrong usage.\n");
    declareInfo(*app, line.info);
    declareExtract(*app, line.extract);
    declareLoss(*app, line.loss);
    declareConvert(*app, line.convert);
    declareInit(*app, line.init);
    declareRunCommands(*app, line);
    declareManifest(*app, line.manifest);
    declareSoundCommands(*app, line);
    return app;
}

} // namespace phono::cli
