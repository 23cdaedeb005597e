#pragma once

#include "core/base/result.h"

#include <cstdint>

namespace phono {

/// The factor by which the loss is multiplied before it is differentiated in fp16, so that small
/// gradients do not vanish: fairseq's dynamic scale (SPEC 5).
class LossScaler {
public:
    struct State {
        double scale = 128;
        std::int64_t goodUpdates = 0; ///< since the scale was set or an update was skipped
        bool operator==(const State&) const = default;
    };

    /// The scale doubles after every `window` good updates and halves after a bad one.
    LossScaler(const State& state, std::int64_t window, double minScale);
    /// common.fp16_scale_window where it is not given: 2^14 updates of one batch of one process.
    static std::int64_t defaultWindow(int processes, int updateFreq);

    double scale() const { return m_state.scale; }
    const State& state() const { return m_state; }

    /// Hears the norm of the gradients. False when it is infinite or no number: the update must be
    /// skipped, and the scale has become smaller. Fails when it would reach the smallest scale; the
    /// scale then stays.
    Result<bool> update(double gradientNorm);

private:
    State m_state;
    std::int64_t m_window;
    double m_minScale;
};

} // namespace phono
