#include "app/cli/commands.h"
#include "app/cli/inputs.h"
#include "core/audio/audio_file.h"
#include "core/checkpoint/checkpoint.h"
#include "core/export/export_features.h"
#include "core/model/extractor.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace phono::cli {
namespace {

/// Longer recordings (about 17 minutes) lie in a temporary file, for the sake of --memory-limit.
constexpr LoadOptions kLoadOptions = {.memoryLimit = std::size_t(64) << 20};

/// A checkpoint made ready to compute, without a second copy of its weights.
struct Model {
    Checkpoint checkpoint;
    Extractor extractor;
};

Result<Model> prepareModel(const ExtractArguments& arguments, const Progress& progress)
{
    auto checkpoint = readCheckpoint(arguments.checkpoint, progress);
    if (!checkpoint)
        return checkpoint.error();
    const auto precision = parsePrecision(arguments.precision);
    if (!precision)
        return precision.error();
    const ExtractorOptions options = {.device = arguments.device,
                                      .precision = *precision,
                                      .threads = arguments.threads,
                                      .memoryLimit = arguments.memoryLimitBytes,
                                      .kernel = arguments.kernel};
    auto extractor = Extractor::create(*checkpoint, options);
    if (!extractor)
        return extractor.error();
    checkpoint->tensors.clear();
    checkpoint->tensors.shrink_to_fit();
    return Model{*std::move(checkpoint), *std::move(extractor)};
}

/// The features asked for that this model does not have, in words; empty if it has all.
std::string missingFeatures(const std::vector<std::string>& wanted,
                            const std::vector<FeatureInfo>& offered)
{
    std::string missing;
    for (const std::string& name : wanted) {
        if (std::ranges::find(offered, name, &FeatureInfo::name) == offered.end())
            missing += (missing.empty() ? "" : ", ") + name;
    }
    if (missing.empty())
        return {};
    std::string names;
    for (const FeatureInfo& info : offered)
        names += (names.empty() ? "" : ", ") + info.name;
    return "--features: this model has no " + missing + ". It has " + names + ".";
}

/// Runs a batch, one recording after the other, and counts what becomes of them.
class Batch {
public:
    Batch(const ExtractArguments& arguments, const std::string& commandLine, Console& console,
          std::stop_token stop)
        : m_arguments(arguments)
        , m_commandLine(commandLine)
        , m_console(console)
        , m_stop(std::move(stop))
    {
    }

    int run(const InputList& list, Model& model)
    {
        const std::size_t count = list.inputs.size();
        for (std::size_t i = 0; i < count && !m_stop.stop_requested(); ++i) {
            const Input& input = list.inputs[i];
            const std::string number = std::to_string(i + 1) + "/" + std::to_string(count) + " ";
            const Work work = {(count == 1 ? "" : number) + input.audio.filename().string(),
                               static_cast<double>(i) / static_cast<double>(count),
                               1 / static_cast<double>(count)};
            if (auto done = extract(input, work, model); !done)
                fail(input.audio.string(), done.error());
            else
                ++m_done;
        }
        return summary(list);
    }

private:
    /// One recording's part in the batch.
    struct Work {
        std::string title;
        double begin;
        double length;

        Console::Part part(double from, double to) const
        {
            return {begin + from * length, begin + to * length};
        }
    };

    Result<void> extract(const Input& input, const Work& work, Model& model)
    {
        // Decoding and resampling take about a tenth of the time.
        constexpr double kLoaded = 0.1;
        const auto recording =
            loadAudio(input.audio, kLoadOptions,
                      m_console.progress(work.title, m_stop, work.part(0, kLoaded)));
        if (!recording)
            return recording.error();
        report(input, recording->info);
        const auto progress = m_console.progress(work.title, m_stop, work.part(kLoaded, 1));
        const auto files = exportFeatures(model.extractor, model.checkpoint, *recording,
                                          exportOptions(input), m_commandLine, progress);
        if (!files)
            return files.error();
        for (const auto& file : *files)
            m_console.result(file.string() + '\n');
        return {};
    }

    ExportOptions exportOptions(const Input& input) const
    {
        return {.folder = std::filesystem::path(m_arguments.out) / input.folder,
                .stem = input.stem,
                .features = m_arguments.features,
                // Parsing has checked the word.
                .format = *parseExportFormat(m_arguments.format),
                .significantDigits = m_arguments.precisionDigits,
                .force = m_arguments.force};
    }

    void report(const Input& input, const AudioInfo& info)
    {
        const std::string name = input.audio.string() + ": ";
        for (const std::string& note : info.notes)
            m_console.message(name + note);
        for (const std::string& warning : info.warnings)
            m_console.message(name + "warning: " + warning);
        if (input.declaredSamples && *input.declaredSamples != info.frames)
            m_console.message(name + "warning: the manifest says "
                              + std::to_string(*input.declaredSamples)
                              + " samples, the recording has " + std::to_string(info.frames));
    }

    void fail(const std::string& name, const Error& error)
    {
        if (error.isCancelled())
            return;
        m_failed.push_back(name);
        const bool named = error.message.find(name) != std::string::npos;
        m_console.message(named ? error.message : name + ": " + error.message);
    }

    int summary(const InputList& list)
    {
        const std::size_t wanted = list.inputs.size() + list.problems.size();
        const bool cancelled =
            m_stop.stop_requested() && m_done + m_failed.size() < list.inputs.size();
        if (cancelled)
            m_console.message("interrupted; nothing is left of the recording in work");
        if (m_done == wanted)
            return kDone;
        if (wanted > 1) {
            m_console.message(std::to_string(m_done) + " of " + std::to_string(list.inputs.size())
                              + " recordings done, " + std::to_string(m_failed.size()) + " failed"
                              + (m_failed.empty() ? "" : ":"));
            for (const std::string& name : m_failed)
                m_console.message("  failed: " + name);
        }
        return kFailed;
    }

    const ExtractArguments& m_arguments;
    const std::string& m_commandLine;
    Console& m_console;
    std::stop_token m_stop;
    std::size_t m_done = 0;
    std::vector<std::string> m_failed;
};

} // namespace

int runExtract(const ExtractArguments& arguments, const std::string& commandLine, Console& console,
               const std::stop_token& stop)
{
    const InputList list = collectInputs(arguments.inputs);
    for (const std::string& problem : list.problems)
        console.message(problem);
    if (list.inputs.empty())
        return kFailed;
    auto model = prepareModel(arguments, console.progress(arguments.checkpoint, stop));
    if (!model) {
        console.message(model.error().message);
        return kFailed;
    }
    for (const std::string& warning : model->checkpoint.warnings)
        console.message(arguments.checkpoint + ": warning: " + warning);
    if (const std::string& note = model->extractor.backend().note; !note.empty())
        console.message(note);
    const auto missing = missingFeatures(arguments.features, model->extractor.features());
    if (!missing.empty()) {
        console.message(missing);
        return kWrongUsage;
    }
    return Batch(arguments, commandLine, console, stop).run(list, *model);
}

} // namespace phono::cli
