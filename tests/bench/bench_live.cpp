// Whether live features keep up: the large model on sound that comes in small blocks.
//
//   bench_live [seconds of audio = 20] [kernel = the processor's best]
//
// Block sizes are interleaved with an exact extraction on one thread. Times are of the processor:
// what other programs take does not count.

#include "core/model/extractor.h"
#include "core/model/seeded_model.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

using namespace phono;

namespace {

constexpr int kRepetitions = 5;

class Nowhere : public FeatureSink {
public:
    Result<void> begin(const FeatureInfo&, std::int64_t) override { return {}; }
    Result<void> write(std::int64_t, std::span<const float>) override { return {}; }
};

double processorSeconds()
{
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

Waveform noise(double seconds)
{
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 0.05F);
    std::vector<float> samples(static_cast<std::size_t>(seconds * kModelRate));
    std::ranges::generate(samples, [&] { return normal(random); });
    return Waveform(std::move(samples));
}

/// Seconds per block.
std::vector<double> feed(LiveExtractor& live, std::span<const float> samples, std::size_t block)
{
    std::vector<double> seconds;
    for (; samples.size() >= block; samples = samples.subspan(block)) {
        const double start = processorSeconds();
        if (const auto rows = live.process(samples.first(block)); !rows)
            std::fprintf(stderr, "%s\n", rows.error().message.c_str());
        seconds.push_back(processorSeconds() - start);
    }
    return seconds;
}

} // namespace

int main(int argc, char** argv)
{
    const double seconds = argc > 1 ? std::stod(argv[1]) : 20;
    ExtractorOptions options;
    options.device = "cpu";
    options.threads = 1;
    options.kernel = argc > 2 ? argv[2] : "";
    const auto audio = noise(seconds);
    const auto model = seededModel(ModelConfig::large(), 1);
    auto extractor = model ? Extractor::create(*model, options) : model.error();
    auto live = extractor ? extractor->live() : extractor.error();
    if (!live) {
        std::fprintf(stderr, "%s\n", live.error().message.c_str());
        return 1;
    }
    constexpr std::size_t kBlocks[] = {1600, 4000, 16000};
    std::vector<double> exact;
    std::vector<double> blocks[std::size(kBlocks)];
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        Nowhere nowhere;
        const FeatureRequest requests[] = {{"z", &nowhere}, {"c", &nowhere}};
        const double start = processorSeconds();
        if (const auto done = extractor->extract(audio, requests); !done)
            std::fprintf(stderr, "%s\n", done.error().message.c_str());
        exact.push_back(processorSeconds() - start);
        for (std::size_t i = 0; i < std::size(kBlocks); ++i) {
            live->reset();
            const auto times = feed(*live, audio.samples(), kBlocks[i]);
            blocks[i].insert(blocks[i].end(), times.begin(), times.end());
        }
    }
    std::printf("large model, %s, one thread, %zu bytes kept\n",
                extractor->backend().kernel.c_str(), live->keptBytes());
    std::printf("  exact, %.0f s: %.1f x real time\n", seconds, seconds / median(exact));
    for (std::size_t i = 0; i < std::size(kBlocks); ++i) {
        const double length = static_cast<double>(kBlocks[i]) / kModelRate;
        std::printf("  blocks of %.2f s: median %.1f ms, slowest %.1f ms, %.2f x real time\n",
                    length, 1e3 * median(blocks[i]), 1e3 * std::ranges::max(blocks[i]),
                    length / median(blocks[i]));
    }
}
