#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace phono {

/// A file of lines that only ever grows: each line goes out by one write, so that who reads it
/// meanwhile, or after a kill, sees whole lines and at most a torn last one.
class AppendFile {
public:
    /// Makes the file if there is none. If its last line is torn, it is ended before the next one.
    static Result<AppendFile> open(const std::filesystem::path& path);

    AppendFile(AppendFile&& other) noexcept;
    AppendFile& operator=(AppendFile&& other) noexcept;
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    ~AppendFile();

    /// `line` has no newline. When it fails (a full disk), all earlier lines are there, and the
    /// next append() starts a line of its own.
    Result<void> append(std::string_view line);
    /// What was appended lasts through a power cut.
    Result<void> sync();

private:
    AppendFile(std::filesystem::path path, int descriptor, bool torn);
    Error failed(int error) const;

    std::filesystem::path m_path;
    int m_descriptor = -1;
    bool m_torn = false;
    std::string m_buffer;
};

} // namespace phono
