#include "core/train/contrastive_loops.h"

#include "core/model/processor_clones.h"

namespace phono {
namespace {

constexpr std::size_t kLanes = 16;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));

constexpr std::size_t kSteps = 3; // predictions and candidates compared at a time
constexpr std::size_t kCopies = 4;

} // namespace

PHONO_CLONES void scoreRows(const float* const* predictions, std::size_t steps,
                            const float* const* candidates, std::size_t copies, std::size_t width,
                            float* scores)
{
    for (std::size_t i = 0; i < steps; i += kSteps)
        for (std::size_t k = 0; k < copies; k += kCopies) {
            // Beyond the end the last row is compared again and the score dropped.
            const float* left[kSteps];
            const float* right[kCopies];
            for (std::size_t a = 0; a < kSteps; ++a)
                left[a] = predictions[i + a < steps ? i + a : steps - 1];
            for (std::size_t b = 0; b < kCopies; ++b)
                right[b] = candidates[k + b < copies ? k + b : copies - 1];
            Vector sums[kSteps][kCopies] = {};
            for (std::size_t c = 0; c < width; c += kLanes) {
                Vector other[kCopies];
#pragma GCC unroll 4
                for (std::size_t b = 0; b < kCopies; ++b)
                    other[b] = *reinterpret_cast<const Vector*>(right[b] + c);
#pragma GCC unroll 3
                for (std::size_t a = 0; a < kSteps; ++a) {
                    const Vector x = *reinterpret_cast<const Vector*>(left[a] + c);
#pragma GCC unroll 4
                    for (std::size_t b = 0; b < kCopies; ++b)
                        sums[a][b] += x * other[b];
                }
            }
#pragma GCC unroll 3
            for (std::size_t a = 0; a < kSteps; ++a)
#pragma GCC unroll 4
                for (std::size_t b = 0; b < kCopies; ++b) {
                    if (i + a >= steps || k + b >= copies)
                        continue;
                    float sum = 0;
                    for (std::size_t lane = 0; lane < kLanes; lane += 4)
                        sum += (sums[a][b][lane] + sums[a][b][lane + 1])
                            + (sums[a][b][lane + 2] + sums[a][b][lane + 3]);
                    scores[(i + a) * copies + k + b] = sum;
                }
        }
}

PHONO_CLONES void weighRows(const float* const* rows, const float* factors, std::size_t count,
                            std::size_t width, bool add, float* out)
{
    constexpr std::size_t kVectors = 8;
    std::size_t c = 0;
    for (; c + kVectors * kLanes <= width; c += kVectors * kLanes) {
        Vector sums[kVectors] = {};
        if (add) {
#pragma GCC unroll 8
            for (std::size_t v = 0; v < kVectors; ++v)
                sums[v] = *reinterpret_cast<const Vector*>(out + c + v * kLanes);
        }
        for (std::size_t i = 0; i < count; ++i) {
            const Vector factor = factors[i] - Vector{};
            const float* row = rows[i] + c;
#pragma GCC unroll 8
            for (std::size_t v = 0; v < kVectors; ++v)
                sums[v] += factor * *reinterpret_cast<const Vector*>(row + v * kLanes);
        }
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v)
            *reinterpret_cast<Vector*>(out + c + v * kLanes) = sums[v];
    }
    for (; c < width; c += kLanes) {
        Vector sum = {};
        if (add)
            sum = *reinterpret_cast<const Vector*>(out + c);
        for (std::size_t i = 0; i < count; ++i)
            sum += (factors[i] - Vector{}) * *reinterpret_cast<const Vector*>(rows[i] + c);
        *reinterpret_cast<Vector*>(out + c) = sum;
    }
}

} // namespace phono
