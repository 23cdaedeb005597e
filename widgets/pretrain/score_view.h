#pragma once

#include "core/run/run_event.h"

#include <QWidget>

#include <optional>

class QCPGraph;
class QCPItemText;
class QCustomPlot;
class QLabel;

namespace phono {

/// How positives and negatives scored in a validation: the further apart, the better.
class ScoreView : public QWidget {
    Q_OBJECT
public:
    explicit ScoreView(QWidget* parent = nullptr);

    /// Nothing says that there was no validation yet.
    void setScores(const std::optional<ScoreHistogram>& scores);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();

    QCustomPlot* m_plot;
    QCPGraph* m_positives;
    QCPGraph* m_negatives;
    QCPItemText* m_hint;
    QLabel* m_legend;
    std::optional<ScoreHistogram> m_scores;
};

} // namespace phono
