#include "core/audio/audio_file.h"
#include "tests/support/sounds.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <cmath>

using namespace phono;
using namespace phono::test;

namespace {

constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

std::vector<float> samplesOf(const Recording& recording)
{
    std::vector<float> samples(static_cast<std::size_t>(recording.samples->size()));
    const auto read = recording.samples->read(0, samples);
    return read ? samples : std::vector<float>();
}

Recording loaded(const std::filesystem::path& path, const LoadOptions& options = {})
{
    auto recording = loadAudio(path, options);
    if (!recording)
        throw std::runtime_error(recording.error().message);
    return std::move(*recording);
}

/// Signal to error, in dB, after leaving out `margin` samples at both ends.
double fidelity(const std::vector<float>& signal, const std::vector<float>& copy,
                std::size_t margin)
{
    double power = 0;
    double error = 0;
    for (std::size_t i = margin; i + margin < std::min(signal.size(), copy.size()); ++i) {
        power += std::pow(signal[i], 2);
        error += std::pow(signal[i] - copy[i], 2);
    }
    return 10 * std::log10(power / error);
}

} // namespace

class TestAudioFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_directory.isValid()); }

    void sixteenBitsAtTheModelsRateComeOutBitExact_data();
    void sixteenBitsAtTheModelsRateComeOutBitExact();
    void otherCodingsComeOutAlike_data();
    void otherCodingsComeOutAlike();
    void channelsAreMixedByTheirMean_data();
    void channelsAreMixedByTheirMean();
    void otherRatesAreResampled_data();
    void otherRatesAreResampled();
    void levelsAreThoseOfTheSignal();
    void clippedRunsAreCounted_data();
    void clippedRunsAreCounted();
    void whatIsUnusualIsWarnedOf_data();
    void whatIsUnusualIsWarnedOf();
    void shortFilesLoad_data();
    void shortFilesLoad();
    void longAudioInATemporaryFileIsTheSame();
    void hashIsTheFiles();
    void aChangedFileIsNotHashed();
    void progressRisesToOne();
    void cancelledLoadingStops();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_directory.filePath(QString::fromUtf8(name)).toStdString();
    }
    QTemporaryDir m_directory;
};

void TestAudioFile::sixteenBitsAtTheModelsRateComeOutBitExact_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* title, int format, const char* name) {
        QTest::newRow(title) << (format | SF_FORMAT_PCM_16) << name;
    };
    row("WAV", SF_FORMAT_WAV, "WAV, 16 bit PCM");
    row("big-endian WAV (RIFX)", SF_FORMAT_WAV | SF_ENDIAN_BIG, "WAV, 16 bit PCM");
    row("extensible WAV", SF_FORMAT_WAVEX, "WAV (extensible), 16 bit PCM");
    row("RF64", SF_FORMAT_RF64, "RF64, 16 bit PCM");
    row("W64", SF_FORMAT_W64, "W64, 16 bit PCM");
    row("AIFF", SF_FORMAT_AIFF, "AIFF, 16 bit PCM");
    row("CAF", SF_FORMAT_CAF, "CAF, 16 bit PCM");
    row("AU", SF_FORMAT_AU, "AU, 16 bit PCM");
    row("little-endian AU", SF_FORMAT_AU | SF_ENDIAN_LITTLE, "AU, 16 bit PCM");
    row("NIST SPHERE, high byte first", SF_FORMAT_NIST | SF_ENDIAN_BIG, "NIST SPHERE, 16 bit PCM");
    row("NIST SPHERE, low byte first", SF_FORMAT_NIST | SF_ENDIAN_LITTLE,
        "NIST SPHERE, 16 bit PCM");
    row("FLAC", SF_FORMAT_FLAC, "FLAC, 16 bit PCM");
    row("VOC", SF_FORMAT_VOC, "VOC, 16 bit PCM");
}

void TestAudioFile::sixteenBitsAtTheModelsRateComeOutBitExact()
{
    QFETCH(int, format);
    QFETCH(QString, name);
    const auto values = noise(20011);
    // The extension must not matter: TIMIT's SPHERE files are called .WAV.
    const auto path = file("sound.WAV");
    writeSound(path, format, 16000, 1, values);

    const auto recording = loaded(path);
    QVERIFY(samplesOf(recording) == asFloats(values));
    QCOMPARE(QString::fromStdString(recording.info.format), name);
    QCOMPARE(recording.info.frames, 20011);
    QCOMPARE(recording.info.seconds, 20011 / 16000.0);
    QCOMPARE(recording.info.channels, 1);
    QCOMPARE(recording.info.sampleRate, 16000);
    QVERIFY(recording.info.notes.empty());
    QVERIFY2(recording.info.warnings.empty(),
             recording.info.warnings.empty() ? "" : recording.info.warnings.front().c_str());
}

void TestAudioFile::otherCodingsComeOutAlike_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("least"); // dB
    const auto row = [](const char* name, int format, double least) {
        QTest::newRow(name) << format << name << least;
    };
    row("WAV, unsigned 8 bit PCM", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 39);
    row("WAV, 24 bit PCM", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 130);
    row("WAV, 32 bit PCM", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 140);
    row("WAV, 32 bit float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1000);
    row("WAV, 64 bit float", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 1000);
    row("WAV, mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 30);
    row("WAV, A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 30);
    row("NIST SPHERE, mu-law", SF_FORMAT_NIST | SF_FORMAT_ULAW, 30);
    row("AU, mu-law", SF_FORMAT_AU | SF_FORMAT_ULAW, 30);
    row("WAV, IMA ADPCM", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 20);
    row("FLAC, 24 bit PCM", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 130);
    row("Ogg, Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 15);
    row("Ogg, Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 15);
    row("MPEG, MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 15);
}

void TestAudioFile::otherCodingsComeOutAlike()
{
    QFETCH(int, format);
    QFETCH(QString, name);
    QFETCH(double, least);
    const auto signal = sine(440, 16000, 2);
    writeSound(file("sound"), format, 16000, 1, signal);

    const auto recording = loaded(file("sound"));
    const auto samples = samplesOf(recording);
    QCOMPARE(QString::fromStdString(recording.info.format), name);
    QVERIFY(samples.size() >= signal.size());
    QVERIFY(samples.size() < signal.size() + 2000); // some codecs fill up their last block
    QVERIFY2(fidelity(signal, samples, 3000) >= least,
             qPrintable(QString::number(fidelity(signal, samples, 3000))));
    QVERIFY2(recording.info.warnings.empty(),
             recording.info.warnings.empty() ? "" : recording.info.warnings.front().c_str());
}

void TestAudioFile::channelsAreMixedByTheirMean_data()
{
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("frames");
    QTest::addColumn<QString>("note");
    QTest::newRow("two channels") << 2 << 9001 << "mixed 2 → 1 channels";
    QTest::newRow("six channels") << 6 << 5000 << "mixed 6 → 1 channels";
    QTest::newRow("three hundred channels") << 300 << 100 << "mixed 300 → 1 channels";
}

void TestAudioFile::channelsAreMixedByTheirMean()
{
    QFETCH(int, channels);
    QFETCH(int, frames);
    QFETCH(QString, note);
    const auto values = noise(static_cast<std::size_t>(channels * frames));
    writeSound(file("sound.wav"), kWav, 16000, channels, values);

    const auto recording = loaded(file("sound.wav"));
    const auto samples = samplesOf(recording);
    QCOMPARE(samples.size(), static_cast<std::size_t>(frames));
    for (int frame = 0; frame < frames; ++frame) {
        std::int64_t sum = 0;
        for (int channel = 0; channel < channels; ++channel)
            sum += values[static_cast<std::size_t>(frame * channels + channel)];
        const double mean = static_cast<double>(sum) / channels / 32768;
        QVERIFY(std::abs(samples[static_cast<std::size_t>(frame)] - mean) < 1e-7);
    }
    QCOMPARE(recording.info.frames, frames);
    QCOMPARE(recording.info.notes.size(), 1u);
    QCOMPARE(QString::fromStdString(recording.info.notes.front()), note);
}

void TestAudioFile::otherRatesAreResampled_data()
{
    QTest::addColumn<int>("rate");
    QTest::addColumn<QString>("note");
    QTest::newRow("telephone") << 8000 << "resampled 8 → 16 kHz";
    QTest::newRow("a rate that divides nothing") << 7999 << "resampled 7.999 → 16 kHz";
    QTest::newRow("a quarter of a compact disc") << 11025 << "resampled 11.025 → 16 kHz";
    QTest::newRow("compact disc") << 44100 << "resampled 44.1 → 16 kHz";
    QTest::newRow("studio") << 48000 << "resampled 48 → 16 kHz";
    QTest::newRow("ultrasound") << 384000 << "resampled 384 → 16 kHz";
}

void TestAudioFile::otherRatesAreResampled()
{
    QFETCH(int, rate);
    QFETCH(QString, note);
    writeSound(file("sound.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, 1, sine(1000, rate, 1.5));

    const auto recording = loaded(file("sound.wav"));
    const auto samples = samplesOf(recording);
    const auto expected = sine(1000, 16000, 1.5);
    QVERIFY(std::abs(static_cast<double>(samples.size()) - 24000) <= 3);
    QVERIFY2(fidelity(expected, samples, 2000) > 80,
             qPrintable(QString::number(fidelity(expected, samples, 2000))));
    QCOMPARE(recording.info.sampleRate, rate);
    QCOMPARE(recording.info.frames, static_cast<std::int64_t>(rate * 1.5));
    QCOMPARE(recording.info.notes.size(), 1u);
    QCOMPARE(QString::fromStdString(recording.info.notes.front()), note);
    QVERIFY(recording.info.warnings.empty());
}

void TestAudioFile::levelsAreThoseOfTheSignal()
{
    // Left 0.75, right -0.25 in turn with 0.25: the mean is 0.25 and 0.5 in turn.
    std::vector<float> samples;
    for (int i = 0; i < 16000; ++i) {
        samples.push_back(0.75f);
        samples.push_back(i % 2 == 0 ? -0.25f : 0.25f);
    }
    writeSound(file("sound.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 2, samples);

    const auto info = loaded(file("sound.wav")).info;
    QCOMPARE(info.peak, 0.75);
    QCOMPARE(info.dcOffset, 0.375);
    QCOMPARE(info.rms, std::sqrt((0.25 * 0.25 + 0.5 * 0.5) / 2));
    QCOMPARE(info.clippedRuns, 0);
    QCOMPARE(info.warnings.size(), 1u);
    QCOMPARE(info.warnings.front(),
             std::string("a DC offset of 0.375 of full scale: it changes z and c everywhere"));
}

void TestAudioFile::clippedRunsAreCounted_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<int>("begin");
    QTest::addColumn<int>("length");
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("runs");
    QTest::newRow("three samples at full scale are none") << kWav << 100 << 3 << 32767 << 0;
    QTest::newRow("four samples are one") << kWav << 100 << 4 << 32767 << 1;
    QTest::newRow("negative full scale counts") << kWav << 100 << 4 << -32768 << 1;
    QTest::newRow("a thousand samples are one") << kWav << 100 << 1000 << 32767 << 1;
    QTest::newRow("one step below full scale is none") << kWav << 100 << 50 << 32766 << 0;
    QTest::newRow("a run from block to block is one") << kWav << 4094 << 4 << 32767 << 1;
    QTest::newRow("two samples at the end of a block and two elsewhere are none")
        << kWav << 4094 << 2 << 32767 << 0;
    QTest::newRow("eight bits have their own full scale")
        << (SF_FORMAT_WAV | SF_FORMAT_PCM_U8) << 100 << 4 << 32767 << 1;
    QTest::newRow("mu-law has its own full scale")
        << (SF_FORMAT_WAV | SF_FORMAT_ULAW) << 100 << 4 << 32767 << 1;
    QTest::newRow("A-law has its own full scale")
        << (SF_FORMAT_WAV | SF_FORMAT_ALAW) << 100 << 4 << 32767 << 1;
}

void TestAudioFile::clippedRunsAreCounted()
{
    QFETCH(int, format);
    QFETCH(int, begin);
    QFETCH(int, length);
    QFETCH(int, level);
    QFETCH(int, runs);
    std::vector<std::int16_t> values(3 * 20000, 0); // three channels, the second is clipped
    for (int i = begin; i < begin + length; ++i)
        values[static_cast<std::size_t>(3 * i + 1)] = static_cast<std::int16_t>(level);
    writeSound(file("sound.wav"), format, 16000, 3, values);

    const auto info = loaded(file("sound.wav")).info;
    QCOMPARE(info.clippedRuns, runs);
    const bool warned = std::ranges::any_of(
        info.warnings, [](const auto& warning) { return warning.starts_with("clipped: 1 run"); });
    QCOMPARE(warned, runs == 1);
}

void TestAudioFile::whatIsUnusualIsWarnedOf_data()
{
    QTest::addColumn<double>("amplitude");
    QTest::addColumn<double>("offset");
    QTest::addColumn<QString>("warning");
    QTest::newRow("an ordinary signal: nothing") << 0.5 << 0.0 << "";
    QTest::newRow("an offset below a tenth of the signal: nothing") << 0.5 << 0.03 << "";
    QTest::newRow("an offset")
        << 0.1 << -0.05 << "a DC offset of -0.05 of full scale: it changes z and c everywhere";
    QTest::newRow("silence") << 0.0 << 0.0 << "every sample is zero: digital silence";
    QTest::newRow("a little overshoot, as codecs make it: nothing") << 0.999 << 0.0 << "";
    QTest::newRow("floats scaled as whole numbers")
        << 20000.0 << 0.0
        << "samples reach 20000 times full scale: is this file scaled to [-1, 1]?";
}

void TestAudioFile::whatIsUnusualIsWarnedOf()
{
    QFETCH(double, amplitude);
    QFETCH(double, offset);
    QFETCH(QString, warning);
    auto samples = sine(1000, 16000, 1, amplitude); // 16 samples a period: the peak is met
    for (auto& sample : samples)
        sample += static_cast<float>(offset);
    writeSound(file("sound.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1, samples);

    const auto warnings = loaded(file("sound.wav")).info.warnings;
    QCOMPARE(warnings.size(), warning.isEmpty() ? 0u : 1u);
    if (!warning.isEmpty())
        QCOMPARE(QString::fromStdString(warnings.front()), warning);
}

void TestAudioFile::shortFilesLoad_data()
{
    QTest::addColumn<int>("frames");
    QTest::newRow("one sample") << 1;
    QTest::newRow("one sample less than a frame") << 464;
    QTest::newRow("one frame") << 465;
}

void TestAudioFile::shortFilesLoad()
{
    QFETCH(int, frames);
    const auto values = noise(static_cast<std::size_t>(frames));
    writeSound(file("sound.wav"), kWav, 16000, 1, values);
    QVERIFY(samplesOf(loaded(file("sound.wav"))) == asFloats(values));
}

void TestAudioFile::longAudioInATemporaryFileIsTheSame()
{
    const auto values = noise(700001);
    writeSound(file("sound.wav"), kWav, 44100, 1, values);
    const auto inMemory = loaded(file("sound.wav"));
    const auto onDisk = loaded(file("sound.wav"), {.memoryLimit = 100000});
    QVERIFY(dynamic_cast<const Waveform*>(inMemory.samples.get()));
    QVERIFY(!dynamic_cast<const Waveform*>(onDisk.samples.get()));

    const auto expected = samplesOf(inMemory);
    QVERIFY(samplesOf(onDisk) == expected);
    std::vector<float> middle(1000);
    QVERIFY(onDisk.samples->read(123456, middle));
    QVERIFY(std::ranges::equal(middle, std::span(expected).subspan(123456, 1000)));
    QCOMPARE(onDisk.info.rms, inMemory.info.rms);
}

void TestAudioFile::hashIsTheFiles()
{
    writeSound(file("sound.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, noise(5000));
    const auto bytes = QByteArray::fromStdString(readBytes(file("sound.flac")));
    const auto expected = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    QCOMPARE(loaded(file("sound.flac")).info.sha256, expected.toStdString());
}

void TestAudioFile::aChangedFileIsNotHashed()
{
    writeSound(file("sound.wav"), kWav, 16000, 1, noise(5000));
    const auto info = loaded(file("sound.wav")).info;
    QCOMPARE(hashAudio(info).value(), info.sha256);
    writeSound(file("sound.wav"), kWav, 16000, 1, noise(5001));
    const auto hash = hashAudio(info);
    QVERIFY(!hash);
    QVERIFY(hash.error().message.find("sound.wav has changed") != std::string::npos);
    std::filesystem::remove(file("sound.wav"));
    QVERIFY(!hashAudio(info));
}

void TestAudioFile::progressRisesToOne()
{
    writeSound(file("sound.wav"), kWav, 48000, 2, noise(400000));
    std::vector<double> fractions;
    const Progress progress{
        .report = [&](std::string_view, double fraction) { fractions.push_back(fraction); },
        .stop = {}};
    QVERIFY(loadAudio(file("sound.wav"), {}, progress));
    QVERIFY(fractions.size() > 10);
    QVERIFY(std::ranges::is_sorted(fractions));
    QVERIFY(fractions.front() > 0 && fractions.front() < 0.2);
    QCOMPARE(fractions.back(), 1.0);
}

void TestAudioFile::cancelledLoadingStops()
{
    writeSound(file("sound.wav"), kWav, 48000, 2, noise(400000));
    std::stop_source stop;
    int reports = 0;
    const Progress progress{.report =
                                [&](std::string_view, double) {
                                    if (++reports == 3)
                                        stop.request_stop();
                                },
                            .stop = stop.get_token()};
    const auto recording = loadAudio(file("sound.wav"), {}, progress);
    QVERIFY(!recording);
    QVERIFY(recording.error().isCancelled());
    QCOMPARE(reports, 3);
}

QTEST_APPLESS_MAIN(TestAudioFile)
#include "tst_audio_file.moc"
