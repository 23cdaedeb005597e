#include "core/corpus/corpus.h"
#include "core/corpus/make_manifests.h"
#include "core/corpus/mersenne_twister.h"
#include "core/corpus/path_list.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace phono;
using namespace phono::test;

namespace fs = std::filesystem;

namespace {

constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

/// A temporary folder to fill.
class Folder {
public:
    fs::path path(const std::string& name = {}) const
    {
        return fs::path(m_folder.path().toStdString()) / name;
    }
    fs::path addText(const std::string& name, std::string_view text) const
    {
        fs::create_directories(path(name).parent_path());
        writeBytes(path(name), text);
        return path(name);
    }
    fs::path addSound(const std::string& name, std::size_t samples, int format = kWav,
                      int rate = 16000) const
    {
        fs::create_directories(path(name).parent_path());
        writeSound(path(name), format, rate, 1, noise(samples));
        return path(name);
    }

private:
    QTemporaryDir m_folder;
};

QStringList lines(const Corpus& corpus)
{
    QStringList lines;
    for (std::size_t i = 0; i < corpus.size(); ++i)
        lines << QString::fromStdString(corpus.relativePath(i) + ' '
                                        + std::to_string(corpus.samples(i)));
    return lines;
}

QString problems(const Corpus& corpus)
{
    QString text;
    for (const std::string& problem : corpus.problems())
        text += QString::fromStdString(problem) + '\n';
    return text;
}

QStringList textLines(const fs::path& path)
{
    return QString::fromStdString(readBytes(path)).split('\n');
}

std::vector<std::size_t> indicesOf(const Corpus& corpus)
{
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < corpus.size(); ++i)
        indices.push_back(static_cast<std::size_t>(corpus.samples(i)));
    return indices;
}

} // namespace

class ManifestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void randomNumbersArePythons_data()
    {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("second");
        // [random().hex() for random in [random.Random(seed).random] for _ in range(2)]
        QTest::newRow("42") << quint64(42) << 0x1.4762f307200c5p-1 << 0x1.99c6b5eeb2060p-6;
        QTest::newRow("0") << quint64(0) << 0x1.b0580f98a7dbep-1 << 0x1.84129978f9c1ap-1;
        QTest::newRow("32 bits") << quint64(4294967295) << 0x1.454d9227a7013p-1
                                 << 0x1.a0274a3720bf8p-3;
        QTest::newRow("beyond 32 bits")
            << quint64(1099511627783) << 0x1.3a3761afd4291p-1 << 0x1.a13cb57c0715ap-1;
    }

    void randomNumbersArePythons()
    {
        QFETCH(quint64, seed);
        auto random = MersenneTwister::python(seed);
        QTEST(random.real(), "first");
        QTEST(random.real(), "second");
    }

    void theHundredThousandthNumberIsPythonsToo()
    {
        auto random = MersenneTwister::python(42);
        double last = 0;
        for (int i = 0; i < 100000; ++i)
            last = random.real();
        QCOMPARE(last, 0x1.2a9b1007e8f71p-1);
    }

    void shufflesAreNumpys_data()
    {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<QList<int>>("expected");
        // np.random.RandomState(seed).permutation(10); [7, 256] for the last
        QTest::newRow("7, 13 items")
            << quint64(7) << QList<int>{8, 10, 2, 5, 0, 1, 12, 7, 11, 3, 6, 9, 4};
        QTest::newRow("1, 20 items")
            << quint64(1)
            << QList<int>{3, 16, 6, 10, 2, 14, 4, 17, 7, 1, 13, 0, 19, 18, 9, 15, 8, 12, 11, 5};
        QTest::newRow("32 bits") << quint64(4294967295)
                                 << QList<int>{11, 17, 19, 15, 1, 5, 8, 16, 13, 18,
                                               14, 9,  10, 6,  0, 4, 7, 12, 2,  3};
        QTest::newRow("beyond 32 bits")
            << (quint64(256) << 32) + 7 << QList<int>{6, 0, 9, 7, 4, 1, 8, 3, 5, 2};
    }

    void shufflesAreNumpys()
    {
        QFETCH(quint64, seed);
        QFETCH(QList<int>, expected);
        QList<int> items;
        for (int i = 0; i < expected.size(); ++i)
            items << i;
        auto random = MersenneTwister::numpy(seed);
        random.shuffle(std::span(items.data(), static_cast<std::size_t>(items.size())));
        QCOMPARE(items, expected);
    }

    void pathsComeBackAsTheyWere()
    {
        std::vector<std::string> paths = {"",
                                          "a",
                                          "a",
                                          "ab",
                                          "a/b/c.wav",
                                          "b",
                                          std::string(8191, 'x'),
                                          std::string(8190, 'x') + "y",
                                          "\xff\x80",
                                          "z"};
        for (int i = 0; i < 40000; ++i)
            paths.push_back("speaker-" + std::to_string(i % 97) + "/chapter/utterance-"
                            + std::to_string(i * 7919) + ".flac");
        PathList list;
        for (const std::string& path : paths)
            list.append(path);
        QCOMPARE(list.size(), paths.size());
        for (std::size_t i = 0; i < paths.size(); ++i)
            QVERIFY(list.at(i) == paths[i]);
    }

    void aManifestIsRead()
    {
        const Folder folder;
        const auto tsv = folder.addText("l.tsv",
                                        "\xEF\xBB\xBF" + folder.path().string()
                                            + "\r\na/one two.wav\t16000\r\nb/./../c.flac\t7\n\n"
                                              "\xC3\xA4.wav\t99999999999\nlast.wav\t0");
        const auto corpus = Corpus::fromManifest(tsv);
        QVERIFY2(corpus.ok(), corpus.ok() ? "" : corpus.error().message.c_str());
        QCOMPARE(problems(*corpus), QString());
        QCOMPARE(lines(*corpus),
                 QStringList(
                     {"a/one two.wav 16000", "c.flac 7", "\u00e4.wav 99999999999", "last.wav 0"}));
        QVERIFY(corpus->root() == folder.path());
        QCOMPARE(corpus->totalSamples(), std::int64_t(16007 + 99999999999));
        QVERIFY(corpus->path(3) == folder.path("last.wav"));
    }

    void badLinesAreRefusedByNumber_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("word");
        QTest::newRow("no tab") << QByteArray("a.wav 16000") << "a tab";
        QTest::newRow("two tabs") << QByteArray("a.wav\t1\t2") << "a tab";
        QTest::newRow("out of the root") << QByteArray("../a.wav\t1") << "leaves the root";
        QTest::newRow("out by a detour") << QByteArray("a/../../b.wav\t1") << "leaves the root";
        QTest::newRow("the parent itself") << QByteArray("..\t1") << "leaves the root";
        QTest::newRow("an absolute path") << QByteArray("/etc/a.wav\t1") << "absolute";
        QTest::newRow("no path") << QByteArray("\t1") << "names no file";
        QTest::newRow("the root itself") << QByteArray(".\t1") << "names no file";
        QTest::newRow("a folder") << QByteArray("a/\t1") << "names no file";
        QTest::newRow("no number") << QByteArray("a.wav\t") << "''";
        QTest::newRow("a fraction") << QByteArray("a.wav\t1.5") << "'1.5'";
        QTest::newRow("a negative number") << QByteArray("a.wav\t-1") << "'-1'";
        QTest::newRow("a number beyond 64 bits")
            << QByteArray("a.wav\t99999999999999999999") << "number";
    }

    void badLinesAreRefusedByNumber()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, word);
        const Folder folder;
        const auto tsv = folder.addText("l.tsv",
                                        folder.path().string() + "\nfirst.wav\t1\n"
                                            + line.toStdString() + "\nlast.wav\t2\n");
        const auto corpus = Corpus::fromManifest(tsv);
        QVERIFY(corpus.ok());
        QCOMPARE(lines(*corpus), QStringList({"first.wav 1", "last.wav 2"}));
        QCOMPARE(corpus->problemCount(), std::size_t(1));
        const QString place = QString::fromStdString(tsv.string()) + ", line 3: ";
        QVERIFY2(problems(*corpus).startsWith(place) && problems(*corpus).contains(word),
                 qPrintable(problems(*corpus)));
    }

    void manyBadLinesAreCounted()
    {
        const Folder folder;
        std::string text = "/\n";
        for (int i = 0; i < 1000; ++i)
            text += "bad\n";
        const auto corpus = Corpus::fromManifest(folder.addText("l.tsv", text));
        QVERIFY(corpus.ok());
        QCOMPARE(corpus->problemCount(), std::size_t(1000));
        QCOMPARE(corpus->problems().size(), std::size_t(21));
        QVERIFY(problems(*corpus).contains("980 more"));
    }

    void whatIsNoTextEndsTheManifest_data()
    {
        QTest::addColumn<QByteArray>("garbage");
        QTest::newRow("a NUL byte") << QByteArray("b\0.wav\t1", 8);
        QTest::newRow("a line a byte too long") << QByteArray(8192, 'a');
        QTest::newRow("a line longer than any buffer") << QByteArray(1 << 20, 'a');
    }

    void whatIsNoTextEndsTheManifest()
    {
        QFETCH(QByteArray, garbage);
        const Folder folder;
        const auto corpus = Corpus::fromManifest(
            folder.addText("l.tsv", "/\na.wav\t1\n" + garbage.toStdString() + "\nc.wav\t1\n"));
        QVERIFY(corpus.ok());
        QCOMPARE(lines(*corpus), QStringList("a.wav 1"));
        QVERIFY2(problems(*corpus).contains("line 3: not text"), qPrintable(problems(*corpus)));
    }

    void whatIsNoManifestIsAnError_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no root") << QByteArray("a.wav\t1\n");
        QTest::newRow("an empty root") << QByteArray("\na.wav\t1\n");
        QTest::newRow("a root that is not there") << QByteArray("/nowhere/at/all\na.wav\t1\n");
        QTest::newRow("bytes") << QByteArray(100000, '\0');
    }

    void whatIsNoManifestIsAnError()
    {
        QFETCH(QByteArray, text);
        const Folder folder;
        const auto corpus = Corpus::fromManifest(folder.addText("l.tsv", text.toStdString()));
        QVERIFY(!corpus.ok());
        QVERIFY(corpus.error().message.find("l.tsv") != std::string::npos);
        QVERIFY(!Corpus::fromManifest(folder.path("missing.tsv")).ok());
        QVERIFY(!Corpus::fromManifest(folder.path()).ok());
    }

    void damagedManifestsDoNoHarm()
    {
        const Folder folder;
        const std::string good = "/\na/b.wav\t16000\r\nc d.flac\t7\n\nlast.wav\t99999999999";
        const std::string_view bytes("\0\t\n\r/.-9\xff\xEF", 10);
        const auto random = noise(6000, 5);
        for (std::size_t i = 0; i + 2 < random.size(); i += 3) {
            std::string text = good;
            const auto pick = [&](std::size_t k) {
                return static_cast<std::uint16_t>(random[i + k]);
            };
            text[pick(0) % text.size()] = bytes[pick(1) % bytes.size()];
            text.resize(pick(2) % 3 ? text.size() : pick(2) % text.size());
            const auto corpus = Corpus::fromManifest(folder.addText("l.tsv", text));
            for (std::size_t k = 0; corpus && k < corpus->size(); ++k) {
                QVERIFY(corpus->samples(k) >= 0);
                const fs::path path = corpus->relativePath(k);
                QVERIFY(path.is_relative() && path == path.lexically_normal());
                QVERIFY(path.has_filename() && *path.begin() != "..");
            }
        }
    }

    void aMillionLinesAreFewBytesEach()
    {
        constexpr int kLines = 1000000;
        const Folder folder;
        {
            std::ofstream out(folder.path("l.tsv"));
            out << folder.path().string() << '\n';
            for (int i = 0; i < kLines; ++i)
                out << "speaker-" << i / 1000 << "/chapter-" << i / 100 << "/utterance-" << i
                    << ".flac\t" << i << '\n';
        }
        double fraction = -1;
        bool rising = true;
        const Progress progress = {.report =
                                       [&](std::string_view, double now) {
                                           rising = rising && now >= fraction && now <= 1;
                                           fraction = now;
                                       },
                                   .stop = {}};
        const auto corpus = Corpus::fromManifest(folder.path("l.tsv"), progress);
        QVERIFY(corpus.ok());
        QCOMPARE(corpus->size(), std::size_t(kLines));
        QVERIFY(rising && fraction > 0.9);
        for (const int i : {0, 1, 15, 16, 499999, kLines - 1}) {
            QCOMPARE(corpus->samples(static_cast<std::size_t>(i)), std::int64_t(i));
            QCOMPARE(corpus->relativePath(static_cast<std::size_t>(i)),
                     "speaker-" + std::to_string(i / 1000) + "/chapter-" + std::to_string(i / 100)
                         + "/utterance-" + std::to_string(i) + ".flac");
        }
        QVERIFY2(corpus->bytes() < std::size_t(24) * kLines,
                 qPrintable(QString::number(corpus->bytes())));
    }

    void readingCanBeCancelled()
    {
        const Folder folder;
        std::string text = "/\n";
        for (int i = 0; i < 50000; ++i)
            text += "a.wav\t1\n";
        const auto tsv = folder.addText("l.tsv", text);
        const auto wav = folder.addSound("a.wav", 100);
        std::stop_source stop;
        stop.request_stop();
        for (const auto& corpus : {Corpus::fromManifest(tsv, {{}, stop.get_token()}),
                                   Corpus::fromFolder(folder.path(), {}, LengthUnit::FileRate,
                                                      {{}, stop.get_token()})}) {
            QVERIFY(!corpus.ok());
            QVERIFY(corpus.error().isCancelled());
        }
    }

    void aFolderIsACorpus()
    {
        const Folder folder;
        folder.addSound("b.wav", 1600);
        folder.addSound("a.flac", 5000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000);
        folder.addSound("b/x.ogg", 44100, SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100);
        folder.addSound("b-side/x.wav", 17);
        folder.addSound(".hidden.wav", 10);
        folder.addText("notes.txt", "no audio");
        folder.addText("broken.wav", "no audio");
        folder.addSound("empty.wav", 0);
        const auto corpus = Corpus::open(folder.path());
        QVERIFY2(corpus.ok(), corpus.ok() ? "" : corpus.error().message.c_str());
        QCOMPARE(lines(*corpus),
                 QStringList({"a.flac 10000", "b/x.ogg 16000", "b-side/x.wav 17", "b.wav 1600"}));
        QCOMPARE(corpus->problemCount(), std::size_t(2));
        QVERIFY(problems(*corpus).contains("broken.wav"));
        QVERIFY(problems(*corpus).contains("empty.wav holds no samples"));

        const auto own =
            Corpus::fromFolder(folder.path(), {.extension = ".FLAC"}, LengthUnit::FileRate);
        QVERIFY(own.ok());
        QCOMPARE(lines(*own), QStringList("a.flac 5000"));
        const auto side = Corpus::fromFolder(folder.path(), {.pathMustContain = "b-side/"});
        QVERIFY(side.ok());
        QCOMPARE(lines(*side), QStringList("b-side/x.wav 17"));
        QVERIFY(!Corpus::open(folder.path("missing")).ok());
    }

    void aThousandHeadersAreReadByManyThreads()
    {
        const Folder folder;
        QStringList expected;
        for (int i = 0; i < 300; ++i) {
            const auto name = QString("%1.wav").arg(i, 4, 10, QChar('0'));
            if (i % 10 == 3) {
                folder.addText(name.toStdString(), "no audio");
            } else {
                folder.addSound(name.toStdString(), static_cast<std::size_t>(100 + i));
                expected << name + ' ' + QString::number(100 + i);
            }
        }
        const auto corpus = Corpus::fromFolder(folder.path());
        QVERIFY(corpus.ok());
        QCOMPARE(lines(*corpus), expected);
        QCOMPARE(corpus->problemCount(), std::size_t(30));
        // The reason is that of the file it stands by.
        for (const std::string& problem : corpus->problems())
            QVERIFY2(problem.find("cannot open") == 0 || problem.find("more") != std::string::npos,
                     problem.c_str());
    }

    void splitsAreFairseqs_data()
    {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<QList<int>>("valid");
        // [i for i in range(40) if not random.random() > 0.2], random = random.Random(seed)
        QTest::newRow("42") << quint64(42) << QList<int>{1, 7, 9, 12, 13, 19, 23, 26, 27};
        QTest::newRow("beyond 32 bits")
            << quint64(1099511627783) << QList<int>{6, 15, 19, 22, 28, 31};
    }

    void splitsAreFairseqs()
    {
        QFETCH(quint64, seed);
        QFETCH(QList<int>, valid);
        Corpus corpus("/");
        for (int i = 0; i < 40; ++i)
            corpus.append("x" + std::to_string(i), i);
        const auto [train, kept] = *corpus.split(0.2, seed);
        QList<int> got;
        for (const auto index : indicesOf(kept))
            got << static_cast<int>(index);
        QCOMPARE(got, valid);
        QCOMPARE(train.size() + kept.size(), corpus.size());
        QCOMPARE(corpus.split(0, seed)->first.size(), corpus.size());
        QCOMPARE(corpus.split(1, seed)->second.size(), corpus.size());
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = corpus.split(0.2, seed, stop.get_token());
        QVERIFY(!stopped.ok());
        QVERIFY(stopped.error().isCancelled());
    }

    void manifestsAreWrittenAndReadBack()
    {
        const Folder folder;
        for (int i = 0; i < 40; ++i)
            folder.addSound("in/" + std::to_string(100 + i) + ".wav",
                            static_cast<std::size_t>(i + 1), kWav, 8000);
        folder.addText("in/bad.wav", "no audio");
        folder.addSound("in/tab\there.wav", 5);
        const ManifestJob job = {
            .folder = folder.path("in/../in"), .out = folder.path("new/out"), .validShare = 0.2};
        const auto made = makeManifests(job);
        QVERIFY2(made.ok(), made.ok() ? "" : made.error().message.c_str());
        QCOMPARE(made->leftOut, std::size_t(2));
        QCOMPARE(made->problems.size(), std::size_t(2));
        const auto train = textLines(made->train);
        const auto valid = textLines(made->valid);
        const auto root = QString::fromStdString(fs::canonical(folder.path("in")).string());
        QCOMPARE(train.first(), root);
        QCOMPARE(valid.first(), root);
        QCOMPARE(train.size() + valid.size(), 40 + 4);
        QCOMPARE(train[1], QString("100.wav\t1"));
        QCOMPARE(valid[1], QString("101.wav\t2"));
        const auto corpus = Corpus::fromManifest(made->valid);
        QVERIFY(corpus.ok());
        QCOMPARE(corpus->size(), made->validCount);
        QCOMPARE(problems(*corpus), QString());
    }

    void existingManifestsStayUnlessForced()
    {
        const Folder folder;
        folder.addSound("in/a.wav", 5);
        folder.addText("out/valid.tsv", "mine");
        ManifestJob job = {.folder = folder.path("in"), .out = folder.path("out")};
        const auto refused = makeManifests(job);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.find("valid.tsv") != std::string::npos);
        QVERIFY(!fs::exists(folder.path("out/train.tsv")));
        QCOMPARE(readBytes(folder.path("out/valid.tsv")), std::string("mine"));
        job.force = true;
        QVERIFY(makeManifests(job).ok());
        QCOMPARE(readBytes(folder.path("out/train.tsv")),
                 fs::canonical(folder.path("in")).string() + "\na.wav\t5\n");
    }

    void aFolderWithoutRecordingsMakesNoManifests()
    {
        const Folder folder;
        folder.addText("in/bad.wav", "no audio");
        const auto made = makeManifests({.folder = folder.path("in"), .out = folder.path("out")});
        QVERIFY(!made.ok());
        QVERIFY(made.error().message.find("bad.wav") != std::string::npos);
        QVERIFY(fs::is_empty(folder.path("out")));
    }
};

QTEST_APPLESS_MAIN(ManifestTest)
#include "tst_manifest.moc"
