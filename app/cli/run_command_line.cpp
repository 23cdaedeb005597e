#include "app/cli/run_command_line.h"

#include "app/cli/command_options.h"

namespace phono::cli {
namespace {

CLI::Validator settingForm()
{
    return {[](const std::string& text) -> std::string {
                const auto equals = text.find('=');
                const auto dot = text.find('.');
                const bool fine = equals != std::string::npos && dot < equals;
                return fine ? std::string() : "must be section.key=value: " + text;
            },
            ""};
}

void declareTrain(CLI::App& app, TrainArguments& arguments)
{
    CLI::App* train = app.add_subcommand(
        "train", "pretrain a model on unlabelled speech; everything is kept in a run directory");
    auto* preset =
        train
            ->add_option("--preset", arguments.preset,
                         "settings to start from: base, large, tiny or fairseq-large")
            ->type_name("P")
            ->check(CLI::IsMember({"base", "large", "tiny", "fairseq-large"}).description(""));
    train
        ->add_option("--config", arguments.config,
                     "settings from a TOML file, whose sections and keys are named as fairseq's")
        ->type_name("F.toml")
        ->excludes(preset);
    train
        ->add_option("--data", arguments.data,
                     "recordings to train on: a folder or a fairseq manifest (task.data)")
        ->type_name("DIR|TSV");
    train
        ->add_option("--valid", arguments.valid,
                     "recordings to validate on; a part of --data by default (task.valid)")
        ->type_name("DIR|TSV");
    auto* run =
        train->add_option("--run", arguments.run, "run directory to make")->type_name("RUN_DIR");
    auto* resume =
        train
            ->add_option("--resume", arguments.resume,
                         "go on with this run from its newest checkpoint, with its settings")
            ->type_name("RUN_DIR");
    train
        ->add_option("--set", arguments.changes,
                     "change a setting, such as optimization.lr=0.001; may be given repeatedly")
        ->type_name("KEY=VALUE")
        ->check(settingForm());
    train->add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N (common.device)")
        ->type_name("D");
    train
        ->add_option("--precision", arguments.precision,
                     "of the products: fp32, bf16 or, on CUDA, fp16 (common.bf16, common.fp16)")
        ->type_name("P")
        ->check(CLI::IsMember({"fp32", "bf16", "fp16"}).description(""));
    addThreads(train, arguments.threads);
    train
        ->add_option("--local-processes", arguments.localProcesses,
                     "train with N processes of this machine together")
        ->type_name("N")
        ->check(CLI::Range(1, 256).description(""));
    train->add_flag("--json", arguments.json, "print every event as a line of JSON");
    for (const char* name : {"--preset", "--config", "--data", "--valid"})
        resume->excludes(train->get_option(name));
    resume->excludes(run);
    train->callback([&arguments] {
        if (arguments.resume.empty() && arguments.run.empty())
            throw CLI::RequiredError("--run or --resume");
        if (arguments.resume.empty() && arguments.preset.empty() && arguments.config.empty())
            throw CLI::RequiredError("--preset or --config");
    });
}

CLI::Option* addRun(CLI::App* command, std::string& run)
{
    return command->add_option("RUN_DIR", run, "the run directory")->type_name("")->required();
}

void declareControl(CLI::App& app, ControlArguments& arguments)
{
    addRun(app.add_subcommand("pause", "let a running training rest after its present update"),
           arguments.run);
    addRun(app.add_subcommand("continue", "let a paused training go on"), arguments.run);
    addRun(app.add_subcommand("stop",
                              "let a training save its state and end; resume it with "
                              "train --resume"),
           arguments.run);
}

void declareExportRun(CLI::App& app, ExportRunArguments& arguments)
{
    CLI::App* curves = app.add_subcommand("export-curves",
                                          "write all that a run logged, update by update, as CSV");
    addRun(curves, arguments.run);
    curves->add_option("OUT", arguments.out, "the CSV file to write")->type_name("")->required();
    addForce(curves, arguments.force);
    CLI::App* board = app.add_subcommand(
        "export-tensorboard", "write a run's curves as event files that TensorBoard reads");
    addRun(board, arguments.run);
    board->add_option("OUT", arguments.out, "the folder to write to")->type_name("")->required();
    addForce(board, arguments.force);
}

} // namespace

void declareRunCommands(CLI::App& app, CommandLine& line)
{
    declareTrain(app, line.train);
    declareControl(app, line.control);
    declareExportRun(app, line.exportRun);
}

} // namespace phono::cli
