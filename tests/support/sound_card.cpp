#include "tests/support/sound_card.h"

#include "tests/support/sounds.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace phono::test {
namespace {

const std::string kPluginLine = "pcm_type.phonotest { lib \"" PHONO_TEST_DEVICE "\" }\n";

std::string quoted(const std::filesystem::path& path)
{
    return " \"" + path.string() + "\" ";
}

} // namespace

SoundCard::SoundCard(std::filesystem::path directory, const std::vector<CardDevice>& devices)
    : m_directory(std::move(directory))
{
    std::string text = kPluginLine;
    for (const auto& device : devices) {
        text += "pcm.!" + device.name + " { type phonotest " + device.settings;
        if (device.plays) {
            std::filesystem::remove(outfile(device.name));
            text += " outfile" + quoted(outfile(device.name));
        }
        if (!device.recorded.empty()) {
            const auto infile = m_directory / (device.name + "_recorded.raw");
            writeBytes(infile,
                       {reinterpret_cast<const char*>(device.recorded.data()),
                        device.recorded.size() * sizeof(float)});
            text += " infile" + quoted(infile);
        }
        text += " }\n";
    }
    configure(m_directory, text);
}

void SoundCard::none(const std::filesystem::path& directory)
{
    // PortAudio aborts when nothing is configured at all; this device cannot be opened.
    configure(directory, kPluginLine + "pcm.!default { type phonotest }\n");
}

void SoundCard::configure(const std::filesystem::path& directory, const std::string& text)
{
    const auto file = directory / "asound.conf";
    writeBytes(file, text);
    setenv("ALSA_CONFIG_PATH", file.c_str(), 1);
}

std::filesystem::path SoundCard::outfile(const std::string& device) const
{
    return m_directory / (device + "_played.raw");
}

std::vector<float> SoundCard::played(const std::string& device) const
{
    const auto file = outfile(device);
    if (!exists(file))
        return {};
    const auto bytes = readBytes(file);
    std::vector<float> samples(bytes.size() / sizeof(float));
    std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    samples.erase(samples.begin(),
                  std::ranges::find_if(samples, [](float sample) { return sample != 0; }));
    return samples;
}

} // namespace phono::test
