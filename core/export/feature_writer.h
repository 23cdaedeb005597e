#pragma once

#include "core/base/atomic_file.h"
#include "core/base/feature_info.h"
#include "core/base/result.h"
#include "core/export/export_format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>

namespace phono {

struct WriterOptions {
    /// CSV only. Significant decimal digits of each value, 1 to 9; 0 writes the fewest that read
    /// back as the same float.
    int significantDigits = 0;
    /// CSV only, for the times of frames: see frameWindow().
    int encoderReceptiveField = std::numeric_limits<int>::max();
    bool force = false; ///< replace an existing file
};

/// One feature on its way into a file: streams rows to a temporary name beside `path`, which
/// becomes the file at commit(). Destroyed before that, it leaves nothing behind.
///
/// Values are float32, or int32 when FeatureInfo::integers says so. Use from one thread at a time.
class FeatureWriter : public FeatureSink {
public:
    /// Fails when `path` exists (unless forced) or its folder is not writable.
    static Result<std::unique_ptr<FeatureWriter>>
    create(ExportFormat format, const std::filesystem::path& path, const WriterOptions& options);

    Result<void> begin(const FeatureInfo& info, std::int64_t frames) final;
    Result<void> write(std::int64_t first, std::span<const float> rows) final;
    /// Fails when frames are missing. After it only commit() is left.
    Result<void> complete();
    /// Makes the file appear under its name. REQUIRES: complete() was done.
    Result<void> commit();

    const std::filesystem::path& path() const { return m_path; }
    const FeatureInfo& info() const { return m_info; }
    std::int64_t frames() const { return m_frames; }

protected:
    FeatureWriter(std::filesystem::path path, AtomicFile file);

    virtual Result<void> writeHeader() = 0;
    /// Whole rows, in order.
    virtual Result<void> writeRows(std::span<const float> rows) = 0;
    virtual Result<void> writeRest();

    AtomicFile& file() { return m_file; }
    std::int64_t rowsDone() const { return m_rowsDone; }

private:
    std::filesystem::path m_path;
    AtomicFile m_file;
    FeatureInfo m_info;
    std::int64_t m_frames = -1; ///< -1: begin() has not come
    std::int64_t m_rowsDone = 0;
};

} // namespace phono
