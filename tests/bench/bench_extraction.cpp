// How fast features are computed, against the plain LibTorch module graph, in one run.
//
//   bench_extraction [seconds of audio = 60] [repetitions = 5] [threads = physical cores]
//
// Cases are interleaved, so that other load on the machine hits all of them; medians are printed.

#include "core/model/extractor.h"
#include "core/model/graph.h"
#include "core/model/seeded_model.h"
#include "core/model/tiles.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <random>
#include <string>
#include <vector>

using namespace phono;

namespace {

struct Case {
    std::string name;
    std::function<void()> run;
    std::vector<double> seconds;

    double median() const
    {
        auto sorted = seconds;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }
};

class Keep : public FeatureSink {
public:
    Result<void> begin(const FeatureInfo& info, std::int64_t frames) override
    {
        channels = info.channels;
        values.resize(static_cast<std::size_t>(frames * info.channels));
        return {};
    }
    Result<void> write(std::int64_t first, std::span<const float> rows) override
    {
        std::ranges::copy(rows, values.begin() + first * channels);
        return {};
    }
    std::vector<float> values;
    int channels = 1;
};

/// A voice-like tone with an envelope over noise.
Waveform makeAudio(double seconds)
{
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 0.05F);
    std::vector<float> samples(static_cast<std::size_t>(seconds * kModelRate));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double t = static_cast<double>(i) / kModelRate;
        samples[i] = normal(random)
            + static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 180 * t)
                                 * std::abs(std::sin(2 * std::numbers::pi * 3 * t)));
    }
    return Waveform(std::move(samples));
}

/// Largest difference and smallest cosine between frames.
void compare(const char* name, const Keep& got, const Keep& expected)
{
    double largest = 0;
    double cosine = 1;
    const auto n = static_cast<std::size_t>(expected.channels);
    for (std::size_t t = 0; t < expected.values.size() / n; ++t) {
        double product = 0;
        double a = 0;
        double b = 0;
        for (std::size_t i = t * n; i < (t + 1) * n; ++i) {
            const double x = got.values[i];
            const double y = expected.values[i];
            largest = std::max(largest, std::abs(x - y));
            product += x * y;
            a += x * x;
            b += y * y;
        }
        cosine = std::min(cosine, product / std::sqrt(a * b));
    }
    std::printf("  %-44s max |difference| %.2e, smallest frame cosine %.6f\n", name, largest,
                cosine);
}

} // namespace

int main(int argc, char** argv)
{
    const double seconds = argc > 1 ? std::stod(argv[1]) : 60;
    const int repetitions = argc > 2 ? std::stoi(argv[2]) : 5;
    const int threads = argc > 3 ? std::stoi(argv[3]) : physicalCores();
    const auto audio = makeAudio(seconds);
    const auto model = seededModel(ModelConfig::large(), 1);
    if (!model) {
        std::fprintf(stderr, "%s\n", model.error().message.c_str());
        return 1;
    }
    std::printf("large model, %.0f s of audio, %d threads, LibTorch graph = plain\n", seconds,
                threads);

    const Graph graph(*model, at::kCPU);
    std::vector<std::unique_ptr<Extractor>> extractors;
    std::vector<std::unique_ptr<Keep>> results;
    std::vector<Case> cases;
    results.push_back(std::make_unique<Keep>());
    cases.push_back({"plain fp32",
                     [&, keep = results.back().get()] {
                         const c10::InferenceMode guard;
                         at::set_num_threads(threads);
                         const auto input = at::from_blob(
                             const_cast<float*>(audio.samples().data()), {1, audio.size()});
                         const auto c = graph.forward(input).c[0].t().contiguous();
                         keep->channels = static_cast<int>(c.size(1));
                         keep->values.assign(c.data_ptr<float>(), c.data_ptr<float>() + c.numel());
                     },
                     {}});
    struct Wanted {
        Precision precision;
        const char* kernel;
    };
    for (const Wanted& wanted :
         {Wanted{Precision::Fp32, "portable"}, Wanted{Precision::Fp32, "avx2"},
          Wanted{Precision::Fp32, "avx512"}, Wanted{Precision::Bf16, "avx512bf16"},
          Wanted{Precision::Bf16x3, "amx"}, Wanted{Precision::Bf16, "amx"}}) {
        ExtractorOptions options;
        options.device = "cpu";
        options.threads = threads;
        options.precision = wanted.precision;
        options.kernel = wanted.kernel;
        auto extractor = Extractor::create(*model, options);
        if (!extractor) {
            std::printf("  %s %s: %s\n", wanted.kernel, toString(wanted.precision).c_str(),
                        extractor.error().message.c_str());
            continue;
        }
        extractors.push_back(std::make_unique<Extractor>(std::move(*extractor)));
        results.push_back(std::make_unique<Keep>());
        cases.push_back({std::string(wanted.kernel) + " " + toString(wanted.precision),
                         [&, extractor = extractors.back().get(), keep = results.back().get()] {
                             const FeatureRequest request{"c", keep};
                             const auto done = extractor->extract(audio, {&request, 1});
                             if (!done)
                                 std::printf("%s\n", done.error().message.c_str());
                         },
                         {}});
    }

    for (int repetition = 0; repetition < repetitions; ++repetition)
        for (auto& item : cases) {
            const auto start = std::chrono::steady_clock::now();
            item.run();
            item.seconds.push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
    std::printf("  %-44s %10s %9s %12s\n", "case", "median s", "x plain", "x real time");
    for (const auto& item : cases)
        std::printf("  %-44s %10.3f %9.2f %12.1f\n", item.name.c_str(), item.median(),
                    cases.front().median() / item.median(), seconds / item.median());
    for (std::size_t i = 1; i < cases.size(); ++i)
        compare((cases[i].name + ", c").c_str(), *results[i], *results.front());
}
