#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace phono::test {

/// A device of a SoundCard.
struct CardDevice {
    std::string name = "default";
    std::string settings = {}; ///< further lines for ALSA: "rate 48000 channels 2"
    std::vector<float> recorded = {}; ///< what it records over and over, channels in turn
    bool plays = true;
};

/// Makes test devices (see alsa_test_device.cpp) ALSA's, and thereby PortAudio's, only ones in this
/// process. PortAudio lists them when a SoundSystem is first used.
class SoundCard {
public:
    /// Files are made in `directory`.
    SoundCard(std::filesystem::path directory, const std::vector<CardDevice>& devices);
    /// One that plays.
    explicit SoundCard(const std::filesystem::path& directory, const std::string& settings = {})
        : SoundCard(directory, {CardDevice{.settings = settings}})
    {
    }
    /// There is no device at all.
    static void none(const std::filesystem::path& directory);
    /// ALSA finds `text` as its configuration.
    static void configure(const std::filesystem::path& directory, const std::string& text);

    /// What the stream played last on a device got, channels in turn, from its first sample that is
    /// not zero.
    std::vector<float> played(const std::string& device = "default") const;

private:
    std::filesystem::path outfile(const std::string& device) const;

    std::filesystem::path m_directory;
};

} // namespace phono::test
