#include "widgets/pretrain/run_curves.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace phono {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RunCurves", text);
}

CurvePlot plot(const char* id, const QString& title, const QString& unit)
{
    CurvePlot made;
    made.id = QLatin1String(id);
    made.title = title;
    made.unit = unit;
    made.hint = tr("Not in the selected runs");
    return made;
}

} // namespace

std::vector<CurvePlot> runPlots()
{
    auto loss = plot("loss", tr("loss"), tr("bits per positive"));
    loss.large = loss.smoothed = loss.decades = true;
    loss.legend = CurvePlot::Legend::Lines;
    loss.hint = tr("Select a run in the table to see its curves; Ctrl+click lays several over "
                   "each other");
    auto steps = plot("steps", tr("loss by step"), tr("bits"));
    steps.smoothed = steps.decades = true;
    steps.legend = CurvePlot::Legend::Names;
    auto accuracy = plot("accuracy", tr("accuracy"), tr("% of positives"));
    accuracy.smoothed = true;
    auto lr = plot("lr", tr("learning rate"), {});
    lr.decades = lr.fromZero = true;
    auto gnorm = plot("gnorm", tr("gradient norm"), tr("per positive"));
    gnorm.smoothed = gnorm.decades = gnorm.fromZero = true;
    auto throughput = plot("throughput", tr("throughput"), tr("audio-s / s"));
    throughput.smoothed = throughput.fromZero = true;
    auto wait = plot("wait", tr("data wait"), tr("% of time"));
    wait.smoothed = wait.fromZero = true;
    auto memory = plot("memory", tr("memory"), tr("GB"));
    memory.fromZero = true;
    auto cpu = plot("cpu", tr("CPU use"), tr("% of all cores"));
    cpu.smoothed = cpu.fromZero = true;
    auto gpu = plot("gpu", tr("GPU use"), tr("%"));
    gpu.smoothed = gpu.fromZero = true;
    auto gpuMemory = plot("gpuMemory", tr("GPU memory"), tr("GB"));
    gpuMemory.fromZero = true;
    auto gpuTemperature = plot("gpuTemperature", tr("GPU temperature"), tr("°C"));
    gpuTemperature.smoothed = true;
    for (CurvePlot* measured : {&cpu, &gpu, &gpuMemory, &gpuTemperature})
        measured->optional = true;
    return {loss, steps,  accuracy, lr,  gnorm,     throughput,
            wait, memory, cpu,      gpu, gpuMemory, gpuTemperature};
}

std::vector<CurveReference> lossReferences(const TrainingConfig& config)
{
    const ModelConfig& model = config.model;
    const int negatives = model.numNegatives + model.crossSampleNegatives;
    if (negatives < 1)
        return {};
    const double candidates = negatives + 1.0;
    if (config.criterion.infonce) {
        const double chance = std::log2(candidates);
        return {{chance, tr("InfoNCE chance %1").arg(chance, 0, 'f', 3)}};
    }
    // With balanced classes all negatives of a positive weigh as much as numNegatives of them.
    const double weight = model.balancedClasses ? 1.0 / model.numNegatives : 1.0;
    const double weighed = negatives * weight;
    const double zero = 1 + weighed;
    const double share = 1 / zero;
    const double entropy = -share * std::log2(share) - (1 - share) * std::log2(1 - share);
    const double prior = zero * entropy;
    return {{zero, tr("all scores zero %1").arg(zero, 0, 'f', 2)},
            {prior, tr("class prior only %1").arg(prior, 0, 'f', 3)}};
}

RunCurves::RunCurves(const RunHistory& history)
    : m_history(history)
    , m_valid(std::make_shared<CurveSeries>())
{
    m_valid->keys = m_validKeys;
}

void RunCurves::cut(std::size_t rows)
{
    m_keys->truncate(rows);
    for (auto& [id, values] : m_derived)
        values.resize(std::min(values.size(), rows));
    for (const auto& [id, series] : m_series)
        series->values.truncate(rows);
    for (const auto& series : m_steps)
        series->values.truncate(rows);
    m_trained = rows > 0 ? m_keys->on(CurveAxis::Relative)[rows - 1] : 0;
    m_sessions = 0;
    while (rows > 0 && m_sessions < m_history.starts.size()
           && m_history.starts[m_sessions].time <= m_history.updates.times()[rows - 1])
        ++m_sessions;
}

void RunCurves::follow(std::size_t kept, bool keptValid)
{
    kept = std::min(kept, m_history.updates.rows());
    if (kept < m_keys->size())
        cut(kept);
    if (!keptValid || m_validLosses.size() > m_history.valid.size()) {
        m_validKeys->truncate(0);
        m_validLosses.clear();
        m_valid->values.truncate(0);
    }
    followKeys();
    followValid();
    const UpdateTable& table = m_history.updates;
    show(QStringLiteral("loss"), table.curve(Curve::LossBits));
    show(QStringLiteral("lr"), table.curve(Curve::Lr));
    show(QStringLiteral("gnorm"), table.curve(Curve::GradientNorm));
    show(QStringLiteral("throughput"), table.curve(Curve::AudioSecondsPerSecond));
    derive(QStringLiteral("accuracy"), table.curve(Curve::Accuracy), 100);
    derive(QStringLiteral("memory"), table.curve(Curve::MemoryBytes), 1e-9);
    derive(QStringLiteral("cpu"), table.curve(Curve::CpuUtilization), 100);
    derive(QStringLiteral("gpu"), table.curve(Curve::GpuUtilization), 100);
    derive(QStringLiteral("gpuMemory"), table.curve(Curve::GpuMemoryBytes), 1e-9);
    show(QStringLiteral("gpuTemperature"), table.curve(Curve::GpuTemperature));
    deriveWait();
    for (std::size_t step = 0; step < table.steps(); ++step) {
        if (step == m_steps.size()) {
            m_steps.push_back(std::make_shared<CurveSeries>());
            m_steps.back()->keys = m_keys;
        }
        m_steps[step]->values.follow(table.step(step));
    }
}

void RunCurves::followKeys()
{
    const UpdateTable& table = m_history.updates;
    const auto epochs = table.curve(Curve::Epoch);
    for (std::size_t row = m_keys->size(); row < table.rows(); ++row) {
        const double time = table.times()[row];
        double since = row > 0 ? table.times()[row - 1] : time;
        // What passed between the end of one process and the start of the next is no training.
        while (m_sessions < m_history.starts.size() && m_history.starts[m_sessions].time <= time)
            since = m_history.starts[m_sessions++].time;
        m_trained += std::max(0.0, time - since);
        m_keys->append(
            {table.updates()[row], epochs.empty() ? 0.0 : double(epochs[row]), m_trained, time});
    }
}

void RunCurves::followValid()
{
    const auto updates = m_keys->on(CurveAxis::Update);
    for (std::size_t i = m_validLosses.size(); i < m_history.valid.size(); ++i) {
        const ValidEvent& event = m_history.valid[i];
        // Where the training curve is at that update.
        const auto at = std::lower_bound(updates.begin(), updates.end(), double(event.update))
            - updates.begin();
        const auto row = std::min(std::size_t(at), updates.empty() ? 0 : updates.size() - 1);
        CurveMoment moment{double(event.update), 0, 0, event.time};
        if (!updates.empty()) {
            moment.epoch = m_keys->on(CurveAxis::Epoch)[row];
            moment.relative = m_keys->on(CurveAxis::Relative)[row];
        }
        m_validKeys->append(moment);
        m_validLosses.push_back(float(event.metrics.lossBits));
    }
    m_valid->values.follow(m_validLosses);
}

void RunCurves::show(const QString& id, std::span<const float> values)
{
    auto& series = m_series[id];
    if (!series) {
        series = std::make_shared<CurveSeries>();
        series->keys = m_keys;
    }
    series->values.follow(values);
}

void RunCurves::derive(const QString& id, std::span<const float> from, double factor)
{
    auto& values = m_derived[id];
    for (std::size_t i = values.size(); i < from.size(); ++i)
        values.push_back(float(double(from[i]) * factor));
    show(id, values);
}

void RunCurves::deriveWait()
{
    const auto waits = m_history.updates.curve(Curve::DataWait);
    const auto trained = m_keys->on(CurveAxis::Relative);
    auto& values = m_derived[QStringLiteral("wait")];
    for (std::size_t i = values.size(); i < waits.size(); ++i) {
        const double passed = trained[i] - (i > 0 ? trained[i - 1] : 0);
        values.push_back(passed > 0 ? float(std::min(100.0, 100 * double(waits[i]) / passed))
                                    : std::numeric_limits<float>::quiet_NaN());
    }
    show(QStringLiteral("wait"), values);
}

std::shared_ptr<const CurveSeries> RunCurves::series(const QString& id) const
{
    const auto found = m_series.find(id);
    return found == m_series.end() || found->second->values.size() == 0 ? nullptr : found->second;
}

} // namespace phono
