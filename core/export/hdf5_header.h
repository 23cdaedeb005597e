#pragma once

#include "core/base/feature_info.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>

namespace phono {

/// An HDF5 file up to where the values of its dataset `features` begin, which end the file.
///
/// The layout is that of fairseq's `.h5context` (examples/wav2vec/wav2vec_featurize.py, meant for
/// wav2letter++): `features` holds frames x channels values flat, `info` is float64 [frames per
/// second, frames, channels]. Needs memory for the header only; touches no disk.
Result<std::string> hdf5Header(const FeatureInfo& info, std::int64_t frames);

} // namespace phono
