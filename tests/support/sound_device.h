#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace phono::test {

/// Makes the test device (see alsa_test_device.cpp) ALSA's default, and thereby PortAudio's, in
/// this process. To be used before PortAudio is, which lists the devices only once.
class SoundDevice {
public:
    /// Files are made in `directory`. `settings` are further lines for ALSA ("rate 48000").
    explicit SoundDevice(const std::filesystem::path& directory, const std::string& settings = {});
    /// There is no device at all.
    static void none(const std::filesystem::path& directory);

    /// What the stream played last got, channels in turn, from its first sample that is not zero.
    std::vector<float> played() const;

private:
    std::filesystem::path m_outfile;
};

} // namespace phono::test
