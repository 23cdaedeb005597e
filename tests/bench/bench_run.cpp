// How fast the log of a run is written and read back, and what four finished runs of 400,000
// updates take in memory.

#include "core/run/run_log.h"
#include "core/run/run_reader.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

using namespace phono;

namespace {

constexpr std::int64_t kUpdates = 400000;

UpdateEvent update(std::int64_t number)
{
    const auto x = static_cast<double>(number);
    UpdateEvent event;
    event.time = 1764093423 + x * 0.137;
    event.update = number;
    event.epoch = x / 1234;
    event.metrics = {4 + std::sin(x), {}, 0.3 + std::sin(x) / 10, std::cos(x), -2 - std::cos(x)};
    for (int step = 1; step <= 12; ++step)
        event.metrics.stepBits.push_back(4 + std::sin(x + step));
    event.lr = 0.005 * std::cos(x / kUpdates);
    event.gnorm = 0.3 + std::sin(2 * x) / 9;
    event.audioSeconds = 93.75;
    event.audioSecondsPerSecond = 684 + std::sin(3 * x);
    event.dataWait = 0.001 + std::sin(x) / 2000;
    event.memoryBytes = 5123456789 + number;
    event.secondsLeft = 54800 - x * 0.137;
    event.gpu = GpuState{0.97, 42949672960, 65};
    return event;
}

std::int64_t residentBytes()
{
    std::ifstream file("/proc/self/statm");
    std::int64_t all = 0;
    std::int64_t resident = 0;
    file >> all >> resident;
    return resident * 4096;
}

void writeLine(benchmark::State& state)
{
    const auto event = update(123456);
    for (auto _ : state)
        benchmark::DoNotOptimize(toLine(event));
    state.SetItemsProcessed(state.iterations());
}

void parse(benchmark::State& state)
{
    const auto line = toLine(update(123456));
    for (auto _ : state)
        benchmark::DoNotOptimize(parseLine(line));
    state.SetItemsProcessed(state.iterations());
    state.counters["line_bytes"] = static_cast<double>(line.size());
}

/// `argument` runs, held at once.
void readHistories(benchmark::State& state)
{
    const auto folder = std::filesystem::temp_directory_path() / "phonoscope_bench_run";
    std::filesystem::remove_all(folder);
    const auto run = RunDirectory::create(folder);
    {
        auto log = RunLog::open(*run);
        for (std::int64_t i = 1; i <= kUpdates; ++i)
            if (!log->append(update(i)))
                state.SkipWithError("cannot write");
    }
    for (auto _ : state) {
        const auto before = residentBytes();
        std::vector<RunHistory> histories;
        for (std::int64_t i = 0; i < state.range(0); ++i)
            histories.push_back(*readHistory(*run));
        state.counters["megabytes"] = static_cast<double>(residentBytes() - before) / 1e6;
    }
    state.SetItemsProcessed(state.iterations() * state.range(0) * kUpdates);
    std::filesystem::remove_all(folder);
}

/// One more row for a run that has them all, as the window gets them.
void followOneUpdate(benchmark::State& state)
{
    const auto folder = std::filesystem::temp_directory_path() / "phonoscope_bench_run";
    std::filesystem::remove_all(folder);
    const auto run = RunDirectory::create(folder);
    auto log = RunLog::open(*run);
    RunReader reader(*run);
    RunHistory history;
    std::int64_t next = 1;
    for (; next <= kUpdates; ++next)
        history.add(update(next));
    for (auto _ : state) {
        state.PauseTiming();
        if (!log->append(update(next++)))
            state.SkipWithError("cannot write");
        state.ResumeTiming();
        history.apply(*reader.poll());
    }
    std::filesystem::remove_all(folder);
}

BENCHMARK(writeLine);
BENCHMARK(parse);
BENCHMARK(followOneUpdate)->Unit(benchmark::kMicrosecond);
BENCHMARK(readHistories)->Arg(1)->Arg(4)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
