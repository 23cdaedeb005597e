#pragma once

#include "app/recording/document_loader.h"
#include "widgets/document.h"
#include "widgets/inspect/details_panel.h"
#include "widgets/inspect/inspect_panel.h"
#include "widgets/shell/activity_bar.h"
#include "widgets/time_axis.h"

#include <QMap>
#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>

class QStackedLayout;

namespace phono {

class WaitingView;

/// One open recording: its document, the loader that fills it, and the panels that show it.
class RecordingPage : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecordingPage)
public:
    /// Reads nothing before load(). `lanes` outlives the page.
    RecordingPage(const QString& path, Lanes& lanes, QWidget* parent = nullptr);
    ~RecordingPage() override;

    QString path() const { return m_path; }
    /// "demo.wav"
    QString title() const;
    /// "16 kHz · 12.4 s · 1238 frames"; empty before the recording is there.
    QString facts() const;
    /// The most telling thing that is going on.
    Activity activity() const;

    Document& document() { return m_document; }
    TimeAxis& timeAxis() { return m_timeAxis; }
    DocumentLoader& loader() { return m_loader; }
    InspectPanel& inspect() { return *m_inspect; }
    DetailsPanel& details() { return *m_details; }

    /// Reads the recording unless that has been done or tried.
    void load(const SpectrogramOptions& spectrogram);
    void retry(const SpectrogramOptions& spectrogram);
    /// Null forgets all features. The same model again changes nothing.
    void setModel(const std::shared_ptr<const Model>& model);
    /// Gives the keys to what is in view.
    void takeFocus();
    /// What to show once the recording is there.
    void setInitialView(TimeRange range) { m_initialView = range; }

Q_SIGNALS:
    void activityChanged();
    void factsChanged();
    void retryRequested();

private:
    void showProgress(const LoadProgress& progress);
    /// Brings view and time axis up to what there is of the recording.
    void showAudio();
    void opened();

    QString m_path;
    Document m_document;
    TimeAxis m_timeAxis;
    DocumentLoader m_loader;
    std::shared_ptr<const Model> m_model;
    std::optional<TimeRange> m_initialView;
    QMap<LoadStep, LoadProgress> m_progress;
    QStackedLayout* m_stack = nullptr;
    WaitingView* m_waiting;
    std::unique_ptr<InspectPanel> m_inspect;
    QPointer<DetailsPanel> m_details; // may be deleted by the dock it is shown in
};

} // namespace phono
