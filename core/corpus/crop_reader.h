#pragma once

#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>

namespace phono {

class SoundFile;

/// Mono samples at kModelRate of one recording, for cutting a piece out.
///
/// Of a long file from whose middle decoding can start, only the piece is decoded. All others are
/// decoded when opened: what is long goes to a temporary file.
class CropReader {
public:
    struct Options {
        std::int64_t maxSampleSize = 150000; ///< the longest piece that will be asked for
        bool normalize = false; ///< layer norm over the whole recording, eps 1e-5
    };

    /// Fails on files that cannot be decoded or hold NaN, infinite or no samples, and when stopped.
    static Result<CropReader> open(const std::filesystem::path& path, const Options& options,
                                   const std::stop_token& stop);

    /// In samples; of what could be decoded, or could be by the header.
    std::int64_t size() const { return m_size; }
    /// [first, first + out.size()) must lie inside [0, size()). May fail because the header lied if
    /// wasDecoded() is false.
    Result<void> read(std::int64_t first, std::span<float> out) const;
    bool wasDecoded() const { return m_samples != nullptr; }
    /// Decodes everything, which may change size().
    Result<void> decode(const std::stop_token& stop);

private:
    CropReader(std::filesystem::path path, bool normalize)
        : m_path(std::move(path))
        , m_normalize(normalize)
    {
    }
    Result<void> decode(SoundFile& file, const std::stop_token& stop);
    Result<void> readFromFile(std::int64_t first, std::span<float> out) const;

    std::filesystem::path m_path;
    bool m_normalize;
    std::int64_t m_size = 0;
    std::shared_ptr<const SampleSource> m_samples; ///< null while m_size is the header's
    float m_mean = 0; ///< what normalising takes off, and what it multiplies by
    float m_scale = 1;
};

} // namespace phono
