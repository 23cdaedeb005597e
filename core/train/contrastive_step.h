#pragma once

#include "core/train/row_buffer.h"
#include "core/train/training_network.h"

#include <cstdint>
#include <vector>

namespace phono {

/// The contrastive loss over stored rows and its gradients (SPEC 3).
///
/// Predictions are kept by the frame that they predict: a target frame, its negatives and all
/// predictions of it are then scored while they are in the nearest cache. The gradient of the
/// targets is gathered, not scattered: it needs no copies per thread and is the same for every
/// number of them. Memory: a score per prediction and candidate.
class ContrastiveStep {
public:
    struct Task {
        std::int64_t items = 0;
        std::int64_t frames = 0;
        std::size_t width = 0; ///< of a target row
        int steps = 0; ///< of the prediction head
        int offset = 0;
        int negatives = 0; ///< per target frame
        bool infonce = false;
        double negativeWeight = 1; ///< BCE only
    };
    struct Rows {
        const RowBuffer<float>* targets = nullptr;
        /// Row t of an item holds the predictions of frame t, [steps][width]; step i's was made at
        /// frame t - offset - i and means nothing where that is negative.
        const RowBuffer<float>* predictions = nullptr;
        /// Flat frames item * frames + t, [items][negatives][frames].
        const std::int64_t* negatives = nullptr;
    };

    /// Scores all; adds them to `histogram` if given.
    BatchSums score(const Task& task, const Rows& rows, ScoreHistogram* histogram, int threads);

    /// Gradients of what was scored last: of the predictions, laid out as they are, of the targets,
    /// and of the bias that all predictions share (added to it; `channels` long).
    template <typename Number>
    void predictionGradients(const Task& task, const Rows& rows, RowBuffer<Number>& gradients,
                             float* bias, int channels, int threads) const;
    void targetGradients(const Task& task, const Rows& rows, RowBuffer<float>& gradients,
                         int threads) const;

private:
    struct Part; // sums of some target frames

    static std::int64_t flatFrame(const Task& task, const Rows& rows, std::int64_t item,
                                  std::int64_t frame, std::int64_t copy);
    static const float* targetRow(const Task& task, const Rows& rows, std::int64_t flat);
    void scoreFrame(const Task& task, const Rows& rows, std::int64_t item, std::int64_t frame,
                    Part& part);
    void finishStep(const Task& task, float* scores, std::size_t step, Part& part) const;
    float* factors(const Task& task, std::int64_t flat)
    {
        return m_factors.data() + static_cast<std::size_t>(flat) * factorCount(task);
    }
    const float* factors(const Task& task, std::int64_t flat) const
    {
        return m_factors.data() + static_cast<std::size_t>(flat) * factorCount(task);
    }
    static std::size_t factorCount(const Task& task)
    {
        return static_cast<std::size_t>(task.steps) * static_cast<std::size_t>(task.negatives + 1);
    }

    std::vector<float> m_factors; // d(loss)/d(score), [item][frame][step][1 + negatives]
};

} // namespace phono
