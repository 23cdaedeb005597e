#include "core/audio/resample.h"

#include <algorithm>
#include <cmath>
#include <soxr.h>
#include <string>

namespace phono {

Result<Resampler> Resampler::create(double fromRate, double toRate)
{
    if (fromRate == toRate)
        return Resampler(nullptr, 1.0);
    const auto io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const auto quality = soxr_quality_spec(SOXR_HQ, 0);
    const auto runtime = soxr_runtime_spec(1);
    soxr_error_t error = nullptr;
    auto* resampler = soxr_create(fromRate, toRate, 1, &error, &io, &quality, &runtime);
    if (!resampler || error)
        return Error{"cannot resample from " + std::to_string(fromRate) + " Hz to "
                     + std::to_string(toRate) + " Hz: " + (error ? error : "out of memory")};
    return Resampler(resampler, toRate / fromRate);
}

Resampler::Resampler(soxr* resampler, double ratio)
    : m_soxr(resampler)
    , m_ratio(ratio)
{
}

void Resampler::Delete::operator()(soxr* resampler) const
{
    soxr_delete(resampler);
}

Result<void> Resampler::process(std::span<const float> in, std::vector<float>& out)
{
    if (in.empty())
        return {};
    if (!m_soxr) {
        out.insert(out.end(), in.begin(), in.end());
        return {};
    }
    return run(in.data(), in.size(), out);
}

Result<void> Resampler::finish(std::vector<float>& out)
{
    return m_soxr ? run(nullptr, 0, out) : Result<void>();
}

Result<void> Resampler::run(const float* in, std::size_t count, std::vector<float>& out)
{
    constexpr std::size_t kRoom = 4096;
    const auto expected = static_cast<std::size_t>(std::ceil(static_cast<double>(count) * m_ratio));
    const auto room = std::max(kRoom, expected);
    std::size_t taken = 0;
    for (;;) {
        const auto before = out.size();
        out.resize(before + room);
        std::size_t used = 0;
        std::size_t made = 0;
        // A null input tells soxr that the input has ended.
        const auto* error = soxr_process(m_soxr.get(), in ? in + taken : nullptr, count - taken,
                                         &used, out.data() + before, room, &made);
        out.resize(before + made);
        if (error)
            return Error{std::string("resampling failed: ") + error};
        taken += used;
        if (taken == count && made < room)
            return {};
    }
}

} // namespace phono
