#include "core/checkpoint/model_config.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"
#include "tests/support/sounds.h"

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <cmath>
#include <csignal>
#include <cstring>

using namespace phono;
using namespace phono::test;

namespace {

constexpr double kTolerance = 2e-5; // golden/MANIFEST.md, z and c

QString fixture(const QString& name)
{
    return QString::fromStdString(golden::path(name.toStdString()));
}

Finished cli(const QStringList& arguments)
{
    return run(PHONO_CLI, arguments);
}

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList filesUnder(const QString& folder)
{
    QStringList files;
    QDirIterator each(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (each.hasNext())
        files << QDir(folder).relativeFilePath(each.next());
    files.sort();
    return files;
}

/// The largest difference between [frames, channels] and a golden [channels, frames] array.
double largestDifference(const golden::Array& got, const golden::Array& expected)
{
    if (got.shape.size() != 2 || expected.shape.size() != 2 || got.shape[0] != expected.shape[1]
        || got.shape[1] != expected.shape[0])
        return INFINITY;
    const auto frames = static_cast<std::size_t>(got.shape[0]);
    const auto channels = static_cast<std::size_t>(got.shape[1]);
    double largest = 0;
    for (std::size_t t = 0; t < frames; ++t)
        for (std::size_t c = 0; c < channels; ++c) {
            const double difference =
                std::abs(got.values[t * channels + c] - expected.values[c * frames + t]);
            if (!(difference <= largest))
                largest = difference;
        }
    return largest;
}

/// A CSV export as an array [frames, channels]; throws what it cannot read.
golden::Array readCsv(const QString& path)
{
    golden::Array array;
    QList<QByteArray> lines = bytesOf(path).split('\n');
    if (lines.size() < 2 || !lines.takeLast().isEmpty())
        throw std::runtime_error("no table");
    const auto columns = lines.takeFirst().split(',').size();
    array.shape = {lines.size(), columns - 3};
    for (const QByteArray& line : lines) {
        const QList<QByteArray> cells = line.split(',');
        if (cells.size() != columns)
            throw std::runtime_error("rows of different lengths");
        for (const QByteArray& cell : cells.mid(3))
            array.values.push_back(cell.toDouble());
    }
    return array;
}

/// The raw values that end a file of `count` floats.
golden::Array lastFloats(const QString& path, std::vector<std::int64_t> shape)
{
    golden::Array array;
    array.shape = std::move(shape);
    const auto count = static_cast<std::size_t>(array.shape[0] * array.shape[1]);
    const QByteArray bytes = bytesOf(path).right(static_cast<qsizetype>(count * sizeof(float)));
    std::vector<float> values(count);
    if (static_cast<std::size_t>(bytes.size()) != count * sizeof(float))
        throw std::runtime_error("too short");
    std::memcpy(values.data(), bytes.constData(), count * sizeof(float));
    array.values.assign(values.begin(), values.end());
    return array;
}

} // namespace

class CliTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersionAreSuccesses_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QByteArray>("contains");
        QTest::newRow("the program") << QStringList{"--help"} << QByteArray("extract");
        QTest::newRow("extract") << QStringList{"extract", "--help"}
                                 << QByteArray("--memory-limit");
        QTest::newRow("loss") << QStringList{"loss", "--help"} << QByteArray("--seed");
        QTest::newRow("version") << QStringList{"--version"} << QByteArray("phonoscope-cli ");
    }

    void helpAndVersionAreSuccesses()
    {
        QFETCH(QStringList, words);
        QFETCH(QByteArray, contains);
        const auto done = cli(words);
        QCOMPARE(done.status, 0);
        QVERIFY(done.out.contains(contains));
        QCOMPARE(done.err, QByteArray());
    }

    void wrongUsageIsStatusTwo_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("nothing") << QStringList();
        QTest::newRow("an unknown option") << QStringList{"info", "--xml", "x.pt"};
        QTest::newRow("a feature the model does not have") << QStringList{
            "extract",    "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"), "--out", "/nowhere",
            "--features", "z,enc77",      fixture("01_base/input.wav")};
    }

    void wrongUsageIsStatusTwo()
    {
        QFETCH(QStringList, words);
        const auto done = cli(words);
        QCOMPARE(done.status, 2);
        QCOMPARE(done.out, QByteArray());
        QVERIFY(!done.err.isEmpty());
    }

    void infoSaysWhatACheckpointIs_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("file");
        for (const char* folder : {"01_base", "02_large", "03_gru", "04a_options_projsame",
                                   "05a_vq_gumbel", "05b_vq_kmeans"})
            for (const char* file : {"ckpt_zip_cfg.pt", "ckpt_legacy_args.pt"})
                QTest::addRow("%s, %s", folder, file) << folder << file;
    }

    void infoSaysWhatACheckpointIs()
    {
        QFETCH(QString, folder);
        QFETCH(QString, file);
        const QString path = fixture(folder + "/" + file);
        const auto done = cli({"info", "--json", path});
        QCOMPARE(done.status, 0);
        const QJsonObject info = QJsonDocument::fromJson(done.out).object();
        const QJsonObject meta = golden::readJson((folder + "/meta.json").toStdString());

        const auto hash = QCryptographicHash::hash(bytesOf(path), QCryptographicHash::Sha256);
        QCOMPARE(info["sha256"].toString(), QString(hash.toHex()));
        QCOMPARE(info["parameters"].toInt(), meta["params"].toInt());

        const QJsonArray expected = meta["state_dict"].toArray();
        const QJsonArray tensors = info["tensors"].toArray();
        QCOMPARE(tensors.size(), expected.size());
        for (qsizetype i = 0; i < tensors.size(); ++i) {
            const QJsonObject tensor = tensors[i].toObject();
            QCOMPARE(tensor["name"].toString(), expected[i][0].toString());
            QCOMPARE(tensor["shape"].toArray(), expected[i][1].toArray());
            QCOMPARE("torch." + tensor["dtype"].toString(), expected[i][2].toString());
        }
        QJsonObject config = meta["config"].toObject();
        // Such as "[(32, 3, 1)] * 9".
        for (const QString name : {"conv_feature_layers", "conv_aggregator_layers"}) {
            const auto layers = parseConvLayers(config[name].toString().toStdString());
            QVERIFY(layers.ok());
            config[name] = QString::fromStdString(toString(*layers));
        }
        for (auto field = config.begin(); field != config.end(); ++field)
            QVERIFY2(info["config"].toObject()[field.key()] == field.value(),
                     qPrintable(field.key()));
        QCOMPARE(info["geometry"].toObject()["prediction_offset_frames"].toInt(),
                 meta["offset"].toInt());
    }

    void infoIsReadableToo()
    {
        const auto done = cli({"info", fixture("02_large/ckpt_zip_cfg.pt")});
        QCOMPARE(done.status, 0);
        for (const char* word : {"72,888", "465 samples", "12945 samples", "(24, 13, 1)]"})
            QVERIFY2(done.out.contains(word), word);
    }

    void aHostileCheckpointIsRefused_data()
    {
        QTest::addColumn<QStringList>("words");
        const QString evil = fixture("11_adversarial/evil_exec_legacy.pt");
        QTest::newRow("by info") << QStringList{"info", evil};
        QTest::newRow("by info --json") << QStringList{"info", "--json", evil};
        QTest::newRow("by extract") << QStringList{
            "extract", "--checkpoint", evil, "--out", "/nowhere", fixture("01_base/input.wav")};
        QTest::newRow("by loss") << QStringList{"loss", "--checkpoint", evil,
                                                fixture("01_base/input.wav")};
        QTest::newRow("by convert") << QStringList{"convert", evil, "/nowhere/x.pt"};
    }

    void aHostileCheckpointIsRefused()
    {
        QFETCH(QStringList, words);
        const auto done = cli(words);
        QCOMPARE(done.status, 1);
        QCOMPARE(done.out, QByteArray());
        QVERIFY2(done.err.contains("exec"), done.err.constData());
    }

    void extractionIsTheReference_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("format");
        for (const char* format : {"csv", "npy", "h5", "safetensors"})
            QTest::addRow("large, %s", format) << "02_large" << format;
        QTest::newRow("base, npy") << "01_base"
                                   << "npy";
        QTest::newRow("GRU, npy") << "03_gru"
                                  << "npy";
    }

    void extractionIsTheReference()
    {
        QFETCH(QString, folder);
        QFETCH(QString, format);
        const QTemporaryDir out;
        const auto done =
            cli({"extract", "--checkpoint", fixture(folder + "/ckpt_zip_cfg.pt"), "--out",
                 out.path(), "--format", format, fixture(folder + "/input.wav")});
        QVERIFY2(done.status == 0, done.err.constData());
        const QString extension = format == "h5" ? "h5context" : format;
        QByteArray lines;
        for (const QString feature : {"z", "c"}) {
            const QString path = out.filePath("input." + feature + "." + extension);
            const auto expected = golden::readNpy((folder + "/" + feature + ".npy").toStdString());
            const auto got = format == "csv" ? readCsv(path)
                : format == "npy"            ? golden::readNpyFile(path.toStdString())
                                  : lastFloats(path, {expected.shape[1], expected.shape[0]});
            QVERIFY(largestDifference(got, expected) < kTolerance);
            QVERIFY(QFile::exists(path + ".json"));
            lines += path.toUtf8() + '\n';
        }
        QCOMPARE(done.out, lines);
    }

    void layersCanBeAskedFor()
    {
        const QTemporaryDir out;
        const auto done = cli({"extract", "--checkpoint", fixture("02_large/ckpt_legacy_args.pt"),
                               "--out", out.path(), "--format", "npy", "--features", "enc3,agg5",
                               fixture("02_large/input.wav")});
        QVERIFY2(done.status == 0, done.err.constData());
        for (const char* layer : {"enc3", "agg5"}) {
            const auto got =
                golden::readNpyFile(out.filePath(QString("input.%1.npy").arg(layer)).toStdString());
            const auto expected = golden::readNpy(std::string("02_large/layers/") + layer + ".npy");
            QVERIFY(largestDifference(got, expected) < kTolerance);
        }
    }

    void codesAreExact_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::newRow("gumbel") << "05a_vq_gumbel";
        QTest::newRow("k-means") << "05b_vq_kmeans";
    }

    void codesAreExact()
    {
        QFETCH(QString, folder);
        const QTemporaryDir out;
        const auto done = cli({"extract", "--checkpoint", fixture(folder + "/ckpt_zip_cfg.pt"),
                               "--out", out.path(), "--format", "npy", "--features", "codes",
                               fixture(folder + "/input.wav")});
        QVERIFY2(done.status == 0, done.err.constData());
        const auto got = golden::readNpyFile(out.filePath("input.codes.npy").toStdString());
        const auto expected = golden::readNpy((folder + "/codes.npy").toStdString());
        QCOMPARE(got.shape, expected.shape);
        QCOMPARE(got.values, expected.values);
    }

    void memoryAndThreadsDoNotChangeABit()
    {
        const QTemporaryDir out;
        QByteArray first;
        const QList<QStringList> choices = {
            {}, {"--threads", "1"}, {"--memory-limit", "1MiB", "--threads", "2"}};
        for (const QStringList& choice : choices) {
            const auto done = cli(QStringList{"extract", "--force", "--checkpoint",
                                              fixture("02_large/ckpt_zip_cfg.pt"), "--out",
                                              out.path(), "--format", "npy"}
                                  + choice + QStringList{fixture("02_large/input.wav")});
            QVERIFY2(done.status == 0, done.err.constData());
            const QByteArray c = bytesOf(out.filePath("input.c.npy"));
            QVERIFY(!c.isEmpty());
            if (first.isEmpty())
                first = c;
            QVERIFY(c == first);
        }
    }

    void existingFilesStayUnlessForced()
    {
        const QTemporaryDir out;
        const QString file = out.filePath("input.z.csv");
        writeBytes(file.toStdString(), "mine");
        QStringList words = {"extract", "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"),
                             "--out",   out.path(),     fixture("01_base/input.wav")};
        const auto refused = cli(words);
        QCOMPARE(refused.status, 1);
        QVERIFY(refused.err.contains("input.z.csv"));
        QCOMPARE(refused.out, QByteArray());
        QCOMPARE(bytesOf(file), QByteArray("mine"));
        QCOMPARE(filesUnder(out.path()), QStringList("input.z.csv"));
        words.insert(1, "--force");
        QCOMPARE(cli(words).status, 0);
        QVERIFY(bytesOf(file).startsWith("frame,start_s,end_s,z0,"));
    }

    void theSidecarsCommandLineMakesTheSameFile()
    {
        const QTemporaryDir out;
        const QString audio = out.filePath("it's a recording.wav");
        QVERIFY(QFile::copy(fixture("01_base/input.wav"), audio));
        const auto done =
            cli({"extract", "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"), "--out",
                 out.filePath("o u t"), "--features", "c", "--force", audio});
        QVERIFY2(done.status == 0, done.err.constData());
        const QString file = out.filePath("o u t/it's a recording.c.csv");
        const QByteArray table = bytesOf(file);
        QVERIFY(!table.isEmpty());
        const QJsonObject sidecar = QJsonDocument::fromJson(bytesOf(file + ".json")).object();
        QCOMPARE(
            sidecar["audio"].toObject()["sha256"].toString(),
            QString(QCryptographicHash::hash(bytesOf(audio), QCryptographicHash::Sha256).toHex()));
        QCOMPARE(sidecar["checkpoint"].toObject()["sha256"].toString(),
                 QString(QCryptographicHash::hash(bytesOf(fixture("01_base/ckpt_zip_cfg.pt")),
                                                  QCryptographicHash::Sha256)
                             .toHex()));
        const QJsonObject computation = sidecar["computation"].toObject();
        QCOMPARE(computation["precision"].toString(), QString("fp32"));
        for (const char* name : {"device", "kernel", "libtorch"})
            QVERIFY2(!computation[name].toString().isEmpty(), name);

        QVERIFY(QFile::remove(file));
        QCOMPARE(run("/bin/sh", {"-c", sidecar["command_line"].toString()}).status, 0);
        QCOMPARE(bytesOf(file), table);
    }

    void aBatchGoesOnAfterAFailure()
    {
        const QTemporaryDir folder;
        QDir(folder.path()).mkpath("in/sub");
        QVERIFY(QFile::copy(fixture("01_base/input.wav"), folder.filePath("in/sub/good.wav")));
        writeBytes(folder.filePath("in/bad.wav").toStdString(), "this is no audio");
        writeSound(folder.filePath("in/short.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16,
                   16000, 1, noise(464));
        const auto done = cli({"extract", "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"),
                               "--out", folder.filePath("out"), "--features", "z", "--format",
                               "npy", folder.filePath("in"), folder.filePath("missing.wav")});
        QCOMPARE(done.status, 1);
        QCOMPARE(filesUnder(folder.filePath("out")),
                 QStringList({"sub/good.z.npy", "sub/good.z.npy.json"}));
        QCOMPARE(done.out, folder.filePath("out/sub/good.z.npy").toUtf8() + '\n');
        for (const char* words : {"bad.wav", "short.wav", "missing.wav", "1 of 4 recordings done"})
            QVERIFY2(done.err.contains(words), done.err.constData());
    }

    void aManifestIsABatch()
    {
        const QTemporaryDir folder;
        QByteArray manifest = fixture("09_corpus/wav").toUtf8() + '\n';
        for (const char* name : {"utt00.wav", "utt01.wav"})
            manifest += QByteArray(name) + "\t5\n";
        manifest += "../01_base/input.wav\t16000\n";
        const QString list = folder.filePath("train.tsv");
        writeBytes(list.toStdString(), manifest.toStdString());
        const auto done =
            cli({"extract", "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"), "--out",
                 folder.filePath("out"), "--features", "c", "--format", "npy", list});
        QCOMPARE(done.status, 1);
        QCOMPARE(
            filesUnder(folder.filePath("out")),
            QStringList({"utt00.c.npy", "utt00.c.npy.json", "utt01.c.npy", "utt01.c.npy.json"}));
        QVERIFY2(done.err.contains("leaves the root"), done.err.constData());
        QVERIFY2(done.err.contains("the manifest says 5 samples"), done.err.constData());
    }

    void aFolderBecomesManifests()
    {
        const QTemporaryDir folder;
        QDir(folder.path()).mkpath("in/sub");
        QVERIFY(QFile::copy(fixture("01_base/input.wav"), folder.filePath("in/sub/good.wav")));
        QStringList words = {"manifest",        folder.filePath("in"),
                             "--out",           folder.filePath("out"),
                             "--valid-percent", "0"};
        const auto done = cli(words);
        QVERIFY2(done.status == 0, done.err.constData());
        const QString train = folder.filePath("out/train.tsv");
        QCOMPARE(done.out, QString(train + '\n' + folder.filePath("out/valid.tsv\n")).toUtf8());
        const QByteArray list = bytesOf(train);
        const QByteArray root = QFileInfo(folder.filePath("in")).canonicalFilePath().toUtf8();
        QVERIFY2(list.startsWith(root + "\nsub/good.wav\t") && list.count('\n') == 2,
                 list.constData());
        QCOMPARE(bytesOf(folder.filePath("out/valid.tsv")), root + '\n');

        QCOMPARE(cli(words).status, 1);
        words << "--force"
              << "--ext"
              << "wav"
              << "--path-must-contain"
              << "sub/";
        QCOMPARE(cli(words).status, 0);
        QCOMPARE(bytesOf(train), list);
        writeBytes(folder.filePath("in/bad.wav").toStdString(), "this is no audio");
        const auto partly = cli({"manifest", folder.filePath("in"), "--out", folder.path()});
        QCOMPARE(partly.status, 1);
        QVERIFY2(partly.err.contains("bad.wav"), partly.err.constData());
        QVERIFY(QFile::exists(folder.filePath("train.tsv")));
    }

    void anInterruptLeavesNoHalfFiles_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("Ctrl+C") << SIGINT;
        QTest::newRow("kill") << SIGTERM;
    }

    void anInterruptLeavesNoHalfFiles()
    {
        QFETCH(int, signal);
        const QTemporaryDir folder;
        QDir(folder.path()).mkpath("in");
        // More work than can be done between the first result and the signal.
        constexpr int kRecordings = 3000;
        const QString audio = folder.filePath("audio");
        QVERIFY(QFile::copy(fixture("01_base/input.wav"), audio));
        for (int i = 0; i < kRecordings; ++i)
            QVERIFY(QFile::link(audio, folder.filePath(QString("in/%1.wav").arg(i))));
        QProcess process;
        process.start(PHONO_CLI,
                      {"extract", "--checkpoint", fixture("01_base/ckpt_zip_cfg.pt"), "--out",
                       folder.filePath("out"), folder.filePath("in")});
        QVERIFY(process.waitForReadyRead(240000));
        QCOMPARE(kill(static_cast<pid_t>(process.processId()), signal), 0);
        const auto done = finish(process);
        QCOMPARE(done.status, 1);
        QVERIFY(done.err.contains("interrupted"));
        const QStringList files = filesUnder(folder.filePath("out"));
        QVERIFY(!files.isEmpty() && files.size() < 4 * kRecordings);
        for (const QString& file : files) {
            QVERIFY2(!file.startsWith('.'), qPrintable(file));
            const QString stem = file.section('.', 0, 0);
            for (const char* other : {".z.csv", ".z.csv.json", ".c.csv", ".c.csv.json"})
                QVERIFY2(files.contains(stem + other), qPrintable(stem + other));
        }
    }

    void resultsThatCannotBeWrittenAreAFailure()
    {
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        process.start(PHONO_CLI, {"info", fixture("01_base/ckpt_zip_cfg.pt")});
        const auto done = finish(process);
        QCOMPARE(done.status, 1);
        QVERIFY(done.err.contains("standard output"));
    }

    void lossIsTheReference_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("variant");
        QTest::addColumn<QStringList>("options");
        QTest::newRow("large, BCE") << "02_large"
                                    << "large_bce" << QStringList();
        QTest::newRow("large, BCE asked for") << "02_large"
                                              << "large_bce" << QStringList{"--criterion", "bce"};
        QTest::newRow("large, InfoNCE") << "02_large"
                                        << "large_infonce" << QStringList{"--criterion", "infonce"};
        QTest::newRow("base, BCE") << "01_base"
                                   << "01_base_bce" << QStringList();
    }

    void lossIsTheReference()
    {
        QFETCH(QString, model);
        QFETCH(QString, variant);
        QFETCH(QStringList, options);
        const QJsonObject meta =
            golden::readJson(("20_loss/" + variant + "/meta.json").toStdString());
        const auto batch = golden::readNpy("20_loss/batch_i16.npy");
        const QTemporaryDir folder;
        QStringList words = {"loss",         "--json",
                             "--checkpoint", fixture(model + "/ckpt_zip_cfg.pt"),
                             "--seed",       QString::number(meta["seed"].toInt())};
        words += options;
        const auto samples = static_cast<std::size_t>(batch.shape[1]);
        for (int i = 0; i < batch.shape[0]; ++i) {
            const auto first = batch.values.begin() + static_cast<std::ptrdiff_t>(i * samples);
            const std::vector<std::int16_t> values(first,
                                                   first + static_cast<std::ptrdiff_t>(samples));
            const QString path = folder.filePath(QString("%1.wav").arg(i));
            writeSound(path.toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, values);
            words << path;
        }
        const auto done = cli(words);
        QVERIFY2(done.status == 0, done.err.constData());
        const QJsonObject report = QJsonDocument::fromJson(done.out).object();
        const double expected = meta["loss_sum"].toDouble();
        QVERIFY(std::abs(report["loss_sum_nats"].toDouble() - expected) < 2e-6 * expected);
        QCOMPARE(report["sample_size"].toInt(), meta["sample_size"].toInt());
        const double bits = meta["logged_loss_bits"].toDouble();
        QVERIFY(std::abs(report["bits_per_positive"].toDouble() - bits) < 2e-6 * bits);
        if (!meta["correct"].isNull()) {
            QCOMPARE(report["correct"].toInt(), meta["correct"].toInt());
            QCOMPARE(report["count"].toInt(), meta["count"].toInt());
        }
    }

    void convertKeepsTheModel_data()
    {
        QTest::addColumn<QString>("source");
        QTest::newRow("legacy, args") << "02_large/ckpt_legacy_args.pt";
        QTest::newRow("zip, cfg") << "04a_options_projsame/ckpt_zip_cfg.pt";
        QTest::newRow("vq-wav2vec") << "05b_vq_kmeans/ckpt_zip_cfg.pt";
    }

    void convertKeepsTheModel()
    {
        QFETCH(QString, source);
        const QTemporaryDir folder;
        const QString st = folder.filePath("m.safetensors");
        const QString pt = folder.filePath("m.pt");
        const auto first = cli({"convert", fixture(source), st});
        QVERIFY2(first.status == 0, first.err.constData());
        QCOMPARE(first.out, st.toUtf8() + '\n');
        QCOMPARE(cli({"convert", st, pt}).status, 0);
        const auto infoOf = [](const QString& path) {
            return QJsonDocument::fromJson(cli({"info", "--json", path}).out).object();
        };
        const QJsonObject before = infoOf(fixture(source));
        QVERIFY(!before["tensors"].toArray().isEmpty());
        for (const QString& path : {st, pt}) {
            const QJsonObject after = infoOf(path);
            for (const char* field : {"config", "tensors", "parameters", "geometry"})
                QVERIFY2(after[field] == before[field], field);
        }

        QByteArray table;
        for (const QString& path : {fixture(source), st, pt}) {
            const auto done =
                cli({"extract", "--force", "--checkpoint", path, "--out", folder.path(),
                     "--features", "c", fixture("02_large/input.wav")});
            QVERIFY2(done.status == 0, done.err.constData());
            const QByteArray now = bytesOf(folder.filePath("input.c.csv"));
            if (table.isEmpty())
                table = now;
            QVERIFY(!now.isEmpty() && now == table);
        }
        const auto refused = cli({"convert", fixture(source), pt});
        QCOMPARE(refused.status, 1);
        QVERIFY(refused.err.contains(pt.toUtf8()));
        QCOMPARE(cli({"convert", "--force", fixture(source), pt}).status, 0);
    }

    void initWritesAnUntrainedModel()
    {
        const QTemporaryDir folder;
        for (const QString name : {"a.pt", "b.pt", "other.pt", "a.safetensors"}) {
            const auto done = cli({"init", "--preset", "tiny", "--seed",
                                   name == "other.pt" ? "8" : "7", folder.filePath(name)});
            QVERIFY2(done.status == 0, done.err.constData());
            QCOMPARE(done.out, folder.filePath(name).toUtf8() + '\n');
        }
        QCOMPARE(bytesOf(folder.filePath("a.pt")), bytesOf(folder.filePath("b.pt")));
        QVERIFY(bytesOf(folder.filePath("a.pt")) != bytesOf(folder.filePath("other.pt")));
        for (const QString name : {"a.pt", "a.safetensors"}) {
            const auto info = cli({"info", folder.filePath(name)});
            QCOMPARE(info.status, 0);
            QVERIFY2(info.out.contains("untrained"), info.out.constData());
        }
        const auto done = cli({"extract", "--checkpoint", folder.filePath("a.safetensors"), "--out",
                               folder.path(), fixture("01_base/input.wav")});
        QCOMPARE(done.status, 0);
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "tst_cli.moc"
