#pragma once

#include "core/base/result.h"

#include <memory>
#include <span>
#include <vector>

struct soxr;

namespace phono {

/// Changes the rate of one channel, block by block (libsoxr, HQ quality).
///
/// The output starts where the input starts: the filter's delay is taken off.
class Resampler {
public:
    /// Rates in Hz.
    static Result<Resampler> create(double fromRate, double toRate);

    /// Appends to `out` what `in` made ready. Rates that are equal pass samples through unchanged.
    Result<void> process(std::span<const float> in, std::vector<float>& out);
    /// Appends the rest. Nothing may be processed afterwards.
    Result<void> finish(std::vector<float>& out);

private:
    struct Delete {
        void operator()(soxr* resampler) const;
    };

    Resampler(soxr* resampler, double ratio);
    Result<void> run(const float* in, std::size_t count, std::vector<float>& out);

    std::unique_ptr<soxr, Delete> m_soxr; ///< null when the rates are equal
    double m_ratio;
};

} // namespace phono
