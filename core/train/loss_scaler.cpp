#include "core/train/loss_scaler.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace phono {

LossScaler::LossScaler(const State& state, std::int64_t window, double minScale)
    : m_state(state)
    , m_window(std::max<std::int64_t>(window, 1))
    , m_minScale(minScale)
{
}

std::int64_t LossScaler::defaultWindow(int processes, int updateFreq)
{
    constexpr std::int64_t kBatches = 1 << 14;
    return std::max<std::int64_t>(
        kBatches / std::max<std::int64_t>(std::int64_t(processes) * updateFreq, 1), 1);
}

Result<bool> LossScaler::update(double gradientNorm)
{
    if (std::isfinite(gradientNorm)) {
        if (++m_state.goodUpdates >= m_window) {
            m_state.scale *= 2;
            m_state.goodUpdates = 0;
        }
        return true;
    }
    const double smaller = m_state.scale / 2;
    if (smaller <= m_minScale) {
        std::ostringstream message;
        message << "the gradients are infinite or not a number although the loss scale has come "
                   "down to "
                << m_state.scale << ", and common.min_loss_scale is " << m_minScale
                << ": training diverges. Lower optimization.lr, set optimization.clip_norm, or "
                   "train in bf16";
        return Error{message.str()};
    }
    m_state = {smaller, 0};
    return false;
}

} // namespace phono
