#pragma once

#include "core/audio/file_reader.h"
#include "core/base/result.h"

#include <sndfile.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace phono {

/// An audio file that libsndfile decodes as it is read.
class SoundFile {
public:
    /// Refuses, with the reason, what is no regular file, is empty, is in no format of
    /// libsndfile's, or claims an impossible rate.
    static Result<SoundFile> open(const std::filesystem::path& path);

    const FileReader& bytes() const { return *m_bytes; }
    int sampleRate() const { return m_info.samplerate; }
    int channels() const { return m_info.channels; }
    bool isMpeg() const { return (m_info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG; }
    /// What the header says, if anything; it may lie.
    std::optional<std::int64_t> declaredFrames() const;
    /// For people: "WAV, 16 bit PCM".
    std::string formatName() const;
    /// The smallest absolute sample that counts as full scale.
    float fullScale() const;

    /// Decodes up to as many whole frames as fit into `out`; 0 at the end, or where decoding
    /// failed.
    std::size_t readFrames(std::span<float> out);
    /// Reading can start in the middle without decoding what comes before: plain samples, or FLAC.
    bool seeksCheaply() const;
    /// Reads on from `frame`; false if that fails, and then only closing is left to do.
    bool seekFrame(std::int64_t frame);
    /// Why decoding failed first; empty if it did not.
    const std::string& decodingError() const { return m_decodingError; }
    /// How much of the file has been read, in [0, 1].
    double fractionRead() const;

private:
    struct Close {
        void operator()(SNDFILE* file) const { sf_close(file); }
    };

    explicit SoundFile(FileReader bytes)
        : m_bytes(std::make_unique<FileReader>(std::move(bytes)))
    {
    }

    std::unique_ptr<FileReader> m_bytes; ///< libsndfile holds its address
    std::unique_ptr<SNDFILE, Close> m_file;
    SF_INFO m_info = {};
    std::string m_decodingError;
};

} // namespace phono
