#include "core/audio/audio_file.h"
#include "core/record/take_file.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace phono;
using namespace phono::test;

namespace {

struct Sound {
    int rate = 0;
    int channels = 0;
    int format = 0;
    std::vector<float> samples;
};

/// What libsndfile makes of a file, read to where it ends or breaks.
Sound readSound(const std::filesystem::path& path)
{
    SF_INFO info = {};
    auto* file = sf_open(path.c_str(), SFM_READ, &info);
    if (!file)
        return {};
    Sound sound{
        .rate = info.samplerate, .channels = info.channels, .format = info.format, .samples = {}};
    std::vector<float> block(4096 * static_cast<std::size_t>(info.channels));
    while (const auto count = sf_readf_float(file, block.data(), 4096))
        sound.samples.insert(sound.samples.end(), block.begin(),
                             block.begin() + count * info.channels);
    sf_close(file);
    return sound;
}

/// Numbers that 24 bits hold exactly, the extremes among them.
std::vector<float> exactSamples(std::size_t count)
{
    const auto coarse = noise(count, 1);
    const auto fine = noise(count, 2);
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i)
        samples[i] = static_cast<float>(coarse[i] * 256 + (fine[i] & 255)) / 8388608;
    samples[0] = -1;
    samples[1] = 8388607.0F / 8388608;
    return samples;
}

} // namespace

class TestTakeFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samplesComeBackExactly_data();
    void samplesComeBackExactly();
    void fileIsWholeAtAnyTime_data();
    void fileIsWholeAtAnyTime();
    void killedRecorderLeavesTheSound_data();
    void killedRecorderLeavesTheSound();
    void loudAndBadSamplesAreHeld();
    void fullDiskKeepsWhatWasRecorded_data();
    void fullDiskKeepsWhatWasRecorded();
    void fileIsMarkedWhileRecorded();
    void existingFileIsNeverOverwritten();
    void badNamesAreRefused_data();
    void badNamesAreRefused();
    void folderIsMade();

private:
    std::filesystem::path file(const std::string& name) const
    {
        return std::filesystem::path(m_directory.path().toStdString()) / name;
    }
    QTemporaryDir m_directory;
};

void TestTakeFile::samplesComeBackExactly_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("rate");
    QTest::addColumn<int>("channels");
    QTest::newRow("WAV, 16 kHz mono") << "mono.wav" << 16000 << 1;
    QTest::newRow("WAV, 44.1 kHz stereo") << "stereo.wav" << 44100 << 2;
    QTest::newRow("WAV, 192 kHz, 5 channels") << "five.wav" << 192000 << 5;
    QTest::newRow("FLAC, 16 kHz mono") << "mono.flac" << 16000 << 1;
    QTest::newRow("FLAC, 48 kHz stereo, capital letters") << "stereo.FLAC" << 48000 << 2;
}

void TestTakeFile::samplesComeBackExactly()
{
    QFETCH(QString, name);
    QFETCH(int, rate);
    QFETCH(int, channels);
    const auto path = file(name.toStdString());
    const auto samples = exactSamples(static_cast<std::size_t>(30000 * channels));
    {
        auto take = TakeFile::create(path, rate, channels);
        QVERIFY(take);
        // Blocks of odd lengths.
        const std::span all(samples);
        for (std::size_t at = 0, frames = 1; at < all.size(); frames = frames * 2 % 7919 + 1) {
            const auto count =
                std::min(frames * static_cast<std::size_t>(channels), all.size() - at);
            QVERIFY(take->write(all.subspan(at, count)));
            at += count;
        }
        QCOMPARE(take->frames(), 30000);
        QVERIFY(take->finish());
    }
    const auto sound = readSound(path);
    QCOMPARE(sound.rate, rate);
    QCOMPARE(sound.channels, channels);
    QCOMPARE(sound.format & SF_FORMAT_SUBMASK, int(SF_FORMAT_PCM_24));
    QCOMPARE(sound.samples.size(), samples.size());
    QVERIFY(sound.samples == samples);
    // Small files are plain WAV, which every program reads.
    if (name.endsWith(QLatin1String("wav"))) {
        QCOMPARE(readBytes(path).substr(0, 4), std::string("RIFF"));
        const auto type = sound.format & SF_FORMAT_TYPEMASK;
        QVERIFY(type == SF_FORMAT_WAV || type == SF_FORMAT_WAVEX);
    }
}

void TestTakeFile::fileIsWholeAtAnyTime_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("behind"); // frames that may be missing
    QTest::newRow("WAV") << "open.wav" << 0;
    QTest::newRow("FLAC") << "open.flac" << 8192;
}

void TestTakeFile::fileIsWholeAtAnyTime()
{
    QFETCH(QString, name);
    QFETCH(int, behind);
    const auto path = file(name.toStdString());
    auto take = TakeFile::create(path, 16000, 2);
    QVERIFY(take);
    const auto samples = exactSamples(100000);
    for (std::size_t at = 0; at < samples.size(); at += 10000) {
        QVERIFY(take->write(std::span(samples).subspan(at, 10000)));
        const auto sound = readSound(path);
        const auto expected = at + 10000;
        QVERIFY(sound.samples.size() <= expected);
        QVERIFY(sound.samples.size() + static_cast<std::size_t>(2 * behind) >= expected);
        QVERIFY(std::equal(sound.samples.begin(), sound.samples.end(), samples.begin()));
    }
}

void TestTakeFile::killedRecorderLeavesTheSound_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("WAV") << "killed.wav";
    QTest::newRow("FLAC") << "killed.flac";
}

void TestTakeFile::killedRecorderLeavesTheSound()
{
    QFETCH(QString, name);
    const auto path = file(name.toStdString());
    const auto samples = exactSamples(160000);
    std::array<int, 2> pipe = {};
    QCOMPARE(::pipe(pipe.data()), 0);
    const auto child = fork();
    if (child == 0) {
        auto take = TakeFile::create(path, 16000, 1);
        for (std::size_t at = 0; take && at < samples.size(); at += 800)
            if (!take->write(std::span(samples).subspan(at, 800)))
                break;
        [[maybe_unused]] const auto told = write(pipe[1], "x", 1);
        pause();
        _exit(1);
    }
    char byte = 0;
    QCOMPARE(read(pipe[0], &byte, 1), ssize_t(1));
    QVERIFY(isBeingRecorded(path));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    QVERIFY(WIFSIGNALED(status));
    close(pipe[0]);
    close(pipe[1]);
    QVERIFY(!isBeingRecorded(path));

    // With our own loader, which never trusts headers: at most a second is missing.
    const auto loaded = loadAudio(path);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(loaded->samples->size() > 160000 - 16000);
    std::vector<float> read(static_cast<std::size_t>(loaded->samples->size()));
    QVERIFY(loaded->samples->read(0, read));
    QVERIFY(std::equal(read.begin(), read.end(), samples.begin()));
}

void TestTakeFile::loudAndBadSamplesAreHeld()
{
    auto take = TakeFile::create(file("loud.wav"), 16000, 1);
    QVERIFY(take);
    const std::vector<float> samples = {1.0F, 2.0F, -3.0F, 1e30F, std::nanf(""), -INFINITY, 0.25F};
    QVERIFY(take->write(samples));
    QVERIFY(take->finish());
    constexpr float kLargest = 8388607.0F / 8388608;
    const std::vector<float> expected = {kLargest, kLargest, -1, kLargest, 0, -1, 0.25F};
    QCOMPARE(readSound(file("loud.wav")).samples, expected);
}

void TestTakeFile::fullDiskKeepsWhatWasRecorded_data()
{
    killedRecorderLeavesTheSound_data();
}

void TestTakeFile::fullDiskKeepsWhatWasRecorded()
{
    QFETCH(QString, name);
    const auto path = file("full_" + name.toStdString());
    const auto samples = exactSamples(400000);
    // A limit of the file's size stands for the disk's; only this process has it.
    const auto child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit = {600001, 600001};
        setrlimit(RLIMIT_FSIZE, &limit);
        auto take = TakeFile::create(path, 16000, 1);
        if (!take)
            _exit(10);
        for (std::size_t at = 0; at < samples.size(); at += 1000) {
            const auto written = take->write(std::span(samples).subspan(at, 1000));
            if (written)
                continue;
            const bool told = written.error().message.find("the disk is full") != std::string::npos;
            static_cast<void>(take->finish());
            _exit(told ? 0 : 11);
        }
        _exit(12);
    }
    int status = 0;
    waitpid(child, &status, 0);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), 0);
    const auto loaded = loadAudio(path);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    // 600,001 bytes are 199,985 frames of WAV and their header; noise packs no better in FLAC.
    QVERIFY(loaded->samples->size() > 180000);
    std::vector<float> read(static_cast<std::size_t>(loaded->samples->size()));
    QVERIFY(loaded->samples->read(0, read));
    QVERIFY(std::equal(read.begin(), read.end(), samples.begin()));
}

void TestTakeFile::fileIsMarkedWhileRecorded()
{
    const auto path = file("marked.wav");
    QVERIFY(!isBeingRecorded(path));
    auto take = TakeFile::create(path, 16000, 1);
    QVERIFY(take);
    QVERIFY(isBeingRecorded(path));
    QVERIFY(take->finish());
    QVERIFY(!isBeingRecorded(path));
}

void TestTakeFile::existingFileIsNeverOverwritten()
{
    const auto path = file("mine.wav");
    writeBytes(path, "precious");
    const auto take = TakeFile::create(path, 16000, 1);
    QVERIFY(!take);
    QVERIFY(take.error().message.find("a file of that name is there") != std::string::npos);
    QCOMPARE(readBytes(path), std::string("precious"));
}

void TestTakeFile::badNamesAreRefused_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("words");
    QTest::newRow("another format") << "take.mp3"
                                    << ".wav or .flac";
    QTest::newRow("no ending") << "take"
                               << ".wav or .flac";
    QTest::newRow("a folder that cannot be made") << "/proc/nowhere/take.wav"
                                                  << "another folder";
}

void TestTakeFile::badNamesAreRefused()
{
    QFETCH(QString, name);
    QFETCH(QString, words);
    const auto take = TakeFile::create(file(name.toStdString()), 16000, 1);
    QVERIFY(!take);
    QVERIFY2(take.error().message.find(words.toStdString()) != std::string::npos,
             take.error().message.c_str());
}

void TestTakeFile::folderIsMade()
{
    auto take = TakeFile::create(file("new/folder/take.wav"), 16000, 1);
    QVERIFY(take);
    QVERIFY(take->finish());
}

QTEST_GUILESS_MAIN(TestTakeFile)
#include "tst_take_file.moc"
