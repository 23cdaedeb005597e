#pragma once

#include <QVector>
#include <QWidget>

#include <optional>

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;

namespace phono {

/// A small curve with axes and one marked place.
class CurveView : public QWidget {
    Q_OBJECT
public:
    CurveView(const QString& xLabel, const QString& yLabel, QWidget* parent = nullptr);

    /// Rising `x`; the axes end at `xLow` and `xHigh`. `hint` stands there when there are no
    /// points.
    void setCurve(const QVector<double>& x, const QVector<double>& y, double xLow, double xHigh,
                  const QString& hint);
    void setMark(std::optional<double> x);

Q_SIGNALS:
    /// A place on the curve was clicked.
    void clicked(double x);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();

    QCustomPlot* m_plot = nullptr;
    QCPGraph* m_graph = nullptr;
    QCPItemStraightLine* m_mark = nullptr;
    QCPItemText* m_hint = nullptr;
};

} // namespace phono
