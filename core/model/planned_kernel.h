#pragma once

#include "core/model/aligned_buffer.h"
#include "core/model/conv_kernel.h"
#include "core/model/tap_plan.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace phono {

/// fp32 rows times a matrix.
///
/// Constant after construction, as ConvKernel is.
class RowProduct {
public:
    virtual ~RowProduct() = default;
    /// For r in [0, rows): the convolution's output at input row r * step is written to row r of
    /// `out`, or added to it. May compute up to 13 rows more.
    virtual void run(const float* in, int step, int rows, float* out, std::size_t outPitch,
                     bool add) const = 0;
};

/// fp32 convolution by few products: each is of sums of rows with sums of taps (planTaps), where
/// `stride` consecutive rows and taps count as one.
class PlannedKernel : public ConvKernel {
public:
    /// Makes the product with the weights of some taps, which is always given `rows` rows of room.
    using MakeProduct =
        std::function<std::unique_ptr<RowProduct>(const ConvWeights& weights, int rows)>;

    /// Pitches in floats.
    PlannedKernel(const ConvWeights& weights, std::size_t inPitch, std::size_t outPitch,
                  const MakeProduct& make);

    std::size_t inputRowBytes() const override { return m_inPitch * sizeof(float); }
    std::size_t outputPitch() const override { return m_outPitch; }
    std::size_t inputRows() const override;
    void pack(const float* row, void* rows, std::size_t index) const override;
    void run(void* rows, int count, float* out) const override;

private:
    struct Step {
        std::vector<TapTerm> inputs; // in strides
        std::vector<TapTerm> outputs;
        int taps; // consecutive rows that take part
        const RowProduct* product;
    };

    void addSteps(const ConvWeights& weights, const TapPlan& plan, int firstTap, int taps,
                  const MakeProduct& make);
    /// Output rows of a group depend on all of its input: after the last row there are zeros.
    void clearAfter(float* in, std::size_t count, std::size_t rounded) const;
    /// A step's product with `used` groups of rows, written or added to `out`.
    void multiply(const Step& step, float* in, std::size_t used, float* out, std::size_t outPitch,
                  bool add) const;
    std::size_t groups() const { return static_cast<std::size_t>(kTileRows / m_groupRows); }
    std::size_t ownRows() const;
    std::size_t summedFloats() const;

    int m_inChannels;
    int m_taps;
    int m_stride;
    int m_groupRows = 1; // output rows that a step's products make together
    std::size_t m_inPitch;
    std::size_t m_outPitch;
    AlignedBuffer<float> m_bias;
    std::vector<std::unique_ptr<RowProduct>> m_products;
    std::vector<Step> m_steps;
};

} // namespace phono
