#include "app/recording/recording_page.h"

#include "app/recording/waiting_view.h"
#include "widgets/shell/checkpoint_summary.h"
#include "widgets/shell/words.h"

#include <QApplication>
#include <QFileInfo>
#include <QStackedLayout>

namespace phono {
namespace {

QString lengthWords(double seconds)
{
    return seconds < 60 ? QObject::tr("%1 s").arg(seconds, 0, 'f', 1) : durationWords(seconds);
}

} // namespace

RecordingPage::RecordingPage(const QString& path, Lanes& lanes, QWidget* parent)
    : QWidget(parent)
    , m_path(path)
    , m_loader(m_document, lanes)
    , m_waiting(new WaitingView(title(), this))
    , m_inspect(std::make_unique<InspectPanel>(m_document, m_timeAxis, this))
    , m_details(new DetailsPanel(m_document, *m_inspect))
{
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(m_waiting);
    m_stack->addWidget(m_inspect.get());

    connect(m_waiting, &WaitingView::retryRequested, this, &RecordingPage::retryRequested);
    connect(&m_document, &Document::audioChanged, this, &RecordingPage::showAudio);
    connect(&m_document, &Document::audioGrew, this, &RecordingPage::showAudio);
    connect(&m_loader, &DocumentLoader::opened, this, &RecordingPage::opened);
    connect(&m_loader, &DocumentLoader::progressed, this, &RecordingPage::showProgress);
    connect(m_inspect.get(), &InspectPanel::featureRequested, &m_loader,
            &DocumentLoader::requestFeature);
    connect(m_inspect.get(), &InspectPanel::spectrogramRequested, &m_loader,
            &DocumentLoader::requestSpectrogram);
}

RecordingPage::~RecordingPage()
{
    // Both refer to the document, which goes before the children of this widget do.
    delete m_details;
    m_inspect.reset();
}

QString RecordingPage::title() const
{
    return QFileInfo(m_path).fileName();
}

QString RecordingPage::facts() const
{
    if (!m_document.audioComplete())
        return {};
    QString text = tr("%1 · %2").arg(rateWords(m_document.audio().sampleRate),
                                     lengthWords(m_document.audio().seconds));
    if (m_model && !m_model->features.empty()) {
        const std::int64_t frames = m_model->checkpoint.config.frames(m_document.waveform().size());
        text += tr(" · %1 frames").arg(countWords(frames));
    }
    return text;
}

Activity RecordingPage::activity() const
{
    for (const LoadStep step : {LoadStep::Reading, LoadStep::Features, LoadStep::Spectrogram}) {
        const auto at = m_progress.find(step);
        if (at != m_progress.end())
            return {at->stage, at->fraction, at->secondsLeft};
    }
    return {};
}

void RecordingPage::load(const SpectrogramOptions& spectrogram)
{
    if (m_loader.state() == DocumentLoader::State::Empty)
        retry(spectrogram);
}

void RecordingPage::retry(const SpectrogramOptions& spectrogram)
{
    m_waiting->setReading(0);
    m_loader.open(m_path, spectrogram);
}

void RecordingPage::setModel(const std::shared_ptr<const Model>& model)
{
    if (model == m_model)
        return;
    m_model = model;
    m_loader.setModel(model);
    m_details->setCheckpointText(model ? toPlainText(model->summary) : QString());
    Q_EMIT factsChanged();
}

void RecordingPage::takeFocus()
{
    m_stack->currentWidget()->setFocus();
}

void RecordingPage::showAudio()
{
    QWidget* const before = m_stack->currentWidget();
    QWidget* const wanted =
        m_document.hasAudio() ? static_cast<QWidget*>(m_inspect.get()) : m_waiting;
    if (wanted == before) {
        m_timeAxis.correctDuration(m_document.seconds());
        return;
    }
    m_timeAxis.setDuration(m_document.seconds());
    if (m_initialView)
        m_timeAxis.setVisible(*m_initialView);
    const QWidget* focus = QApplication::focusWidget();
    const bool focused = focus && (focus == before || before->isAncestorOf(focus));
    m_stack->setCurrentWidget(wanted);
    if (focused)
        wanted->setFocus();
}

void RecordingPage::opened()
{
    if (m_loader.state() == DocumentLoader::State::Failed)
        m_waiting->setFailed();
    else if (m_loader.state() == DocumentLoader::State::Stopped)
        m_waiting->setStopped();
    m_initialView.reset();
    Q_EMIT factsChanged();
}

void RecordingPage::showProgress(const LoadProgress& progress)
{
    const bool over = progress.stage.isEmpty();
    if (over)
        m_progress.remove(progress.step);
    else
        m_progress.insert(progress.step, progress);
    if (progress.step == LoadStep::Reading && !over)
        m_waiting->setReading(progress.fraction);
    for (const QString& name : progress.features) {
        const bool complete = m_document.feature(name).complete();
        m_inspect->setActivity(name, progress.stage, over || complete ? -1 : progress.fraction);
    }
    Q_EMIT activityChanged();
}

} // namespace phono
