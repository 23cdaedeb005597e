#include "widgets/plot/feature_summarizer.h"

#include <QtConcurrent>

namespace phono {

FeatureSummarizer::FeatureSummarizer(QObject* parent)
    : QObject(parent)
{
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &FeatureSummarizer::collect);
}

FeatureSummarizer::~FeatureSummarizer()
{
    m_watcher.disconnect(this);
    m_stop.request_stop();
    m_watcher.waitForFinished();
}

void FeatureSummarizer::request(const SummaryRequest& request)
{
    if (m_last && m_last->same(request))
        return;
    m_last = request;
    m_waiting = true;
    if (!m_busy)
        start();
}

void FeatureSummarizer::start()
{
    m_busy = true;
    m_waiting = false;
    m_watcher.setFuture(
        QtConcurrent::run([previous = m_summary, request = *m_last, stop = m_stop.get_token()] {
            return summarise(previous, request, stop);
        }));
}

void FeatureSummarizer::collect()
{
    if (!m_busy)
        return;
    m_busy = false;
    m_summary = m_watcher.result();
    if (m_waiting)
        start();
    Q_EMIT summaryChanged();
}

void FeatureSummarizer::finish()
{
    while (m_busy) {
        m_watcher.waitForFinished();
        collect();
    }
}

} // namespace phono
