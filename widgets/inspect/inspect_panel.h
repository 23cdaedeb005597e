#pragma once

#include "core/audio/spectrogram.h"
#include "core/base/result.h"
#include "widgets/inspect/readout.h"
#include "widgets/panel.h"

#include <QByteArray>
#include <QImage>
#include <QList>

#include <memory>
#include <optional>

class QAction;
class QStackedLayout;
class QToolBar;

namespace phono {

class Document;
class EmptyState;
class PaneStack;
class ViewActions;
struct FeatureSummary;

/// Waveform, spectrogram, features and labels of one recording over one time axis.
class InspectPanel : public Panel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(InspectPanel)
public:
    /// Both outlive the panel.
    InspectPanel(Document& document, TimeAxis& time, QWidget* parent = nullptr);
    ~InspectPanel() override;

    Document& document() const { return m_document; }
    TimeAxis& timeAxis() const { return m_time; }
    const Readout& readout() const;
    /// The dimension that was clicked last.
    std::optional<FeatureCell> currentCell() const;
    void setCurrentCell(const FeatureCell& cell);
    /// The features that have a pane, from top to bottom.
    QStringList shownFeatures() const;

    /// The numbers behind a pane ("z", "spectrogram"), as far as they are; null without any.
    std::shared_ptr<const FeatureSummary> summary(const QString& pane) const;

    /// All view commands, for menus and palettes. Their shortcuts work while the panel is in view,
    /// or, those that lists have too, while it has the focus.
    QList<QAction*> viewActions() const;
    /// Puts the shell's own actions (play, stop, loop) at the left of the tool bar.
    void addTransport(const QList<QAction*>& actions);

    /// The panes alone, as they are now, at another size. Waits for work that the picture needs.
    QImage render(QSize size, qreal devicePixelRatio);
    /// By extension: .png (at twice the screen's resolution) or .pdf. An existing file is replaced
    /// in one step or not at all.
    Result<void> savePicture(const QString& path);

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

    /// Shows how far the computation of a feature ("z", "spectrogram", …) is, inside its pane; a
    /// negative `fraction` ends it.
    void setActivity(const QString& featureName, const QString& stage, double fraction);

public Q_SLOTS:
    /// Asks to play what the frame under the pointer (or at the cursor) sees.
    void playSeen();

Q_SIGNALS:
    void readoutChanged(const phono::Readout& readout);
    void currentCellChanged();
    void summaryChanged(const QString& pane);
    /// The view's settings (panes, colour map, order, …) changed; saveState() has them.
    void settingsChanged();
    /// A layer is wanted that is not computed.
    void featureRequested(const QString& name);
    void spectrogramRequested(const phono::SpectrogramOptions& options);
    void playRequested(phono::TimeRange range);
    void exportRequested();
    void pictureRequested();
    void openRequested();
    void demoRequested();
    void checkpointRequested();

private:
    void makeStack();
    void showContextMenu(QPoint globalPosition);
    void followHint(const QString& pane);

    Document& m_document;
    TimeAxis& m_time;
    PaneStack* m_panes = nullptr;
    EmptyState* m_empty = nullptr;
    ViewActions* m_actions = nullptr;
    QToolBar* m_toolBar = nullptr;
    QStackedLayout* m_stack = nullptr;
};

} // namespace phono
