#pragma once

#include "app/engine/lanes.h"
#include "app/engine/model_host.h"
#include "app/recording/growing_audio.h"
#include "core/labels/labels.h"
#include "widgets/document.h"
#include "widgets/shell/latest_task.h"
#include "widgets/shell/notice.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <filesystem>
#include <memory>
#include <vector>

namespace phono {

enum class LoadStep { Reading, Spectrogram, Features };

/// How far one computation of a document is.
struct LoadProgress {
    LoadStep step = LoadStep::Reading;
    /// That are being computed; "spectrogram" and "waveform" for these.
    QStringList features;
    QString stage; ///< "computing c"; empty when the step is over
    double fraction = 0;
    double secondsLeft = -1; ///< negative when unknown
};

/// Fills a document: decodes the recording, computes its spectrogram and the features of a model,
/// all off the UI thread, and shows what there is while it grows.
///
/// Features are computed from the whole recording, never in chunks. Those asked for while others
/// are being computed come next. A new model cancels and starts over. Destroying the loader cancels
/// and waits for what runs.
class DocumentLoader : public QObject {
    Q_OBJECT
public:
    /// Stopped: reading was given up on request.
    enum class State { Empty, Reading, Ready, Failed, Stopped };

    /// All outlive the loader.
    DocumentLoader(Document& document, Lanes& lanes, QObject* parent = nullptr);

    void open(const QString& path, const SpectrogramOptions& spectrogram);
    /// Computes z and c, and whatever was asked for before, with `model`; null forgets all
    /// features.
    void setModel(std::shared_ptr<const Model> model);
    void requestFeature(const QString& name);
    void requestSpectrogram(const SpectrogramOptions& options);
    void openLabels(const QString& path);

    /// Gives up whatever is being done; what is complete stays.
    void stop();
    /// Computes the features that were stopped.
    void resume();

    QString path() const { return m_path; }
    State state() const { return m_state; }
    /// Something is being read or computed.
    bool busy() const;
    /// Features were stopped, or failed, and wait for resume().
    bool stopped() const { return m_stopped; }

Q_SIGNALS:
    /// The recording is there, or is not (see state()).
    void opened();
    void progressed(const phono::LoadProgress& progress);
    /// Everything asked for is there, stopped or failed.
    void settled();
    void noticed(const phono::Notice& notice);

private:
    /// Reports of running work, thinned out, on the UI thread.
    Progress reporter(const TaskContext& context, LoadStep step, const QStringList& features);
    void audioRead(Result<GrowingAudio> result);
    void featuresDone(const Result<void>& result);
    void labelsRead(const std::vector<Result<LabelFile>>& files);
    void computeMissing();
    QStringList missing() const;
    void stopFeatures();
    void settle();
    void endStep(LoadStep step, const QStringList& features);
    void complain(const Error& error);

    Document& m_document;
    QString m_path;
    State m_state = State::Empty;
    SpectrogramOptions m_spectrogramOptions;
    std::shared_ptr<const Model> m_model;
    QStringList m_wanted;
    QStringList m_computing;
    bool m_stopped = false;

    LatestTask<Result<GrowingAudio>> m_audio;
    LatestTask<Result<void>> m_spectrogram;
    LatestTask<Result<void>> m_features;
    LatestTask<std::vector<Result<LabelFile>>> m_labels;
};

} // namespace phono
