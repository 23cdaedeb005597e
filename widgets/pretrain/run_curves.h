#pragma once

#include "core/run/run_history.h"
#include "core/run/training_config.h"
#include "widgets/curves/curve.h"
#include "widgets/curves/curve_pane.h"

#include <QString>

#include <map>
#include <memory>
#include <span>
#include <vector>

namespace phono {

/// The curves of one run, as its history grows. The history outlives them and stays where it is.
class RunCurves {
public:
    explicit RunCurves(const RunHistory& history);
    ~RunCurves() = default;
    RunCurves(const RunCurves&) = delete;
    RunCurves& operator=(const RunCurves&) = delete;

    /// Call after every change of the history: of the rows of updates known before, the first
    /// `kept` are what they were, or all of them; and of the validations all, or none.
    void follow(std::size_t kept = kAll, bool keptValid = true);
    static constexpr std::size_t kAll = std::size_t(-1);

    /// By the id of a plot, see runPlots(). Null for what the run has not.
    std::shared_ptr<const CurveSeries> series(const QString& plot) const;
    std::shared_ptr<const CurveSeries> valid() const { return m_valid; }
    /// Of the prediction steps 1, 2, …
    const std::vector<std::shared_ptr<CurveSeries>>& steps() const { return m_steps; }

private:
    void followKeys();
    void followValid();
    void show(const QString& plot, std::span<const float> values);
    void derive(const QString& plot, std::span<const float> from, double factor);
    void deriveWait();
    void cut(std::size_t rows);

    const RunHistory& m_history;
    std::shared_ptr<CurveKeys> m_keys = std::make_shared<CurveKeys>();
    std::shared_ptr<CurveKeys> m_validKeys = std::make_shared<CurveKeys>();
    std::shared_ptr<CurveSeries> m_valid;
    std::vector<float> m_validLosses;
    std::map<QString, std::shared_ptr<CurveSeries>> m_series;
    std::map<QString, std::vector<float>> m_derived; ///< worked out of the log's numbers
    std::vector<std::shared_ptr<CurveSeries>> m_steps;
    double m_trained = 0; ///< seconds, up to the last key
    std::size_t m_sessions = 0; ///< starts that lie before the last key
};

/// All plots of runs, in their order.
std::vector<CurvePlot> runPlots();

/// Levels that a loss in bits per positive can be compared with (SPEC 3): a model that scores
/// everything 0, and one that has learned no more than how many negatives there are.
std::vector<CurveReference> lossReferences(const TrainingConfig& config);

} // namespace phono
