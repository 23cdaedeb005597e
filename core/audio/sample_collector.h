#pragma once

#include "core/base/sample_source.h"
#include "core/base/temporary_file.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace phono {

/// Takes samples of unknown number as they come and keeps them in memory, or, when they become more
/// than `memoryLimit` bytes, in a temporary file.
class SampleCollector {
public:
    /// `expected` samples are made room for (within the limit), more or fewer may come.
    SampleCollector(std::size_t memoryLimit, std::int64_t expected);

    Result<void> append(std::span<const float> samples);
    /// Everything appended. The collector is empty afterwards.
    Result<std::shared_ptr<const SampleSource>> finish();

private:
    Result<void> spill();

    std::size_t m_limit; ///< in samples
    std::vector<float> m_memory; ///< all samples, or those that are not in the file yet
    std::optional<TemporaryFile> m_file;
    std::int64_t m_inFile = 0; ///< in samples
};

} // namespace phono
