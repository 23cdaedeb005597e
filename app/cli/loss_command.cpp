#include "app/cli/commands.h"
#include "core/audio/audio_file.h"
#include "core/checkpoint/checkpoint.h"
#include "core/export/model_json.h"
#include "core/model/evaluate_loss.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace phono::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* word(Criterion criterion)
{
    return criterion == Criterion::InfoNce ? "infonce" : "bce";
}

/// The recordings, cut to the length of the shortest.
Result<std::vector<Waveform>> loadBatch(const std::vector<std::string>& paths, Console& console,
                                        const std::stop_token& stop)
{
    std::vector<Recording> recordings;
    for (const std::string& path : paths) {
        auto recording = loadAudio(path, {}, console.progress(path, stop));
        if (!recording)
            return recording.error();
        for (const std::string& warning : recording->info.warnings)
            console.message(path + ": warning: " + warning);
        recordings.push_back(*std::move(recording));
    }
    const auto shorter = [](const Recording& a, const Recording& b) {
        return a.samples->size() < b.samples->size();
    };
    const std::int64_t samples = std::ranges::min_element(recordings, shorter)->samples->size();
    std::vector<Waveform> batch;
    for (const Recording& recording : recordings) {
        std::vector<float> values(static_cast<std::size_t>(samples));
        if (auto read = recording.samples->read(0, values); !read)
            return read.error();
        batch.emplace_back(std::move(values));
    }
    return batch;
}

Json lossJson(const LossReport& report, const LossArguments& arguments)
{
    Json json = {
        {"checkpoint", arguments.checkpoint},
        {"recordings", arguments.recordings},
        {"seed", arguments.seed},
        {"criterion", word(report.criterion)},
        {"bits_per_positive", report.bits},
        {"loss_sum_nats", report.lossSum},
        {"sample_size", report.sampleSize},
        {"bits_per_step", report.bitsPerStep},
        {"frames", report.frames},
        {"negatives", report.negatives},
        {"positive_score_mean", report.positiveScoreMean},
        {"negative_score_mean", report.negativeScoreMean},
    };
    if (report.criterion == Criterion::InfoNce) {
        json["correct"] = report.correct;
        json["count"] = report.count;
    }
    return json;
}

std::string lossText(const LossReport& report)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << "loss       " << report.bits << " bits per positive (" << word(report.criterion) << ", "
         << report.negatives << " negatives)\n"
         << "sum        " << report.lossSum << " nats over " << report.sampleSize << " positives, "
         << report.frames << " frames per recording\n"
         << "scores     positives " << report.positiveScoreMean << ", negatives "
         << report.negativeScoreMean << " (means)\n";
    if (report.criterion == Criterion::InfoNce && report.count > 0)
        text << "accuracy   "
             << static_cast<double>(report.correct) / static_cast<double>(report.count) << " ("
             << report.correct << " of " << report.count << ")\n";
    text << "per step  ";
    for (const double bits : report.bitsPerStep)
        text << ' ' << bits;
    text << '\n';
    return text.str();
}

} // namespace

int runLoss(const LossArguments& arguments, Console& console, const std::stop_token& stop)
{
    const auto fail = [&console](const Error& error) {
        console.message(error.message);
        return kFailed;
    };
    const auto checkpoint =
        readCheckpoint(arguments.checkpoint, console.progress(arguments.checkpoint, stop));
    if (!checkpoint)
        return fail(checkpoint.error());
    for (const std::string& warning : checkpoint->warnings)
        console.message(arguments.checkpoint + ": warning: " + warning);
    const auto batch = loadBatch(arguments.recordings, console, stop);
    if (!batch)
        return fail(batch.error());
    LossOptions options;
    options.seed = arguments.seed;
    options.threads = arguments.threads;
    if (!arguments.criterion.empty())
        options.criterion = arguments.criterion == "infonce" ? Criterion::InfoNce : Criterion::Bce;
    const auto report = evaluateLoss(*checkpoint, *batch, options, console.progress("loss", stop));
    if (!report)
        return fail(report.error());
    console.result(arguments.json ? toText(lossJson(*report, arguments)) : lossText(*report));
    return kDone;
}

} // namespace phono::cli
