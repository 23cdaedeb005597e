#pragma once

#include "core/model/aligned_buffer.h"
#include "core/model/bfloat16.h"
#include "core/model/conv_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace phono::test {

struct ConvShape {
    int out;
    int in;
    int taps;
    int stride;
    bool bias;
};

/// Where item `inner` of `width` in group `outer` lies.
template <typename Outer>
std::size_t place(Outer outer, int width, int inner)
{
    return static_cast<std::size_t>(outer) * static_cast<std::size_t>(width)
        + static_cast<std::size_t>(inner);
}

/// A convolution of one tile with random numbers, and its result by the definition.
struct ConvProblem {
    ConvShape shape;
    std::vector<float> weight;
    std::vector<float> bias;
    std::vector<float> rows; // [rows][in]

    explicit ConvProblem(const ConvShape& s)
        : shape(s)
        , weight(place(place(s.out, s.in, 0), s.taps, 0))
        , rows(place(rowCount(), s.in, 0))
    {
        std::mt19937 random(11);
        std::normal_distribution<float> normal(0, 1);
        for (auto& value : weight)
            value = normal(random) / std::sqrt(static_cast<float>(s.in * s.taps));
        for (auto& value : rows)
            value = normal(random);
        if (s.bias) {
            bias.resize(static_cast<std::size_t>(s.out));
            for (auto& value : bias)
                value = normal(random);
        }
    }
    int rowCount() const { return (kTileRows - 1) * shape.stride + shape.taps; }
    ConvWeights weights() const
    {
        return {shape.out, shape.in, shape.taps, shape.stride, weight.data(), bias};
    }

    /// Row r, channel o in double, from numbers changed by `round` first.
    template <typename Round>
    double expected(int r, int o, const Round& round) const
    {
        double sum = bias.empty() ? 0.0 : static_cast<double>(bias[static_cast<std::size_t>(o)]);
        for (int j = 0; j < shape.taps; ++j)
            for (int i = 0; i < shape.in; ++i)
                sum += round(rows[place(place(r, shape.stride, j), shape.in, i)])
                    * round(weight[place(place(o, shape.in, i), shape.taps, j)]);
        return sum;
    }
};

/// The kernel's output of the first `count` rows, [count][out]; `rest` is in every byte that no row
/// is written to.
inline std::vector<float> compute(const ConvKernel& kernel, const ConvProblem& problem, int count,
                                  int rest = 0)
{
    AlignedBuffer<std::byte> packed(kernel.inputRows() * kernel.inputRowBytes());
    std::memset(packed.data(), rest, packed.size());
    const int rows = (count - 1) * problem.shape.stride + problem.shape.taps;
    for (int r = 0; r < rows; ++r)
        kernel.pack(problem.rows.data() + place(r, problem.shape.in, 0), packed.data(),
                    static_cast<std::size_t>(r));
    AlignedBuffer<float> out((kTileRows + 16) * kernel.outputPitch());
    kernel.run(packed.data(), count, out.data());
    std::vector<float> result;
    for (int r = 0; r < count; ++r) {
        const float* row = out.data() + static_cast<std::size_t>(r) * kernel.outputPitch();
        result.insert(result.end(), row, row + problem.shape.out);
    }
    return result;
}

/// Infinite when a result is not a number.
template <typename Round>
double largestError(const ConvKernel& kernel, const ConvProblem& problem, int count,
                    const Round& round)
{
    const auto result = compute(kernel, problem, count);
    double largest = 0;
    for (int r = 0; r < count; ++r)
        for (int o = 0; o < problem.shape.out; ++o) {
            const double error =
                std::abs(problem.expected(r, o, round)
                         - static_cast<double>(result[place(r, problem.shape.out, o)]));
            if (std::isnan(error))
                return std::numeric_limits<double>::infinity();
            largest = std::max(largest, error);
        }
    return largest;
}

inline double exact(float value)
{
    return value;
}

inline double rounded(float value)
{
    return toFloat(toBFloat16(value));
}

} // namespace phono::test
