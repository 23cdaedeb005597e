#pragma once

#include <QString>

#include <span>
#include <stop_token>
#include <vector>

namespace phono {

/// How the rows of a heatmap are arranged.
enum class ChannelOrder { Index, Variance, Similarity };

/// Channels by falling variance; equal ones by index.
std::vector<int> orderByVariance(std::span<const double> deviations);

/// Channels arranged so that those which move together lie together: the Fiedler vector of the
/// graph of positive correlations (spectral seriation). `rows` holds whole frames of `channels`
/// values; channels that never change come last. By index when stopped.
std::vector<int> orderBySimilarity(std::span<const float> rows, int channels,
                                   std::stop_token stop = {});

} // namespace phono
