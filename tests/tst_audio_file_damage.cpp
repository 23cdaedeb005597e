#include "core/audio/audio_file.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sys/stat.h>

using namespace phono;
using namespace phono::test;

namespace {

std::string sphereHeader(const std::string& fields)
{
    std::string header = "NIST_1A\n   1024\n" + fields + "end_head\n";
    header.resize(1024, ' ');
    return header;
}

} // namespace

/// Files that lie, are cut short, are no audio or are no files: clear words, never a crash.
class TestAudioFileDamage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsNoFileIsRefused_data();
    void whatIsNoFileIsRefused();
    void whatIsNoAudioIsRefused_data();
    void whatIsNoAudioIsRefused();
    void badSamplesAreRefusedByPosition_data();
    void badSamplesAreRefusedByPosition();
    void cutFilesLoadWithAWarning_data();
    void cutFilesLoadWithAWarning();
    void damagedFlacLoadsUpToTheDamage();
    void flacThatIsLongerThanItSaysIsFoundOut();
    void headersThatLieAreFoundOut_data();
    void headersThatLieAreFoundOut();
    void garbageNeverCrashes_data();
    void garbageNeverCrashes();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_directory.filePath(QString::fromUtf8(name)).toStdString();
    }
    QTemporaryDir m_directory;
};

void TestAudioFileDamage::whatIsNoFileIsRefused_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("words");
    mkfifo(file("pipe.wav").c_str(), 0600);
    writeBytes(file("empty.wav"), "");
    const auto path = [&](const char* name) {
        return QString::fromStdString(file(name).string());
    };
    QTest::newRow("a file that does not exist") << path("missing.wav") << "No such file";
    QTest::newRow("a directory") << path(".") << "it is a directory";
    QTest::newRow("a pipe that nobody writes to") << path("pipe.wav") << "it is a pipe";
    QTest::newRow("a device that never ends") << "/dev/zero"
                                              << "it is a device";
    QTest::newRow("an empty file") << path("empty.wav") << "it is empty";
}

void TestAudioFileDamage::whatIsNoFileIsRefused()
{
    QFETCH(QString, path);
    QFETCH(QString, words);
    const auto recording = loadAudio(path.toStdString());
    QVERIFY(!recording);
    const auto message = QString::fromStdString(recording.error().message);
    QVERIFY2(message.contains(words) && message.contains(path), qPrintable(message));
}

void TestAudioFileDamage::whatIsNoAudioIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* title, const std::string& bytes, const char* words) {
        QTest::newRow(title) << QByteArray::fromStdString(bytes) << words;
    };
    const std::string rest(2000, '\x01');
    row("AAC in an MP4 container", std::string("\0\0\0\x20", 4) + "ftypM4A " + rest, "AAC or ALAC");
    row("raw AAC", "\xFF\xF1\x50\x80" + rest, "AAC audio");
    row("Windows Media", "\x30\x26\xB2\x75\x8E\x66\xCF\x11" + rest, "Windows Media");
    row("Matroska", "\x1A\x45\xDF\xA3" + rest, "Matroska");
    row("WavPack", "wvpk" + rest, "WavPack");
    row("text", "Hello, I am no sound.\n", "it is text");
    row("samples without a header", std::string("\x12\x80\x03", 3) + rest, "no header");
    row("Shorten in SPHERE",
        sphereHeader("sample_count -i 1000\nsample_n_bytes -i 2\nchannel_count -i 1\n"
                     "sample_byte_format -s2 01\nsample_rate -i 16000\n"
                     "sample_coding -s26 pcm,embedded-shorten-v2.00\n")
            + "ajkg" + rest,
        "compressed with Shorten");
    row("WAV cut off in its header", "RIFF\x24\x08\x01", "it begins as WAV");
    row("WAV without data", wavBytes(wavFormat(1, 1, 16000, 16), 0, ""), "it has no samples");
    row("WAV at 4 GHz", wavBytes(wavFormat(1, 1, 4000000000u, 16), 2000, rest), "sample rate");
    row("WAV at 0 Hz", wavBytes(wavFormat(1, 1, 0, 16), 2000, rest), "sample rate");
    row("WAV at 1 Hz", wavBytes(wavFormat(1, 1, 1, 16), 2000, rest), "sample rate of 1 Hz");
    row("WAV without channels", wavBytes(wavFormat(1, 0, 16000, 16), 2000, rest), "hannel");
    row("WAV of an unknown coding", wavBytes(wavFormat(0x1234, 1, 16000, 16), 2000, rest),
        "it begins as WAV");
    row("WAV whose recorder was killed", wavBytes(wavFormat(1, 1, 16000, 16), 0, rest),
        "2000 bytes follow");
}

void TestAudioFileDamage::whatIsNoAudioIsRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    writeBytes(file("sound.wav"), bytes.toStdString());
    const auto recording = loadAudio(file("sound.wav"));
    QVERIFY(!recording);
    const auto message = QString::fromStdString(recording.error().message);
    QVERIFY2(message.contains(words) && message.contains("sound.wav"), qPrintable(message));
}

void TestAudioFileDamage::badSamplesAreRefusedByPosition_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("words");
    constexpr int kFloat = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    QTest::newRow("NaN") << kFloat << std::nan("")
                         << "sample 9000 (1.125 s) of channel 2 is not a number (NaN)";
    QTest::newRow("infinity") << kFloat << std::numeric_limits<double>::infinity()
                              << "sample 9000 (1.125 s) of channel 2 is infinite";
    QTest::newRow("a number beyond all sound") << kFloat << -1e20 << "of channel 2 is -1000000";
    QTest::newRow("a double that is no float")
        << (SF_FORMAT_AIFF | SF_FORMAT_DOUBLE) << 1e300 << "of channel 2 is infinite";
}

void TestAudioFileDamage::badSamplesAreRefusedByPosition()
{
    QFETCH(int, format);
    QFETCH(double, value);
    QFETCH(QString, words);
    SF_INFO info = {};
    info.format = format;
    info.samplerate = 8000;
    info.channels = 2;
    std::vector<double> samples(24000, 0.25);
    samples[18001] = value;
    auto* sound = sf_open(file("sound").c_str(), SFM_WRITE, &info);
    sf_write_double(sound, samples.data(), 24000);
    sf_close(sound);

    const auto recording = loadAudio(file("sound"));
    QVERIFY(!recording);
    const auto message = QString::fromStdString(recording.error().message);
    QVERIFY2(message.contains(words), qPrintable(message));
}

void TestAudioFileDamage::cutFilesLoadWithAWarning_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("declared");
    const auto row = [](const char* title, int format, const char* declared) {
        QTest::newRow(title) << format << declared;
    };
    row("WAV", SF_FORMAT_WAV | SF_FORMAT_PCM_16, "although its header says 3 s");
    row("WAV, mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, "although its header says 3 s");
    row("RF64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, "although its header says 3 s");
    row("W64", SF_FORMAT_W64 | SF_FORMAT_PCM_24, "although its header says 3 s");
    row("AIFF", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "although its header says 3 s");
    row("AU", SF_FORMAT_AU | SF_FORMAT_PCM_16, "although its header says 3 s");
    row("NIST SPHERE", SF_FORMAT_NIST | SF_FORMAT_PCM_16, "although its header says 3 s");
    row("MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, "although its header says 2.");
    row("Ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, "without the mark that ends an Ogg stream");
}

void TestAudioFileDamage::cutFilesLoadWithAWarning()
{
    QFETCH(int, format);
    QFETCH(QString, declared);
    auto samples = asFloats(noise(48000));
    for (auto& sample : samples)
        sample /= 4; // room for the overshoot of codecs
    writeSound(file("whole"), format, 16000, 1, samples);
    const auto bytes = readBytes(file("whole"));
    writeBytes(file("cut"), std::string_view(bytes).substr(0, bytes.size() / 2));

    const auto whole = loadAudio(file("whole"));
    QVERIFY(whole);
    QVERIFY2(whole->info.warnings.empty(),
             whole->info.warnings.empty() ? "" : whole->info.warnings.front().c_str());
    const auto cut = loadAudio(file("cut"));
    QVERIFY(cut);
    QVERIFY(cut->info.seconds > 0.5 && cut->info.seconds < 2);
    const bool warned = std::ranges::any_of(cut->info.warnings, [&](const auto& warning) {
        return warning.starts_with("the file ends after ")
            && QString::fromStdString(warning).contains(declared);
    });
    QVERIFY2(warned, cut->info.warnings.empty() ? "" : cut->info.warnings.front().c_str());
}

void TestAudioFileDamage::damagedFlacLoadsUpToTheDamage()
{
    writeSound(file("sound.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, noise(48000));
    auto bytes = readBytes(file("sound.flac"));
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), 20000, '\0');
    writeBytes(file("sound.flac"), bytes);

    const auto recording = loadAudio(file("sound.flac"));
    QVERIFY(recording);
    QVERIFY(recording->info.frames < 30000);
    const auto& warning = recording->info.warnings.front();
    QVERIFY2(warning.starts_with("damaged: decoding stopped after 1."), warning.c_str());
    QVERIFY2(warning.find(" of 3 s (") != warning.npos, warning.c_str());
}

void TestAudioFileDamage::flacThatIsLongerThanItSaysIsFoundOut()
{
    writeSound(file("sound.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, noise(48000));
    auto bytes = readBytes(file("sound.flac"));
    constexpr std::size_t kTotalSamples = 22; // the lower 32 bits, in the STREAMINFO block
    QCOMPARE(bytes.substr(kTotalSamples, 4), bigEndian(48000, 4));
    bytes.replace(kTotalSamples, 4, bigEndian(16000, 4));
    writeBytes(file("sound.flac"), bytes);

    const auto recording = loadAudio(file("sound.flac"));
    QVERIFY(recording);
    QCOMPARE(recording->info.frames, 16000);
    QCOMPARE(recording->info.warnings.size(), 1u);
    const auto& warning = recording->info.warnings.front();
    QVERIFY2(warning.find("bytes follow the end that the header gives") != warning.npos,
             warning.c_str());
}

void TestAudioFileDamage::headersThatLieAreFoundOut_data()
{
    QTest::addColumn<quint32>("declared");
    QTest::addColumn<int>("trailing");
    QTest::addColumn<int>("frames");
    QTest::addColumn<QString>("warning");
    QTest::newRow("the truth: no warning") << 32000u << 0 << 16000 << "";
    QTest::newRow("length left open by a stream: no warning") << 0xFFFFFFFFu << 0 << 16000 << "";
    QTest::newRow("three times too much")
        << 96000u << 0 << 16000 << "the file ends after 1 s although its header says 3 s";
    QTest::newRow("the half") << 16000u << 0 << 8000
                              << "16000 bytes (as much as 0.5 s of audio) follow the end that the "
                                 "header gives; they were not read";
    QTest::newRow("a chunk behind the data: no warning") << 32000u << 1000 << 16000 << "";
}

void TestAudioFileDamage::headersThatLieAreFoundOut()
{
    QFETCH(quint32, declared);
    QFETCH(int, trailing);
    QFETCH(int, frames);
    QFETCH(QString, warning);
    std::string data;
    for (const auto value : noise(16000))
        data += littleEndian(static_cast<std::uint16_t>(value), 2);
    if (trailing > 0)
        data += "LIST" + littleEndian(static_cast<std::uint64_t>(trailing), 4)
            + std::string(static_cast<std::size_t>(trailing), 'x');
    writeBytes(file("sound.wav"), wavBytes(wavFormat(1, 1, 16000, 16), declared, data));

    const auto recording = loadAudio(file("sound.wav"));
    QVERIFY(recording);
    QCOMPARE(recording->info.frames, frames);
    QCOMPARE(recording->info.warnings.size(), warning.isEmpty() ? 0u : 1u);
    if (!warning.isEmpty())
        QCOMPARE(QString::fromStdString(recording->info.warnings.front()), warning);
}

void TestAudioFileDamage::garbageNeverCrashes_data()
{
    QTest::addColumn<int>("format");
    QTest::newRow("WAV") << (SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    QTest::newRow("WAV, float") << (SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    QTest::newRow("RF64") << (SF_FORMAT_RF64 | SF_FORMAT_PCM_16);
    QTest::newRow("W64") << (SF_FORMAT_W64 | SF_FORMAT_PCM_16);
    QTest::newRow("AIFF") << (SF_FORMAT_AIFF | SF_FORMAT_PCM_16);
    QTest::newRow("CAF") << (SF_FORMAT_CAF | SF_FORMAT_PCM_16);
    QTest::newRow("AU") << (SF_FORMAT_AU | SF_FORMAT_PCM_16);
    QTest::newRow("NIST SPHERE") << (SF_FORMAT_NIST | SF_FORMAT_PCM_16);
    QTest::newRow("FLAC") << (SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
    QTest::newRow("Ogg") << (SF_FORMAT_OGG | SF_FORMAT_VORBIS);
    QTest::newRow("MP3") << (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
}

void TestAudioFileDamage::garbageNeverCrashes()
{
    QFETCH(int, format);
    writeSound(file("sound"), format, 16000, 1, asFloats(noise(2000)));
    const auto whole = readBytes(file("sound"));
    std::mt19937 random(1);
    for (int round = 0; round < 150; ++round) {
        auto bytes = whole;
        // Mostly in the header, where the numbers are that a reader could trust.
        for (unsigned i = 0; i < 1 + random() % 4; ++i)
            bytes[random() % std::min<std::size_t>(bytes.size(), random() % 2 ? 128 : 1024)] =
                static_cast<char>(random() % 3 == 0 ? 0xFF : random());
        if (random() % 4 == 0)
            bytes.resize(random() % bytes.size());
        writeBytes(file("sound"), bytes);
        const auto recording = loadAudio(file("sound"), {.memoryLimit = 1 << 20});
        if (recording) {
            QVERIFY(recording->samples->size() > 0);
            QVERIFY(recording->info.frames > 0);
            QVERIFY(std::isfinite(recording->info.rms));
        } else {
            QVERIFY(!recording.error().message.empty());
        }
    }
}

/// libsndfile 1.2 does not free libvorbis's memory when it refuses a damaged Ogg file.
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:vorbis_info_init\n";
}

QTEST_APPLESS_MAIN(TestAudioFileDamage)
#include "tst_audio_file_damage.moc"
