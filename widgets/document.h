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

    /// There is a waveform, whole or growing.
    bool hasAudio() const { return m_peaks != nullptr; }
    /// The recording is decoded to its end.
    bool audioComplete() const { return m_audioComplete; }
    /// Of a recording that is still growing only its outline (see AudioDecoder).
    const AudioInfo& audio() const { return m_audio; }
    /// What the model hears: mono, kModelRate; as much as is decoded, from the start.
    const Waveform& waveform() const { return m_waveform; }
    std::shared_ptr<const PeakPyramid> peaks() const { return m_peaks; }
    /// Of the whole recording; while it grows, as far as that can be told.
    double seconds() const { return m_audioComplete ? m_waveform.seconds() : m_audio.seconds; }

    SpectrogramOptions spectrogramOptions() const { return m_spectrogramOptions; }
    /// Log power in dB; empty until computed.
    DocumentFeature spectrogram() const { return m_spectrogram; }

    /// The model behind the features, in a few words ("demo model"); empty without one.
    QString modelTitle() const { return m_modelTitle; }
    /// A model is being read, and will be set or not.
    bool modelComing() const { return m_modelComing; }
    /// All that the model offers ("z", "c", "enc0", …), computed or not.
    const std::vector<FeatureInfo>& offeredFeatures() const { return m_offered; }
    /// By name; an empty one for what is not computed.
    DocumentFeature feature(const QString& name) const { return m_features.value(name); }

    const std::vector<LabelTier>& labels() const { return m_labels; }

    void setAudio(AudioInfo info, Waveform waveform, std::shared_ptr<const PeakPyramid> peaks);
    /// What there is of a recording that is being decoded; each time more of the same.
    void growAudio(AudioInfo outline, Waveform waveform, std::shared_ptr<const PeakPyramid> peaks);
    void clearAudio();
    void setSpectrogram(const SpectrogramOptions& options, DocumentFeature spectrogram);
    void setModelComing(bool coming);
    /// Forgets all features.
    void setModel(const QString& title, std::vector<FeatureInfo> offered);
    void setFeature(DocumentFeature feature);
    void setLabels(std::vector<LabelTier> labels);

Q_SIGNALS:
    /// A recording appeared, is complete, or went.
    void audioChanged();
    /// There is more of the waveform; seconds() may have changed.
    void audioGrew();
    void spectrogramChanged();
    void modelChanged();
    void featureChanged(const QString& name);
    void labelsChanged();

private:
    AudioInfo m_audio;
    Waveform m_waveform;
    std::shared_ptr<const PeakPyramid> m_peaks;
    bool m_audioComplete = false;
    SpectrogramOptions m_spectrogramOptions;
    DocumentFeature m_spectrogram;
    QString m_modelTitle;
    bool m_modelComing = false;
    std::vector<FeatureInfo> m_offered;
    QMap<QString, DocumentFeature> m_features;
    std::vector<LabelTier> m_labels;
};

} // namespace phono
