#pragma once

#include "widgets/plot/feature_summary.h"

#include <QFutureWatcher>
#include <QObject>

#include <memory>
#include <optional>
#include <stop_token>

namespace phono {

/// Keeps the summary of a feature up to date on a worker thread while the feature grows. Requests
/// that come while it works wait, and only the newest of them is kept.
class FeatureSummarizer : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FeatureSummarizer)
public:
    explicit FeatureSummarizer(QObject* parent = nullptr);
    ~FeatureSummarizer() override;

    /// Nothing happens when it asks for the same as the one before.
    void request(const SummaryRequest& request);
    /// The newest one that is done; null at first.
    std::shared_ptr<const FeatureSummary> summary() const { return m_summary; }
    bool busy() const { return m_busy; }
    /// Waits until all that was requested is done.
    void finish();

Q_SIGNALS:
    void summaryChanged();

private:
    void start();
    void collect();

    QFutureWatcher<std::shared_ptr<const FeatureSummary>> m_watcher;
    std::stop_source m_stop;
    std::shared_ptr<const FeatureSummary> m_summary;
    std::optional<SummaryRequest> m_last; ///< that was asked for
    bool m_waiting = false; ///< m_last has not been started
    bool m_busy = false;
};

} // namespace phono
