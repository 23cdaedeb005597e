#include "widgets/document.h"

#include <utility>

namespace phono {

void Document::setAudio(AudioInfo info, Waveform waveform, std::shared_ptr<const PeakPyramid> peaks)
{
    m_audio = std::move(info);
    m_waveform = std::move(waveform);
    m_peaks = std::move(peaks);
    m_audioComplete = true;
    Q_EMIT audioChanged();
}

void Document::growAudio(AudioInfo outline, Waveform waveform,
                         std::shared_ptr<const PeakPyramid> peaks)
{
    const bool appears = !m_peaks || m_audioComplete;
    m_audio = std::move(outline);
    m_waveform = std::move(waveform);
    m_peaks = std::move(peaks);
    m_audioComplete = false;
    if (appears)
        Q_EMIT audioChanged();
    else
        Q_EMIT audioGrew();
}

void Document::clearAudio()
{
    m_audio = {};
    m_waveform = {};
    m_peaks = nullptr;
    m_audioComplete = false;
    Q_EMIT audioChanged();
}

void Document::setSpectrogram(const SpectrogramOptions& options, DocumentFeature spectrogram)
{
    m_spectrogramOptions = options;
    m_spectrogram = std::move(spectrogram);
    Q_EMIT spectrogramChanged();
}

void Document::setModelComing(bool coming)
{
    if (std::exchange(m_modelComing, coming) != coming)
        Q_EMIT modelChanged();
}

void Document::setModel(const QString& title, std::vector<FeatureInfo> offered)
{
    m_modelTitle = title;
    m_modelComing = false;
    m_offered = std::move(offered);
    m_features.clear();
    Q_EMIT modelChanged();
}

void Document::setFeature(DocumentFeature feature)
{
    const auto name = QString::fromStdString(feature.info.name);
    m_features.insert(name, std::move(feature));
    Q_EMIT featureChanged(name);
}

void Document::setLabels(std::vector<LabelTier> labels)
{
    m_labels = std::move(labels);
    Q_EMIT labelsChanged();
}

} // namespace phono
