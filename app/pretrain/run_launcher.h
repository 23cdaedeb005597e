#pragma once

#include "core/base/result.h"
#include "core/run/training_config.h"

#include <QString>

#include <filesystem>

namespace phono {

/// Starts trainers: processes of their own that outlive the window. From then on only the run
/// directory tells of them; what they print is appended to its log.txt.
class RunLauncher {
public:
    /// `program` is phonoscope-cli; see findTrainer().
    explicit RunLauncher(QString program)
        : m_program(std::move(program))
    {
    }

    /// Makes the directory and writes its configuration first.
    Result<void> start(const TrainingConfig& config, const std::filesystem::path& run) const;
    Result<void> resume(const std::filesystem::path& run) const;

private:
    Result<void> launch(const QStringList& arguments, const std::filesystem::path& run) const;
    QString m_program;
};

/// phonoscope-cli beside this program, where it is built, or on the PATH.
QString findTrainer();

} // namespace phono
