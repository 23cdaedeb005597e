#pragma once

#include "core/record/take_report.h"
#include "widgets/plot/color_map.h"
#include "widgets/record/live_block.h"

#include <QWidget>

#include <vector>

class QAction;
class QLabel;

namespace phono {

class LiveCanvas;
class ThemedLabel;

/// The last ten seconds of what is listened to: waveform, spectrogram, z and c, scrolling.
class LiveView : public QWidget {
    Q_OBJECT
public:
    explicit LiveView(QWidget* parent = nullptr);

    void append(const LiveBlock& block);
    void clear();
    /// Nothing comes: says what to do. Forgets nothing.
    void setListening(bool listening);
    /// The checkpoint that z and c are computed with; "" for none.
    void setCheckpoint(const QString& name);
    void setColors(ColorMap map);

    enum class Phase { Listening, Paused, Recording };
    /// Whether the sound that comes now belongs to a take, and where in it the newest sample is.
    void setTake(Phase phase, double seconds);
    void setMarkers(std::vector<TakeMarker> markers);

    /// Which panes are shown: checkable, for tool bars and menus.
    QList<QAction*> paneActions() const { return m_actions; }
    LiveCanvas& canvas() const { return *m_canvas; }

Q_SIGNALS:
    void checkpointRequested();

private:
    void refresh();

    LiveCanvas* m_canvas;
    QLabel* m_title;
    ThemedLabel* m_note;
    QList<QAction*> m_actions;
    double m_behind = 0;
    Phase m_phase = Phase::Listening;
};

} // namespace phono
