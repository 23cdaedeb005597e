#include "core/audio/foreign_format.h"

#include "core/audio/header_bytes.h"

#include <algorithm>
#include <utility>

namespace phono {
namespace {

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    std::string_view name;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {4, "ftyp"sv, "AAC or ALAC audio in an MP4 container (.m4a, .mp4)"sv},
    {0, "ADIF"sv, "AAC audio"sv},
    {0, "\xFF\xF0"sv, "AAC audio"sv},
    {0, "\xFF\xF1"sv, "AAC audio"sv},
    {0, "\xFF\xF8"sv, "AAC audio"sv},
    {0, "\xFF\xF9"sv, "AAC audio"sv},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "Windows Media audio (.wma)"sv},
    {0, "\x1A\x45\xDF\xA3"sv, "a Matroska or WebM file"sv},
    {0, "#!AMR"sv, "AMR audio"sv},
    {0, "\x0B\x77"sv, "Dolby Digital audio (AC-3)"sv},
    {0, "wvpk"sv, "WavPack audio"sv},
    {0, "MAC "sv, "Monkey's Audio"sv},
    {0, "TTA1"sv, "True Audio"sv},
    {0, "TTA2"sv, "True Audio"sv},
    {0, "MPCK"sv, "Musepack audio"sv},
    {0, "MP+"sv, "Musepack audio"sv},
    {0, "OFR "sv, "OptimFROG audio"sv},
    {0, "tBaK"sv, "TAK audio"sv},
    {0, "DSD "sv, "DSD audio"sv},
    {0, "FRM8"sv, "DSD audio (DSDIFF)"sv},
    {0, "ajkg"sv, "audio compressed with Shorten"sv},
    {0, "MThd"sv, "a MIDI file: notes, no sound"sv},
    {0, ".RMF"sv, "a RealMedia file"sv},
    {0, "FLV\x01"sv, "a Flash video"sv},
    {8, "AVI "sv, "an AVI video"sv},
    {28, "Speex   "sv, "Speex audio"sv},
    {28, "\x80theora"sv, "an Ogg video"sv},
    {0, "\x1F\x8B"sv, "compressed with gzip"sv},
    {0, "PK\x03\x04"sv, "a ZIP archive"sv},
    {0, "%PDF"sv, "a PDF document"sv},
};

/// Formats libsndfile knows, by their first bytes.
constexpr std::pair<std::string_view, std::string_view> kContainers[] = {
    {"RIFF", "WAV"},  {"RIFX", "WAV"}, {"RF64", "RF64"}, {"riff", "W64"},
    {"FORM", "AIFF"}, {"caff", "CAF"}, {".snd", "AU"},   {"dns.", "AU"},
    {"fLaC", "FLAC"}, {"OggS", "Ogg"}, {"ID3", "MP3"},
};

std::string describeSphere(std::string_view head)
{
    const auto coding = nistField(head, "sample_coding");
    if (coding.find("shorten") != coding.npos)
        return "it is a NIST SPHERE file compressed with Shorten (sample_coding " + coding
            + "). Decompress it first, for example with: sph2pipe -f wav IN.sph OUT.wav";
    return "it is a NIST SPHERE file whose coding cannot be read (sample_coding "
        + (coding.empty() ? "is not given" : coding)
        + "). Convert it to WAV, for example with sph2pipe or sox";
}

/// What libsndfile means where its words mislead.
std::string_view inPlainWords(std::string_view reason)
{
    if (reason.find("SF_INFO struct incomplete") != reason.npos)
        return "its header claims an impossible sample rate or number of channels";
    if (reason.find("not a regular file") != reason.npos)
        return "it ends within its header";
    return reason;
}

bool looksLikeText(std::string_view head)
{
    return std::ranges::all_of(head, [](char c) {
        return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\r' || c == '\t';
    });
}

} // namespace

std::string describeUnreadable(std::string_view head, std::string_view reason)
{
    if (head.starts_with("NIST_1A"))
        return describeSphere(head);
    for (const auto& [offset, bytes, name] : kSignatures)
        if (head.size() > offset && head.substr(offset).starts_with(bytes))
            return "it is " + std::string(name)
                + ". Convert it to WAV or FLAC, for example with: ffmpeg -i IN OUT.wav";
    for (const auto& [magic, name] : kContainers)
        if (head.starts_with(magic))
            return "it begins as " + std::string(name) + ", but libsndfile cannot read it ("
                + std::string(inPlainWords(reason))
                + "). It is damaged, cut short or of an unusual coding; other programs may still "
                  "be "
                  "able to convert it, for example: ffmpeg -i IN OUT.wav";
    if (looksLikeText(head))
        return "it is text, not audio";
    return "it has no header of a known audio format. If it holds raw samples, give it one, for "
           "example with: sox -t raw -r 16000 -e signed -b 16 -c 1 IN OUT.wav";
}

} // namespace phono
