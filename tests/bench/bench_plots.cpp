// How long the inspect view takes for a frame of pan and zoom over an hour: z and c of 512
// dimensions, spectrogram and waveform together, at 1600 x 900. Prints medians in milliseconds.

#include "core/base/progress.h"
#include "widgets/document.h"
#include "widgets/inspect/inspect_panel.h"
#include "widgets/inspect/pane_stack.h"
#include "widgets/plot/feature_summary.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QWidget>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

using namespace phono;

namespace {

constexpr double kBudgetMilliseconds = 16;

DocumentFeature made(const FeatureInfo& info, std::int64_t frames)
{
    auto storage = FeatureStorage::create(frames, info.channels);
    if (!storage)
        std::fprintf(stderr, "%s\n", storage.error().message.c_str()), std::exit(1);
    float* out = (*storage)->data();
    std::uint32_t state = 1;
    for (std::int64_t i = 0; i < frames * info.channels; ++i) {
        state = state * 1664525u + 1013904223u;
        out[i] = float(state >> 8) / 16777216.0f;
    }
    return {info, FeatureMatrix(std::move(*storage), frames), frames};
}

Waveform madeAudio(double seconds)
{
    std::vector<float> samples(std::size_t(seconds * kModelRate));
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        state = state * 1664525u + 1013904223u;
        samples[i] = (float(state >> 8) / 8388608.0f - 1) * float(std::sin(double(i) * 1e-4));
    }
    return Waveform(std::move(samples));
}

/// Repaints `frames` times, each after `step`; the median time.
double measure(QWidget& window, const char* name, int frames, const std::function<void(int)>& step)
{
    std::vector<double> times;
    const std::clock_t before = std::clock();
    for (int i = 0; i < frames; ++i) {
        QElapsedTimer timer;
        timer.start();
        step(i);
        // The queued replot, then the widget's own painting.
        QCoreApplication::processEvents();
        window.repaint();
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(times);
    const double median = times[times.size() / 2];
    // On a busy machine the processor time tells more than the clock.
    const double processor = double(std::clock() - before) * 1000 / CLOCKS_PER_SEC / frames;
    std::printf("%-34s median %6.2f  p95 %6.2f  worst %6.2f ms, %6.2f ms of processor time\n", name,
                median, times[times.size() * 95 / 100], times.back(), processor);
    std::fflush(stdout);
    return median;
}

} // namespace

int main(int argc, char** argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    loadFonts();
    applyTheme(application, Theme::light());
    const double seconds = argc > 1 ? std::atof(argv[1]) : 3600;

    Document document;
    TimeAxis time;
    InspectPanel panel(document, time);
    panel.resize(1600, 900);
    panel.show();

    QElapsedTimer timer;
    timer.start();
    const Waveform audio = madeAudio(seconds);
    const FeatureInfo z{"z", 512, false, 160, 465};
    const FeatureInfo c{"c", 512, false, 160, 12945};
    SpectrogramOptions options;
    const FeatureInfo spectrum{"spectrogram", options.melBands, false, options.hop,
                               options.windowLength};
    const auto features = {made(z, audio.size() / 160 - 2), made(c, audio.size() / 160 - 2)};
    const auto spectrogram = made(spectrum, spectrogramFrames(audio.size(), options));
    std::printf("made %.0f s in %.1f s\n", seconds, double(timer.restart()) / 1000);
    document.setAudio({}, audio, std::make_shared<const PeakPyramid>(audio));
    time.setDuration(audio.seconds());
    std::printf("%-34s %.1f ms\n", "waveform pyramid", double(timer.nsecsElapsed()) / 1e6);
    document.setModel(QStringLiteral("made"), {z, c});
    document.setSpectrogram(options, spectrogram);
    timer.restart();
    for (const auto& feature : features)
        document.setFeature(feature);
    std::printf("%-34s %.1f ms\n", "handing over (UI thread)", double(timer.nsecsElapsed()) / 1e6);
    panel.findChild<PaneStack*>()->finish();
    std::printf("%-34s %.1f ms\n", "summaries (worker threads)",
                double(timer.nsecsElapsed()) / 1e6);
    QCoreApplication::processEvents();

    std::vector<double> medians;
    for (const double view : {2.0, 10.0, 60.0, 600.0, seconds / 2}) {
        const double length = std::min(view, seconds / 2);
        const auto name = QStringLiteral("pan, %1 s in view").arg(length);
        medians.push_back(measure(panel, qPrintable(name), 60, [&](int i) {
            const double start = seconds * 0.2 + i * length * 0.01;
            time.setVisible({start, start + length});
        }));
    }
    medians.push_back(measure(panel, "zoom from all to 0.1 s and back", 120, [&](int i) {
        const double part = std::abs(60 - i) / 60.0;
        const double length = 0.1 * std::pow(seconds / 0.1, part);
        time.setVisible({seconds * 0.4, seconds * 0.4 + length});
    }));
    medians.push_back(measure(panel, "jump about, 60 s in view", 60, [&](int i) {
        const double start = std::fmod(i * 997.0, seconds * 0.9);
        time.setVisible({start, start + 60});
    }));
    measure(panel, "cursor alone", 60, [&](int i) { time.setCursor(seconds * 0.3 + i); });

    const double worst = *std::ranges::max_element(medians);
    std::printf("slowest median %.2f ms, budget %.0f ms\n", worst, kBudgetMilliseconds);
    return worst <= kBudgetMilliseconds ? 0 : 1;
}
