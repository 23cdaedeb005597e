#pragma once

#include "widgets/inspect/detail_section.h"
#include "widgets/panel.h"

class QLabel;
class QPushButton;

namespace phono {

class CurveView;
class Document;
class InspectPanel;
struct Readout;

/// Numbers beside the picture: what is under the pointer, the frame at the cursor, one dimension
/// over time, the file, the checkpoint.
class DetailsPanel : public Panel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DetailsPanel)
public:
    /// Both outlive the panel.
    DetailsPanel(Document& document, InspectPanel& inspect, QWidget* parent = nullptr);
    ~DetailsPanel() override;

    /// What `info` says about the checkpoint; plain text.
    void setCheckpointText(const QString& text);

private:
    DetailSection* makePointer();
    DetailSection* makeProfile();
    DetailSection* makeCurve();
    DetailSection* makeFile();
    void showReadout(const Readout& readout);
    void showFile();
    void showProfile();
    void showCurve();
    /// The feature that profile and curve are about.
    QString chosenFeature() const;

    Document& m_document;
    InspectPanel& m_inspect;
    struct PointerRows {
        DetailRow time, sample, frame, dimension, value, score, frequency, level, label, seen;
    } m_pointer;
    struct FileRows {
        DetailRow name, format, duration, rate, channels, samples, frames;
        DetailRow offset, peak, rms, clipped, notes, warnings;
    } m_file;
    DetailSection *m_profileSection = nullptr, *m_curveSection = nullptr;
    DetailSection* m_checkpointSection = nullptr;
    CurveView *m_profile = nullptr, *m_curve = nullptr;
    QPushButton* m_play = nullptr;
    QLabel *m_checkpoint = nullptr, *m_noFile = nullptr;
};

} // namespace phono
