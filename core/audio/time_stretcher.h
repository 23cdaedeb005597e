#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace RubberBand {
class RubberBandStretcher;
}

namespace phono {

/// Makes one channel of sound faster or slower and keeps its pitch, block by block (Rubber Band,
/// R3 engine). The output starts where the input starts and is exactly as long as `speed` says.
class TimeStretcher {
public:
    static constexpr double kSlowest = 0.5;
    static constexpr double kFastest = 2;

    /// `rate` in Hz; `speed` in [kSlowest, kFastest], 2 takes half the time.
    TimeStretcher(int rate, double speed);
    TimeStretcher(TimeStretcher&&) noexcept;
    TimeStretcher& operator=(TimeStretcher&&) noexcept;
    ~TimeStretcher();

    /// Appends to `out` what `in` made ready.
    void process(std::span<const float> in, std::vector<float>& out);
    /// Appends the rest. Nothing may be processed afterwards.
    void finish(std::vector<float>& out);

private:
    void feed(std::span<const float> in, bool last, std::vector<float>& out);
    void retrieve(std::vector<float>& out);

    std::unique_ptr<RubberBand::RubberBandStretcher> m_stretcher;
    double m_speed;
    std::size_t m_delay = 0; ///< samples still to be left out at the beginning
    std::int64_t m_taken = 0;
    std::int64_t m_given = 0;
    std::vector<float> m_scratch;
};

} // namespace phono
