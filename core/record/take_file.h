#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace phono {

enum class TakeFormat {
    Wav, ///< 24 bit; becomes RF64 by itself beyond 4 GiB
    Flac, ///< 24 bit
};

/// By the file's ending: .wav or .flac; an error names both.
Result<TakeFormat> takeFormatOf(const std::filesystem::path& file);

/// A recording that is being written: after every write() the file is whole as it is, and what is
/// older than a second or two outlives a power cut. For one thread.
class TakeFile {
public:
    /// Bytes that one sample takes, at most.
    static constexpr std::int64_t kBytesPerSample = 3;

    /// Never overwrites. Makes the folder if there is none. While the object lives,
    /// isBeingRecorded() says so of the file.
    static Result<TakeFile> create(const std::filesystem::path& file, int rate, int channels);
    TakeFile(TakeFile&&) noexcept;
    TakeFile& operator=(TakeFile&&) noexcept;
    TakeFile(const TakeFile&) = delete;
    TakeFile& operator=(const TakeFile&) = delete;
    /// As after finish().
    ~TakeFile();

    /// Whole frames, channels in turn, full scale is 1; what is beyond is held at full scale. When
    /// it fails (a full disk), what went before is kept.
    Result<void> write(std::span<const float> interleaved);
    /// Frames in the file.
    std::int64_t frames() const;
    /// The last call: completes the file.
    Result<void> finish();

private:
    struct State;
    explicit TakeFile(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

/// Whether a recorder, of any process of this machine, is writing the file.
bool isBeingRecorded(const std::filesystem::path& file);

} // namespace phono
