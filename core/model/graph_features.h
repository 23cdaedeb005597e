#pragma once

#include "core/base/feature_info.h"
#include "core/base/progress.h"
#include "core/base/sample_source.h"
#include "core/model/extractor.h"
#include "core/model/graph.h"

namespace phono {

/// Computes features of a whole recording by the plain graph on `device`, where everything must fit
/// into its memory at once. Throws c10::Error.
Result<void> computeOnDevice(const Graph& graph, at::Device device, const SampleSource& audio,
                             std::span<const FeatureRequest> requests,
                             std::span<const FeatureInfo> offered, const Progress& progress);

} // namespace phono
