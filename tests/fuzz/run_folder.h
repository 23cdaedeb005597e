#pragma once

#include "core/run/run_directory.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace phono::fuzz {

/// A run directory in memory, which goes with the program.
class RunFolder {
public:
    RunFolder()
        : m_path(mkdtemp(m_name.data()))
    {
    }
    ~RunFolder() { std::filesystem::remove_all(m_path); }
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    RunDirectory run() const { return RunDirectory::at(m_path); }
    static void write(const std::filesystem::path& path, const std::uint8_t* data, std::size_t size)
    {
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (!file || std::fwrite(data, 1, size, file) != size || std::fclose(file) != 0)
            std::_Exit(1);
    }

private:
    std::string m_name = "/dev/shm/phonoscope-fuzz-XXXXXX";
    std::filesystem::path m_path;
};

} // namespace phono::fuzz
