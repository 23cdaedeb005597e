// How fast features become files, per format, against what snprintf would take for the same table.
// "bytes" are those of the float32 values, so the rates of all cases can be compared.

#include "core/export/feature_writer.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

using namespace phono;

namespace {

constexpr int kChannels = 512;
constexpr std::int64_t kFrames = 4096;

/// Log-compressed ReLU outputs, about half of them zero.
std::vector<float> features()
{
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<std::size_t>(kChannels * kFrames));
    std::ranges::generate(values, [&] { return std::log(std::max(0.0F, normal(random)) + 1); });
    return values;
}

void countBytes(benchmark::State& state)
{
    state.SetBytesProcessed(state.iterations() * kFrames * kChannels
                            * static_cast<std::int64_t>(sizeof(float)));
}

void write(benchmark::State& state, ExportFormat format, int significantDigits)
{
    const auto values = features();
    const FeatureInfo info = {"z", kChannels, false, 160, 465};
    const auto path = std::filesystem::temp_directory_path() / "phonoscope_bench_export";
    for (auto _ : state) {
        // Without commit(), so that the disk's speed is left out.
        auto writer = FeatureWriter::create(format, path, {.significantDigits = significantDigits});
        if (!writer || !(*writer)->begin(info, kFrames) || !(*writer)->write(0, values)
            || !(*writer)->complete())
            state.SkipWithError("cannot write");
    }
    countBytes(state);
}

void printWithLibc(benchmark::State& state)
{
    const auto values = features();
    for (auto _ : state) {
        std::string row;
        for (std::size_t i = 0; i < values.size(); ++i) {
            char text[32];
            std::snprintf(text, sizeof text, ",%.9g", static_cast<double>(values[i]));
            row += text;
            if (i % kChannels == 0)
                row.clear();
        }
        benchmark::DoNotOptimize(row);
    }
    countBytes(state);
}

BENCHMARK_CAPTURE(write, csv_shortest, ExportFormat::Csv, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, csv_six_digits, ExportFormat::Csv, 6)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, npy, ExportFormat::Npy, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, hdf5, ExportFormat::Hdf5, 0)->Unit(benchmark::kMillisecond);
BENCHMARK(printWithLibc)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
