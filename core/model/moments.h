#pragma once

namespace phono {

/// Count, mean and sum of squared deviations of a set of values; sets merge by Chan's formula.
struct Moments {
    double count = 0;
    double mean = 0;
    double m2 = 0;

    /// Biased; 0 for an empty set.
    double variance() const { return count > 0 ? m2 / count : 0; }

    void merge(const Moments& other)
    {
        if (other.count == 0)
            return;
        const double delta = other.mean - mean;
        const double total = count + other.count;
        mean += delta * other.count / total;
        m2 += other.m2 + delta * delta * count * other.count / total;
        count = total;
    }
};

} // namespace phono
