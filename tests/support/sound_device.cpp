#include "tests/support/sound_device.h"

#include "tests/support/sounds.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace phono::test {
namespace {

const std::string kPluginLine = "pcm_type.phonotest { lib \"" PHONO_TEST_DEVICE "\" }\n";

void configure(const std::filesystem::path& directory, const std::string& text)
{
    const auto file = directory / "asound.conf";
    writeBytes(file, text);
    setenv("ALSA_CONFIG_PATH", file.c_str(), 1);
}

} // namespace

SoundDevice::SoundDevice(const std::filesystem::path& directory, const std::string& settings)
    : m_outfile(directory / "played.raw")
{
    std::filesystem::remove(m_outfile);
    configure(directory,
              kPluginLine + "pcm.!default { type phonotest outfile \"" + m_outfile.string() + "\" "
                  + settings + " }\n");
}

void SoundDevice::none(const std::filesystem::path& directory)
{
    // PortAudio aborts when nothing is configured at all; this device cannot be opened.
    configure(directory, kPluginLine + "pcm.!default { type phonotest }\n");
}

std::vector<float> SoundDevice::played() const
{
    if (!exists(m_outfile))
        return {};
    const auto bytes = readBytes(m_outfile);
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    samples.erase(samples.begin(),
                  std::ranges::find_if(samples, [](float sample) { return sample != 0; }));
    return samples;
}

} // namespace phono::test
