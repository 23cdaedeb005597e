#pragma once

#include "core/base/result.h"
#include "core/run/run_history.h"
#include "core/run/run_notes.h"
#include "widgets/shell/latest_task.h"
#include "widgets/shell/notice.h"
#include "widgets/shell/ordered_work.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace phono {

/// What is done to runs: written into their directories off the UI thread, told when it failed.
class RunActions : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunActions)
public:
    explicit RunActions(QThreadPool& pool, QObject* parent = nullptr);
    /// Whatever was to be written into runs is written before it returns.
    ~RunActions() override;

    void pause(const std::filesystem::path& run);
    void goOn(const std::filesystem::path& run);
    void stopAndSave(const std::filesystem::path& run);
    void setNotes(const std::filesystem::path& run, const RunNotes& notes);
    /// Asks in the message bar first.
    void askToTrash(const std::filesystem::path& run, const QString& name);
    /// The whole curves, from the log, in the form that the name's ending says: .csv, or else a
    /// folder for TensorBoard.
    void exportCsv(const std::filesystem::path& run, const QString& file);
    void exportTensorBoard(const std::filesystem::path& run, const QString& folder);
    /// Work that may take a moment; an error is told as a notice.
    void perform(std::function<Result<void>()> work, std::function<void()> done = {});

Q_SIGNALS:
    void noticed(const phono::Notice& notice);
    /// Something in the folder is not as it was.
    void changed();

private:
    using Task = LatestTask<Result<void>>;
    using Work = std::function<Result<void>()>;
    /// Written into one run in the order in which it was asked for.
    void order(const std::filesystem::path& run, Work work);
    void finished(const Result<void>& result);
    void request(const std::filesystem::path& run, Result<void> (*what)(const RunDirectory&));
    void trash(const std::filesystem::path& run, const QString& name);
    void tell(Severity severity, const QString& text);

    QThreadPool& m_pool;
    std::map<std::filesystem::path, std::unique_ptr<OrderedWork>> m_orders;
    std::list<std::unique_ptr<Task>> m_tasks;
};

} // namespace phono
