#pragma once

#include <QObject>

#include <optional>

namespace phono {

/// A stretch of time in seconds.
struct TimeRange {
    double start = 0;
    double end = 0;
    double length() const { return end - start; }
    bool operator==(const TimeRange&) const = default;
};

/// What all panes over one recording share: the stretch in view, the cursor, the selection, the
/// play head. In seconds; everything is clamped to [0, duration]. Signals fire only on real
/// changes.
class TimeAxis : public QObject {
    Q_OBJECT
public:
    /// The closest look: 5 ms over the whole width.
    static constexpr double kShortestView = 0.005;

    using QObject::QObject;

    double duration() const { return m_duration; }
    TimeRange visible() const { return m_visible; }
    std::optional<double> cursor() const { return m_cursor; }
    std::optional<TimeRange> selection() const { return m_selection; }
    std::optional<double> playHead() const { return m_playHead; }
    bool loop() const { return m_loop; }

    /// Shows everything and forgets cursor, selection and play head.
    void setDuration(double seconds);
    /// The recording turned out longer or shorter: a view of everything stays one, and whatever is
    /// still inside stays where it is.
    void correctDuration(double seconds);
    void setVisible(TimeRange range);
    void scroll(double seconds);
    /// `factor` > 1 looks closer; the time `at` stays where it is on the screen.
    void zoom(double factor, double at);
    void zoomToSelection();
    void fit();
    /// Scrolls as little as needed to have `time` in view (a page when playing).
    void reveal(double time);

    void setCursor(std::optional<double> time);
    void setSelection(std::optional<TimeRange> range);
    void setPlayHead(std::optional<double> time);
    void setLoop(bool loop);

Q_SIGNALS:
    void durationChanged(double seconds);
    void visibleChanged();
    void cursorChanged();
    void selectionChanged();
    void playHeadChanged();
    void loopChanged(bool loop);

private:
    double m_duration = 0;
    TimeRange m_visible;
    std::optional<double> m_cursor;
    std::optional<TimeRange> m_selection;
    std::optional<double> m_playHead;
    bool m_loop = false;
};

} // namespace phono
