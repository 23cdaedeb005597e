#include "core/run/text_file.h"

#include "core/base/atomic_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace phono {

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limit)
{
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(status))
        return Error{path.string() + " is a folder; expected a file"};
    // Opening a pipe that nobody writes to would wait for ever.
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return Error{path.string() + " is no file"};
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        return Error{"cannot read " + path.string() + ": " + std::strerror(errno)};
    std::string text(limit + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad())
        return Error{"cannot read " + path.string() + ": " + std::strerror(errno)};
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > limit)
        return Error{path.string() + " is longer than " + std::to_string(limit)
                     + " bytes: it is not what it should be"};
    return text;
}

Result<void> replaceTextFile(const std::filesystem::path& path, std::string_view text)
{
    auto file = AtomicFile::create(path, true);
    if (!file)
        return file.error();
    if (auto done = file->write(text.data(), text.size()); !done)
        return done;
    return file->commit();
}

} // namespace phono
