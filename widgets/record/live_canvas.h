#pragma once

#include "core/record/take_report.h"
#include "widgets/record/live_block.h"
#include "widgets/record/live_heat.h"
#include "widgets/record/live_wave.h"

#include <QWidget>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

class QPushButton;

namespace phono {

struct Theme;

/// Paints the panes of LiveView over one time axis, 1:1 in device pixels.
class LiveCanvas : public QWidget {
    Q_OBJECT
public:
    static constexpr double kSeconds = 10; ///< over the whole width
    enum PaneId { Waveform, Spectrogram, Z, C };
    static constexpr int kPanes = C + 1;

    explicit LiveCanvas(QWidget* parent = nullptr);

    void append(const LiveBlock& block);
    void clear();
    void setListening(bool listening);
    void setCheckpoint(const QString& name);
    void setColors(ColorMap map);
    void setShown(PaneId pane, bool shown);
    /// Where the newest sample is in a take, in seconds; nothing outside one and in its pauses.
    /// `resumed` if the take was known before a pause.
    void setTakeTime(std::optional<double> seconds, bool resumed);
    void setMarkers(std::vector<TakeMarker> markers);

    /// The plot of a pane, in logical pixels; empty while it is not shown.
    QRect plotRect(PaneId pane) const { return m_rects[pane]; }
    const LiveHeat& heat(PaneId pane) const { return m_heats[pane - Spectrogram]; }
    /// Seconds of sound there were since clear().
    double now() const;
    /// Where a time of the take that goes on is, in logical pixels.
    std::optional<double> xOfTake(double seconds) const;

    QSize sizeHint() const override { return {640, 420}; }
    QSize minimumSizeHint() const override { return {360, 140}; }

Q_SIGNALS:
    void checkpointRequested();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    LiveHeat& heatOf(PaneId pane) { return m_heats[std::size_t(pane - Spectrogram)]; }
    bool hasModel() const { return !m_checkpoint.isEmpty(); }
    /// z and c share one pane that offers a checkpoint while there is none.
    bool offersCheckpoint() const;
    int weightOf(PaneId pane) const;
    QRect deviceRect(const QRect& rect) const;
    void layOut();
    int headerHeight() const;
    QRect headerRect(PaneId pane) const;
    void applyTheme();

    QString titleOf(PaneId pane) const;
    QString subtitleOf(PaneId pane) const;
    void paintData(QPainter& painter, const Theme& theme) const;
    void paintFrame(QPainter& painter, const Theme& theme, PaneId pane) const;
    void paintTicks(QPainter& painter, const Theme& theme, PaneId pane) const;
    void paintColorBar(QPainter& painter, const Theme& theme, PaneId pane) const;
    void paintRuler(QPainter& painter, const Theme& theme) const;
    void paintMarkers(QPainter& painter, const Theme& theme) const;
    void paintHints(QPainter& painter, const Theme& theme) const;
    double xOfNow(double secondsBefore) const;
    QFont tickFont() const;

    LiveWave m_wave{kSeconds};
    std::array<LiveHeat, 3> m_heats;
    std::array<bool, kPanes> m_shown{true, true, true, true};
    std::array<QRect, kPanes> m_rects;
    QRect m_ruler;
    bool m_compact = false; ///< titles stand in the panes
    qreal m_ratio = 1; ///< device pixels in a logical one, as laid out
    bool m_listening = false;
    QString m_checkpoint;
    ColorMap m_colors = ColorMap::Magma;

    /// Time in the take minus time since clear().
    std::optional<double> m_takeOffset;
    double m_takeSeconds = 0; ///< the last known
    double m_stretchStart = 0; ///< in the take, of what goes on without a pause
    std::vector<TakeMarker> m_markers;
    std::vector<double> m_frequencies; ///< of the spectrogram's rows, in Hz
    QPushButton* m_choose;
};

} // namespace phono
