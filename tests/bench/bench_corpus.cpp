// What corpora cost.
//   bench_corpus list N           a manifest of N lines: time and memory to read it and to plan
//   bench_corpus load DATA [S]    recordings a second, decoded and cut, per number of workers, for
//   S
//                                 seconds each; DATA is a folder or a manifest

#include "core/base/temporary_file.h"
#include "core/corpus/batch_loader.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

using namespace phono;

namespace {

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// A line of /proc/self/status, in MB.
double statusMegabytes(const std::string& name)
{
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word == name + ":") {
            double kilobytes = 0;
            status >> kilobytes;
            return kilobytes / 1024;
        }
    }
    return 0;
}

void fail(const Error& error)
{
    std::fprintf(stderr, "%s\n", error.message.c_str());
    std::exit(1);
}

/// Of all threads: what is left of a measurement on a machine that others use.
double processorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Prints what was done since it was made.
class Stage {
public:
    void report(const char* what) const
    {
        std::printf("%-28s %6.2f s (processor %6.2f s), %6.0f MB resident, %6.0f MB at most\n",
                    what, seconds() - m_begun, processorSeconds() - m_processor,
                    statusMegabytes("VmRSS"), statusMegabytes("VmHWM"));
    }

private:
    double m_begun = seconds();
    double m_processor = processorSeconds();
};

std::filesystem::path writeManifest(long lines)
{
    const auto path = temporaryDirectory() / "phonoscope_bench_corpus.tsv";
    std::ofstream out(path);
    out << temporaryDirectory().string() << '\n';
    for (long i = 0; i < lines; ++i)
        out << "speaker-" << i / 5000 << "/chapter-" << i / 100 << '/' << i / 5000 << '-' << i / 100
            << '-' << i << ".flac\t" << 16000 + i * 7919 % 400000 << '\n';
    return path;
}

void list(long lines)
{
    const Stage writing;
    const auto path = writeManifest(lines);
    writing.report("(manifest written)");
    const Stage reading;
    const auto corpus = Corpus::fromManifest(path);
    if (!corpus)
        fail(corpus.error());
    reading.report("manifest read");
    std::printf("%-28s %6.1f bytes a recording; the file has %.1f\n", "",
                static_cast<double>(corpus->bytes()) / static_cast<double>(lines),
                static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(lines));
    const Stage planning;
    const auto plan = BatchPlan::create(*corpus, {});
    if (!plan)
        fail(plan.error());
    planning.report("batches planned");
    const Stage shuffling;
    const auto epoch = plan->epoch(1);
    shuffling.report("an epoch shuffled");
    std::printf("%zu batches\n", plan->batches());
    std::filesystem::remove(path);
}

void measure(const Corpus& corpus, const BatchPlan& plan, int workers, double limit)
{
    BatchLoader loader(corpus, plan, {.workers = workers});
    const double begun = seconds();
    const double processor = processorSeconds();
    double audio = 0;
    double slowest = 0;
    std::int64_t recordings = 0;
    double now = begun;
    while (now - begun < limit) {
        const auto batch = loader.next();
        if (!batch)
            fail({loader.failure()});
        recordings += batch->count;
        audio += batch->audioSeconds;
        slowest = std::max(slowest, batch->waitSeconds);
        now = seconds();
    }
    const double taken = now - begun;
    std::printf("%d workers: %7.0f recordings/s (%.0f per second of processor), %7.0f x real time, "
                "longest wait %.3f s\n",
                workers, static_cast<double>(recordings) / taken,
                static_cast<double>(recordings) / (processorSeconds() - processor), audio / taken,
                slowest);
}

void load(const std::string& data, double limit)
{
    const Stage opening;
    const auto corpus = Corpus::open(data);
    if (!corpus)
        fail(corpus.error());
    opening.report("corpus opened");
    const auto plan = BatchPlan::create(*corpus, {});
    if (!plan)
        fail(plan.error());
    std::printf("%zu recordings, %.2f h, %zu batches\n", corpus->size(),
                static_cast<double>(corpus->totalSamples()) / 16000 / 3600, plan->batches());
    for (const int workers : {0, 1, 2, 4})
        measure(*corpus, *plan, workers, limit);
    opening.report("all");
}

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 2 ? argv[1] : "";
    if (mode == "list")
        list(std::atol(argv[2]));
    else if (mode == "load")
        load(argv[2], argc > 3 ? std::atof(argv[3]) : 5);
    else
        std::fprintf(stderr, "bench_corpus list N | load DATA [SECONDS]\n");
    return mode.empty() ? 2 : 0;
}
