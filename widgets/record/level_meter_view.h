#pragma once

#include "core/record/level_watch.h"

#include <QElapsedTimer>
#include <QWidget>

namespace phono {

/// A bar for each channel in dBFS: RMS, peak, the highest peak, the noise floor, and a lamp that
/// stays lit after clipping until it is clicked.
class LevelMeterView : public QWidget {
    Q_OBJECT
public:
    static constexpr double kLowest = -60; ///< the left end of the scale, in dBFS
    static constexpr double kWarmFrom = -6; ///< amber
    static constexpr double kHotFrom = -1; ///< red

    explicit LevelMeterView(QWidget* parent = nullptr);

    /// Without channels it looks switched off.
    void setReading(const LevelReading& reading);
    const LevelReading& reading() const { return m_reading; }
    bool active() const { return !m_reading.channels.empty(); }

    /// Where a level is, in the widget's coordinates.
    double xOf(double decibels) const;
    /// The trough of a channel's bar.
    QRectF barRect(int channel) const;
    QRect clipRect() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void clipResetRequested();

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    int channels() const;
    int rowHeight() const;
    int readOutWidth() const;
    void describe();
    void paintScale(QPainter& painter) const;
    void paintBar(QPainter& painter, int channel) const;
    void paintReadOut(QPainter& painter, int channel) const;
    void paintLamp(QPainter& painter) const;
    void paintNoiseFloor(QPainter& painter) const;

    LevelReading m_reading;
    QElapsedTimer m_described; ///< since
    bool m_describedClip = false;
};

/// "−12.3 dBFS", and "−∞ dBFS" for silence.
QString decibelText(double decibels);

} // namespace phono
