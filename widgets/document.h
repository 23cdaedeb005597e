#pragma once

#include "core/audio/audio_file.h"
#include "core/audio/peaks.h"
#include "core/audio/spectrogram.h"
#include "core/base/feature_info.h"
#include "core/base/feature_matrix.h"
#include "core/labels/labels.h"

#include <QMap>
#include <QObject>
#include <QString>

#include <memory>

namespace phono {

/// A feature of a document: all that is computed of it so far.
struct DocumentFeature {
    FeatureInfo info;
    FeatureMatrix values; ///< the frames computed so far, from the first on
    std::int64_t totalFrames = 0; ///< values.frames() when complete
    bool complete() const { return totalFrames > 0 && values.frames() == totalFrames; }
};

/// One open recording and everything computed from it, as the panels see it. Passive: a loader
/// fills it through the setters, on the UI thread; panels read it and listen.
class Document : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    bool hasAudio() const { return m_peaks != nullptr; }
    const AudioInfo& audio() const { return m_audio; }
    /// What the model hears: mono, kModelRate.
    const Waveform& waveform() const { return m_waveform; }
    std::shared_ptr<const PeakPyramid> peaks() const { return m_peaks; }
    double seconds() const { return m_waveform.seconds(); }

    SpectrogramOptions spectrogramOptions() const { return m_spectrogramOptions; }
    /// Log power in dB; empty until computed.
    DocumentFeature spectrogram() const { return m_spectrogram; }

    /// The model behind the features, in a few words ("demo · untrained"); empty without one.
    QString modelTitle() const { return m_modelTitle; }
    /// All that the model offers ("z", "c", "enc0", …), computed or not.
    const std::vector<FeatureInfo>& offeredFeatures() const { return m_offered; }
    /// By name; an empty one for what is not computed.
    DocumentFeature feature(const QString& name) const { return m_features.value(name); }

    const std::vector<LabelTier>& labels() const { return m_labels; }

    void setAudio(AudioInfo info, Waveform waveform, std::shared_ptr<const PeakPyramid> peaks);
    void setSpectrogram(const SpectrogramOptions& options, DocumentFeature spectrogram);
    /// Forgets all features.
    void setModel(const QString& title, std::vector<FeatureInfo> offered);
    void setFeature(DocumentFeature feature);
    void setLabels(std::vector<LabelTier> labels);

Q_SIGNALS:
    void audioChanged();
    void spectrogramChanged();
    void modelChanged();
    void featureChanged(const QString& name);
    void labelsChanged();

private:
    AudioInfo m_audio;
    Waveform m_waveform;
    std::shared_ptr<const PeakPyramid> m_peaks;
    SpectrogramOptions m_spectrogramOptions;
    DocumentFeature m_spectrogram;
    QString m_modelTitle;
    std::vector<FeatureInfo> m_offered;
    QMap<QString, DocumentFeature> m_features;
    std::vector<LabelTier> m_labels;
};

} // namespace phono
