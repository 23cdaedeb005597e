#include "core/audio/spectrogram.h"

#include "core/audio/mel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fftw3.h>
#include <functional>
#include <memory>
#include <mutex>
#include <numbers>
#include <optional>
#include <string>
#include <type_traits>

namespace phono {
namespace {

constexpr float kFloorDb = -120;
constexpr std::int64_t kBlockFrames = 256;
constexpr int kLongestWindow = 1 << 20; // samples
constexpr int kMostBands = 4096;

struct FftwFree {
    void operator()(void* memory) const { fftwf_free(memory); }
};

/// FFTW makes and destroys plans in one thread at a time only.
std::mutex planMutex;

struct PlanDestroy {
    void operator()(fftwf_plan plan) const
    {
        const std::lock_guard lock(planMutex);
        fftwf_destroy_plan(plan);
    }
};

int fftLength(const SpectrogramOptions& options)
{
    return static_cast<int>(std::bit_ceil(static_cast<unsigned>(options.windowLength)));
}

std::vector<float> hannWindow(int length)
{
    std::vector<float> window(static_cast<std::size_t>(length));
    for (int i = 0; i < length; ++i)
        window[static_cast<std::size_t>(i)] =
            static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / length));
    return window;
}

/// From one window of samples to one row of dB.
class Analyser {
public:
    explicit Analyser(const SpectrogramOptions& options);

    std::size_t channels() const { return m_mel ? m_bands.size() : m_power.size(); }
    void analyse(std::span<const float> samples, std::span<float> row);

private:
    std::vector<float> m_window;
    std::unique_ptr<float, FftwFree> m_input;
    std::unique_ptr<fftwf_complex, FftwFree> m_output;
    std::unique_ptr<std::remove_pointer_t<fftwf_plan>, PlanDestroy> m_plan;
    std::vector<float> m_power;
    std::optional<MelBands> m_mel;
    std::vector<float> m_bands;
    float m_scale; ///< makes the power of a full-scale sine 1
};

Analyser::Analyser(const SpectrogramOptions& options)
    : m_window(hannWindow(options.windowLength))
{
    const int length = fftLength(options);
    const auto bins = static_cast<std::size_t>(length) / 2 + 1;
    m_input.reset(fftwf_alloc_real(static_cast<std::size_t>(length)));
    m_output.reset(fftwf_alloc_complex(bins));
    std::fill_n(m_input.get(), length, 0.0f);
    m_power.resize(bins);
    double sum = 0;
    double squares = 0;
    for (const float weight : m_window) {
        sum += weight;
        squares += static_cast<double>(weight) * weight;
    }
    if (options.scale == FrequencyScale::Mel) {
        m_mel.emplace(options.melBands, static_cast<int>(bins), kModelRate);
        m_bands.resize(static_cast<std::size_t>(options.melBands));
        // A sine spreads over several bins: by Parseval, all of them together hold this power.
        m_scale = static_cast<float>(4 / (length * squares));
    } else {
        m_scale = static_cast<float>(4 / (sum * sum)); // its power in the bin at its frequency
    }
    const std::lock_guard lock(planMutex);
    m_plan.reset(fftwf_plan_dft_r2c_1d(length, m_input.get(), m_output.get(), FFTW_ESTIMATE));
}

void Analyser::analyse(std::span<const float> samples, std::span<float> row)
{
    std::ranges::transform(samples, m_window, m_input.get(), std::multiplies());
    fftwf_execute(m_plan.get());
    const auto* bins = m_output.get();
    for (std::size_t i = 0; i < m_power.size(); ++i)
        m_power[i] = (bins[i][0] * bins[i][0] + bins[i][1] * bins[i][1]) * m_scale;
    if (m_mel)
        m_mel->apply(m_power, m_bands);
    const auto& power = m_mel ? m_bands : m_power;
    constexpr float kFloorPower = 1e-12f;
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = std::max(10 * std::log10(std::max(power[i], kFloorPower)), kFloorDb);
}

/// Reads samples [first, first + out.size()) of a signal that is reflected at its ends, as often as
/// needed.
Result<void> readReflected(const SampleSource& audio, std::int64_t first, std::span<float> out)
{
    const auto size = audio.size();
    const auto count = static_cast<std::int64_t>(out.size());
    const auto begin = std::clamp<std::int64_t>(first, 0, size);
    const auto end = std::clamp<std::int64_t>(first + count, begin, size);
    if (auto done = audio.read(begin,
                               out.subspan(static_cast<std::size_t>(begin - first),
                                           static_cast<std::size_t>(end - begin)));
        !done)
        return done;
    const auto period = std::max<std::int64_t>(2 * (size - 1), 1);
    const auto reflect = [&](std::int64_t from, std::int64_t to) -> Result<void> {
        for (auto i = from; i < to; ++i) {
            const auto phase = (i % period + period) % period;
            const auto source = std::min(phase, period - phase) % size;
            const auto target = out.subspan(static_cast<std::size_t>(i - first), 1);
            if (auto done = audio.read(source, target); !done)
                return done;
        }
        return {};
    };
    if (auto done = reflect(first, begin); !done)
        return done;
    return reflect(end, first + count);
}

Result<void> check(const SpectrogramOptions& options)
{
    if (options.windowLength < 2 || options.windowLength > kLongestWindow)
        return Error{"a spectrogram's window must have 2 to " + std::to_string(kLongestWindow)
                     + " samples, not " + std::to_string(options.windowLength) + "."};
    if (options.hop < 1)
        return Error{"a spectrogram's hop must be at least 1 sample, not "
                     + std::to_string(options.hop) + "."};
    if (options.scale == FrequencyScale::Mel
        && (options.melBands < 1 || options.melBands > kMostBands))
        return Error{"a spectrogram can have 1 to " + std::to_string(kMostBands)
                     + " mel bands, not " + std::to_string(options.melBands) + "."};
    return {};
}

} // namespace

std::int64_t spectrogramFrames(std::int64_t samples, const SpectrogramOptions& options)
{
    return (samples + options.hop - 1) / options.hop;
}

std::vector<double> spectrogramFrequencies(const SpectrogramOptions& options)
{
    if (options.scale == FrequencyScale::Mel)
        return MelBands::centres(options.melBands, kModelRate);
    const int length = fftLength(options);
    std::vector<double> frequencies(static_cast<std::size_t>(length) / 2 + 1);
    for (std::size_t i = 0; i < frequencies.size(); ++i)
        frequencies[i] = static_cast<double>(i) * kModelRate / length;
    return frequencies;
}

Result<void> computeSpectrogram(const SampleSource& audio, const SpectrogramOptions& options,
                                FeatureSink& sink, const Progress& progress)
{
    if (auto done = check(options); !done)
        return done;
    Analyser analyser(options);
    const auto channels = analyser.channels();
    const auto frames = spectrogramFrames(audio.size(), options);
    const FeatureInfo info{.name = "spectrogram",
                           .channels = static_cast<int>(channels),
                           .hop = options.hop,
                           .receptiveField = options.windowLength};
    if (auto done = sink.begin(info, frames); !done)
        return done;

    const auto window = static_cast<std::size_t>(options.windowLength);
    const auto hop = static_cast<std::size_t>(options.hop);
    std::vector<float> samples;
    std::vector<float> rows;
    for (std::int64_t first = 0; first < frames; first += kBlockFrames) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto count = static_cast<std::size_t>(std::min(kBlockFrames, frames - first));
        samples.resize((count - 1) * hop + window);
        rows.resize(count * channels);
        const auto begin = first * options.hop - options.windowLength / 2;
        if (auto done = readReflected(audio, begin, samples); !done)
            return done;
        for (std::size_t i = 0; i < count; ++i)
            analyser.analyse(std::span(samples).subspan(i * hop, window),
                             std::span(rows).subspan(i * channels, channels));
        if (auto done = sink.write(first, rows); !done)
            return done;
        progress("computing the spectrogram",
                 static_cast<double>(first + kBlockFrames < frames ? first + kBlockFrames : frames)
                     / static_cast<double>(frames));
    }
    return {};
}

} // namespace phono
