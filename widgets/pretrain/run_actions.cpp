#include "widgets/pretrain/run_actions.h"

#include "core/run/curve_export.h"
#include "core/run/run_control.h"
#include "core/run/run_reader.h"
#include "core/run/run_state.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/trash.h"
#include "widgets/shell/words.h"

#include <QTimer>

namespace phono {

namespace fs = std::filesystem;

RunActions::RunActions(QThreadPool& pool, QObject* parent)
    : QObject(parent)
    , m_pool(pool)
{
}

RunActions::~RunActions() = default;

void RunActions::tell(Severity severity, const QString& text)
{
    Q_EMIT noticed({severity, text, {}, QStringLiteral("runs"), {}});
}

void RunActions::finished(const Result<void>& result)
{
    if (!result)
        tell(Severity::Error, sentence(result.error().message));
    Q_EMIT changed();
}

void RunActions::perform(Work work, std::function<void()> done)
{
    auto& slot = m_tasks.emplace_back();
    auto* self = &slot;
    slot = std::make_unique<Task>(
        m_pool, [this, self, done = std::move(done)](const Result<void>& result) {
            if (result && done)
                done();
            finished(result);
            // A task cannot delete itself while it delivers.
            QTimer::singleShot(0, this, [this, self] {
                m_tasks.remove_if([self](const auto& task) { return &task == self; });
            });
        });
    slot->start([work = std::move(work)](const TaskContext&) { return work(); });
}

void RunActions::order(const fs::path& run, Work work)
{
    auto& orders = m_orders[run];
    if (!orders)
        orders = std::make_unique<OrderedWork>(
            m_pool, [this](const Result<void>& result) { finished(result); });
    orders->add(std::move(work));
}

void RunActions::request(const fs::path& run, Result<void> (*what)(const RunDirectory&))
{
    order(run, [run, what]() -> Result<void> {
        const auto directory = RunDirectory::open(run);
        if (!directory)
            return directory.error();
        return what(*directory);
    });
}

void RunActions::pause(const fs::path& run)
{
    request(run, requestPause);
}

void RunActions::goOn(const fs::path& run)
{
    request(run, requestContinue);
}

void RunActions::stopAndSave(const fs::path& run)
{
    request(run, requestStop);
}

void RunActions::setNotes(const fs::path& run, const RunNotes& notes)
{
    order(run, [run, notes]() -> Result<void> {
        const auto directory = RunDirectory::open(run);
        if (!directory)
            return directory.error();
        return writeNotes(*directory, notes);
    });
}

void RunActions::askToTrash(const fs::path& run, const QString& name)
{
    Q_EMIT noticed({Severity::Warning,
                    tr("Move the run %1 with its checkpoints to the trash?").arg(name),
                    fromPath(run),
                    QStringLiteral("runs"),
                    {{tr("Move to trash"), [this, run, name] {
                          trash(run, name);
                      }}}});
}

void RunActions::trash(const fs::path& run, const QString& name)
{
    perform(
        [run]() -> Result<void> {
            // It may have been resumed since the question was asked.
            const auto state = readState(RunDirectory::at(run));
            if (state && *state && isLive(currentStatus(**state)))
                return Error{run.string() + " trains again, so it stays. Stop it first."};
            return moveToTrash(run);
        },
        [this, name] { tell(Severity::Info, tr("Moved %1 to the trash.").arg(name)); });
}

void RunActions::exportCsv(const fs::path& run, const QString& file)
{
    perform(
        [run, target = toPath(file)]() -> Result<void> {
            const auto directory = RunDirectory::open(run);
            if (!directory)
                return directory.error();
            const auto history = readHistory(*directory);
            if (!history)
                return history.error();
            // The file dialog has asked before an existing file is replaced.
            return phono::exportCsv(*history, target, true);
        },
        [this, file] { tell(Severity::Info, tr("Wrote %1").arg(file)); });
}

void RunActions::exportTensorBoard(const fs::path& run, const QString& folder)
{
    perform(
        [run, target = toPath(folder)]() -> Result<void> {
            const auto directory = RunDirectory::open(run);
            if (!directory)
                return directory.error();
            const auto history = readHistory(*directory);
            if (!history)
                return history.error();
            const auto written = phono::exportTensorBoard(*history, target, true);
            return written ? Result<void>() : Result<void>(written.error());
        },
        [this, folder] {
            tell(Severity::Info, tr("Wrote TensorBoard's event file to %1").arg(folder));
        });
}

} // namespace phono
