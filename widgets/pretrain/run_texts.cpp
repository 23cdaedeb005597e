#include "widgets/pretrain/run_texts.h"

#include "widgets/curves/curve_ticks.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace phono {
namespace {

constexpr std::size_t kMostFiles = 20;
constexpr std::size_t kMostCheckpoints = 40;
constexpr int kLongestLine = 500;

QString tr(const char* text)
{
    return QCoreApplication::translate("RunTexts", text);
}

QString timeWords(double seconds)
{
    return QLocale(QLocale::English)
        .toString(localTime(seconds), QStringLiteral("d MMM yyyy HH:mm"));
}

int rank(const std::string& name)
{
    return name == "best.pt" ? 0 : name == "last.pt" ? 1 : 2;
}

/// "update 12,000 · loss 3.214".
QString checkpointNote(const RunRecord& run, const std::string& name)
{
    const std::string path = "checkpoints/" + name;
    const auto& events = run.history().checkpoints;
    const auto last =
        std::ranges::find(events.rbegin(), events.rend(), path, &CheckpointEvent::path);
    QStringList words;
    if (last != events.rend())
        words << tr("update %1").arg(countWords(last->update));
    if (name == "best.pt" && run.best())
        words << tr("valid %1").arg(valueText(run.best()->metrics.lossBits));
    return words.join(QStringLiteral(" · "));
}

void appendFiles(QStringList& lines, const std::vector<std::string>& files)
{
    for (std::size_t i = 0; i < std::min(files.size(), kMostFiles); ++i)
        lines << QStringLiteral("  ") + oneLine(files[i], kLongestLine);
    if (files.size() > kMostFiles)
        lines << tr("  and %1 more").arg(files.size() - kMostFiles);
}

} // namespace

QStringList runFactNames()
{
    return {tr("Updates"), tr("Loss"), tr("Best valid"), tr("Device"), tr("Model"),
            tr("Data"),    tr("Host"), tr("Started"),    tr("Folder")};
}

QStringList runFacts(const RunRecord& run)
{
    QString device, model, data, host;
    if (!run.history().starts.empty()) {
        const StartedEvent& start = run.history().starts.back();
        QStringList words{oneLine(start.device).toUpper(), oneLine(start.precision)};
        if (start.threads > 0)
            words << (start.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(start.threads));
        if (start.processes > 1)
            words << tr("%1 processes").arg(start.processes);
        device = words.join(QStringLiteral(" · "));
        model = tr("%1 parameters").arg(countWords(start.parameters));
        data =
            tr("%1 recordings, %2 h").arg(countWords(start.recordings)).arg(start.hours, 0, 'f', 1);
        host = tr("%1, process %2").arg(oneLine(start.host)).arg(start.pid);
    }
    const ValidEvent* best = run.best();
    return {run.maxUpdates() > 0
                ? tr("%1 of %2").arg(countWords(run.updates()), countWords(run.maxUpdates()))
                : countWords(run.updates()),
            run.history().updates.empty() ? QString() : valueText(run.loss()),
            best ? tr("%1 at %2").arg(valueText(best->metrics.lossBits), countWords(best->update))
                 : QString(),
            device,
            model,
            data,
            host,
            run.started() > 0 ? timeWords(run.started()) : QString(),
            fromPath(run.path())};
}

QString checkpointLinks(const RunRecord& run)
{
    auto names = run.checkpoints();
    // The newest of those that are kept for good first.
    std::ranges::sort(names, [](const std::string& a, const std::string& b) {
        return rank(a) != rank(b) ? rank(a) < rank(b) : a > b;
    });
    if (names.empty())
        return run.live() ? tr("None yet.") : tr("None.");
    QStringList rows;
    const std::size_t left = names.size() - std::min(names.size(), kMostCheckpoints);
    names.resize(names.size() - left);
    for (const std::string& name : names) {
        const QString text = QString::fromStdString(name).toHtmlEscaped();
        rows << QStringLiteral("<tr><td><a href=\"%1\">%1</a>&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(text, checkpointNote(run, name));
    }
    if (left > 0)
        rows << QStringLiteral("<tr><td colspan=\"2\">%1</td></tr>")
                    .arg(tr("and %1 more").arg(left));
    return QStringLiteral("<table cellspacing=\"0\">%1</table>").arg(rows.join(QString()));
}

QString runMessages(const RunRecord& run)
{
    QStringList lines;
    const RunHistory& history = run.history();
    if (history.last) {
        if (const auto* failed = std::get_if<FailedEvent>(&*history.last)) {
            if (!failed->files.empty())
                lines << tr("Recordings of that batch:");
            appendFiles(lines, failed->files);
        }
    }
    if (run.status() == RunStatus::Interrupted)
        lines << tr("The process ended without a word. Resume goes on from the last checkpoint; "
                    "its log may say more.");
    if (history.skippedCount > 0) {
        lines << (history.skippedCount == 1
                      ? tr("One recording could not be read and is left out:")
                      : tr("%1 recordings could not be read and are left out:")
                            .arg(countWords(history.skippedCount)));
        std::vector<std::string> files;
        for (const SkippedEvent& skipped : history.skipped)
            files.push_back(skipped.path + ": " + skipped.reason);
        appendFiles(lines, files);
    }
    if (history.unreadableLines > 0)
        lines << tr("Lines of the log that cannot be read: %1. %2")
                     .arg(countWords(history.unreadableLines),
                          oneLine(sentence(history.firstUnreadable).toStdString(), kLongestLine));
    if (!run.problem().isEmpty())
        lines << oneLine(sentence(run.problem().toStdString()).toStdString(), kLongestLine);
    return lines.join(QLatin1Char('\n'));
}

} // namespace phono
