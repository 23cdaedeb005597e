// How long the curves of four runs of 400,000 updates take for a frame at 1600 x 900 while one of
// them goes on. Prints medians in milliseconds.

#include "widgets/curves/curve_grid.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>

using namespace phono;

namespace {

constexpr double kBudgetMilliseconds = 16;
constexpr int kRuns = 4;
constexpr int kUpdates = 400000;

const char* const kSmall[] = {"steps", "lr", "gnorm", "throughput", "wait", "memory"};

/// A run with as many curves as the real ones have.
struct Run {
    std::shared_ptr<CurveKeys> keys = std::make_shared<CurveKeys>();
    std::vector<std::shared_ptr<CurveSeries>> series;
    std::vector<std::vector<float>> columns = std::vector<std::vector<float>>(7);
    std::vector<float> validColumn;
    std::shared_ptr<CurveKeys> validKeys = std::make_shared<CurveKeys>();
    std::shared_ptr<CurveSeries> valid = std::make_shared<CurveSeries>();
    std::uint32_t state = 7;

    explicit Run(int number)
        : state(std::uint32_t(number) * 77 + 7)
    {
        for (std::size_t i = 0; i < 7; ++i) {
            series.push_back(std::make_shared<CurveSeries>());
            series.back()->keys = keys;
        }
        valid->keys = validKeys;
    }
    double noise()
    {
        state = state * 1664525u + 1013904223u;
        return double(state >> 8) / 16777216.0 - 0.5;
    }
    void step()
    {
        const auto update = double(keys->size() + 1);
        const CurveMoment moment{update, update / 1000, update * 0.3, 1.7e9 + update * 0.3};
        keys->append(moment);
        const double loss = 2.5 + 8 * std::exp(-update / 30000);
        for (std::size_t i = 0; i < series.size(); ++i)
            // The learning rate is the one curve without noise.
            columns[i].push_back(float(loss + double(i) + (i == 2 ? 0 : noise())));
        if (keys->size() % 1000 == 0) {
            validKeys->append(moment);
            validColumn.push_back(float(loss + 0.1));
        }
    }
    void follow()
    {
        for (std::size_t i = 0; i < series.size(); ++i)
            series[i]->values.follow(columns[i]);
        valid->values.follow(validColumn);
    }
};

/// Repaints `frames` times, each after `step`; the median time.
double measure(CurveGrid& grid, const char* name, int frames, const std::function<void(int)>& step)
{
    std::vector<double> times;
    const std::clock_t before = std::clock();
    for (int i = 0; i < frames; ++i) {
        QElapsedTimer timer;
        timer.start();
        step(i);
        // The queued replot, then the widget's own painting.
        QCoreApplication::processEvents();
        grid.repaint();
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(times);
    const double median = times[times.size() / 2];
    const double processor = double(std::clock() - before) * 1000 / CLOCKS_PER_SEC / frames;
    std::printf("%-36s median %6.2f  p95 %6.2f  worst %6.2f ms, %6.2f ms of processor time\n", name,
                median, times[times.size() * 95 / 100], times.back(), processor);
    std::fflush(stdout);
    return median;
}

/// How long the window waits at most, and how long until the other lines are there.
void measureSmoothing(CurveGrid& grid, int times)
{
    std::vector<double> waits, totals;
    CurveSettings settings = grid.settings();
    for (int i = 0; i < times; ++i) {
        QElapsedTimer total;
        total.start();
        double longest = 0;
        settings.smoothing = i % 2 ? 20 : 200;
        grid.setSettings(settings);
        do {
            QElapsedTimer wait;
            wait.start();
            QCoreApplication::processEvents();
            longest = std::max(longest, double(wait.nsecsElapsed()) / 1e6);
        } while (grid.smoothing());
        QElapsedTimer frame;
        frame.start();
        QCoreApplication::processEvents();
        grid.repaint();
        waits.push_back(std::max(longest, double(frame.nsecsElapsed()) / 1e6));
        totals.push_back(double(total.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(waits);
    std::ranges::sort(totals);
    std::printf("another smoothing: longest wait median %.2f, worst %.2f ms; drawn after %.1f ms\n",
                waits[waits.size() / 2], waits.back(), totals[totals.size() / 2]);
}

} // namespace

int main(int argc, char** argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    loadFonts();
    applyTheme(application, Theme::light());

    std::vector<CurvePlot> plots(1 + std::size(kSmall));
    CurvePlot& loss = plots[0];
    loss.id = loss.title = QStringLiteral("loss");
    loss.unit = QStringLiteral("bits per positive");
    loss.large = loss.smoothed = loss.decades = true;
    loss.legend = CurvePlot::Legend::Lines;
    for (std::size_t i = 0; i < std::size(kSmall); ++i) {
        plots[i + 1].id = plots[i + 1].title = QLatin1String(kSmall[i]);
        plots[i + 1].smoothed = i != 1;
    }
    CurveGrid grid(plots);
    grid.resize(1600, 900);
    grid.show();

    QElapsedTimer timer;
    timer.start();
    std::vector<Run> runs;
    for (int run = 0; run < kRuns; ++run) {
        runs.emplace_back(run);
        for (int i = 0; i < kUpdates; ++i)
            runs.back().step();
        runs.back().follow();
    }
    std::printf("made %d runs of %d updates in %.1f s\n", kRuns, kUpdates,
                double(timer.restart()) / 1000);
    for (std::size_t plot = 0; plot < plots.size(); ++plot) {
        std::vector<CurveEntry> entries;
        for (int run = 0; run < kRuns; ++run) {
            const CurveStyle style = CurveStyle::numbered(run, false);
            Run& some = runs[std::size_t(run)];
            const QString name = QStringLiteral("run-%1").arg(run);
            entries.push_back({name, some.series[plot], style, false, {}});
            if (plot == 0)
                entries.push_back({name, some.valid, style, true, QStringLiteral("valid")});
        }
        grid.setEntries(plots[plot].id, entries);
    }
    grid.setReferences(QStringLiteral("loss"), {{11, QStringLiteral("all scores zero 11.00")}});
    const double first = measure(grid, "first frame (smooths everything)", 1, [](int) {});
    std::vector<double> medians;
    const auto append = [&](int) {
        runs[0].step();
        runs[0].follow();
        grid.refresh();
    };
    medians.push_back(measure(grid, "one update more, all in view", 100, append));
    CurveSettings settings = grid.settings();
    settings.logX = settings.logY = true;
    grid.setSettings(settings);
    medians.push_back(measure(grid, "one update more, log axes", 60, append));
    settings.logX = settings.logY = false;
    settings.axis = CurveAxis::Wall;
    grid.setSettings(settings);
    medians.push_back(measure(grid, "one update more, wall time", 60, append));
    settings.axis = CurveAxis::Update;
    grid.setSettings(settings);
    for (const double view : {1000.0, 10000.0, 100000.0}) {
        const auto name = QStringLiteral("pan, %1 updates in view").arg(view);
        medians.push_back(measure(grid, qPrintable(name), 60, [&](int i) {
            grid.setView(CurveScale{50000 + i * view * 0.01, 50000 + view * (1 + i * 0.01), false});
        }));
    }
    medians.push_back(measure(grid, "zoom from all to 400 and back", 120, [&](int i) {
        const double part = std::abs(60 - i) / 60.0;
        const double length = 400 * std::pow(1000, part);
        grid.setView(CurveScale{200000 - length / 2, 200000 + length / 2, false});
    }));
    grid.fit();
    measure(grid, "pointer alone", 60, [&](int i) { grid.setPointer(QPoint(300 + 10 * i, 200)); });
    measureSmoothing(grid, 20);
    const double worst = *std::ranges::max_element(medians);
    std::printf("slowest median %.2f ms, budget %.0f ms; first frame %.0f ms\n", worst,
                kBudgetMilliseconds, first);
    if (argc > 1)
        grid.render({1600, 900}, 1).save(QString::fromLocal8Bit(argv[1]));
    return worst <= kBudgetMilliseconds ? 0 : 1;
}
