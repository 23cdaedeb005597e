#pragma once

#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "core/run/run_event.h"
#include "core/run/run_state.h"
#include "core/run/text_file.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

namespace phono::test {

/// A run directory as a trainer leaves it, without a trainer.
class FakeRun {
public:
    explicit FakeRun(const std::filesystem::path& path,
                     const TrainingConfig& config = *presetConfig("tiny"))
        : m_run(*RunDirectory::create(path))
        , m_config(config)
    {
        if (!replaceTextFile(m_run.config(), toToml(config)))
            std::abort();
        m_log.open(m_run.metrics(), std::ios::app);
        StartedEvent start;
        start.time = kStart;
        start.maxUpdate = config.optimization.maxUpdate;
        start.device = "cpu";
        start.precision = "fp32";
        start.threads = 2;
        start.recordings = 10;
        start.hours = 1.5;
        write(start);
        setStatus(RunStatus::Running);
    }

    /// As many updates more, one each second; `measured` has what some machines alone can say.
    void train(int updates, bool measured = false)
    {
        for (int i = 0; i < updates; ++i) {
            ++m_update;
            UpdateEvent event;
            event.time = kStart + double(m_update);
            event.update = m_update;
            event.epoch = double(m_update) / 10;
            event.metrics.lossBits = loss(m_update);
            event.metrics.stepBits = {loss(m_update), loss(m_update) + 1};
            event.lr = 0.005;
            event.gnorm = 3;
            event.audioSecondsPerSecond = 42.5;
            event.dataWait = 0.25;
            event.memoryBytes = 2000000000;
            event.secondsLeft = double(m_config.optimization.maxUpdate - m_update);
            if (measured) {
                event.cpuUtilization = 0.25;
                event.gpu = GpuState{0.5, 1000000000, 60};
            }
            write(event);
        }
        setStatus(RunStatus::Running);
    }
    void validate(double bits)
    {
        ValidEvent event;
        event.time = kStart + double(m_update);
        event.update = m_update;
        event.metrics.lossBits = bits;
        event.scores = {-2, 1, {0, 1, 2, 1}, {2, 1, 1, 0}};
        write(event);
    }
    void saveCheckpoint(const std::string& name)
    {
        std::ofstream(m_run.checkpoints() / name) << "x";
        write(CheckpointEvent{kStart + double(m_update), m_update, "checkpoints/" + name});
    }
    void finish()
    {
        write(FinishedEvent{kStart + double(m_update), m_update});
        setStatus(RunStatus::Finished);
    }
    void fail(const std::string& message, const std::vector<std::string>& files)
    {
        write(FailedEvent{kStart + double(m_update), m_update, message, files});
        setStatus(RunStatus::Failed);
    }
    /// The process named is this one: it lives.
    void setStatus(RunStatus status)
    {
        if (!writeState(m_run, {thisProcess(), status, m_update, kStart}))
            std::abort();
    }
    void write(const RunEvent& event) { m_log << toLine(event) << '\n' << std::flush; }

    static double loss(std::int64_t update) { return 3 + 8 * std::exp(-double(update) / 50); }
    const RunDirectory& directory() const { return m_run; }
    const std::filesystem::path& path() const { return m_run.path(); }

    static constexpr double kStart = 1.7e9;

private:
    RunDirectory m_run;
    TrainingConfig m_config;
    std::ofstream m_log;
    std::int64_t m_update = 0;
};

} // namespace phono::test
