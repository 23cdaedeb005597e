#include "core/export/export_command.h"
#include "core/export/feature_export.h"
#include "tests/support/export_files.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

using namespace phono;
using namespace phono::test;

namespace {

ExportOrigin someOrigin()
{
    ExportOrigin origin;
    origin.audio.path = "/recordings/say \"ah\".wav";
    origin.audio.format = "WAV, 16 bit PCM";
    origin.audio.sampleRate = 44100;
    origin.audio.channels = 2;
    origin.audio.frames = 44100;
    origin.audio.seconds = 1;
    origin.audio.notes = {"resampled 44.1 → 16 kHz", "mixed 2 → 1 channels"};
    origin.audio.warnings = {"clipped"};
    origin.audio.sha256 = std::string(64, 'a');
    origin.modelSamples = 16000;
    origin.checkpoint.config = ModelConfig::large();
    origin.checkpoint.path = "/models/large.pt";
    origin.checkpoint.container = "zip";
    origin.checkpoint.layout = "fairseq cfg";
    origin.checkpoint.sha256 = std::string(64, 'b');
    origin.checkpoint.provenance = {{"updates", "400000"}};
    origin.computation = {"cpu", "bf16x3", "amx", 2, "no CUDA device", "1.13.0"};
    origin.commandLine = "phonoscope-cli extract …";
    return origin;
}

ExportOptions optionsFor(const QTemporaryDir& folder)
{
    ExportOptions options;
    options.folder = folder.path().toStdString();
    options.stem = "take.1";
    options.features = {"z", "c"};
    options.format = ExportFormat::Npy;
    return options;
}

Result<void> fill(FeatureSink* sink, const FeatureInfo& info, std::int64_t frames)
{
    if (auto begun = sink->begin(info, frames); !begun)
        return begun;
    return sink->write(0, someValues(static_cast<std::size_t>(frames * info.channels)));
}

QJsonObject json(const QString& path)
{
    return QJsonDocument::fromJson(fileBytes(path.toStdString())).object();
}

const FeatureInfo kC = {"c", 3, false, 160, 12945};

} // namespace

class SidecarTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFileGetsOne()
    {
        const QTemporaryDir folder;
        auto files = FeatureExport::create(optionsFor(folder), 465);
        QVERIFY(files.ok());
        QVERIFY(!files->sink("enc0"));
        QVERIFY(fill(files->sink("z"), zInfo(2), 98).ok());
        QVERIFY(fill(files->sink("c"), kC, 98).ok());
        QVERIFY(files->commit(someOrigin()).ok());
        QCOMPARE(namesIn(folder.path()),
                 QStringList(
                     {"take.1.c.npy", "take.1.c.npy.json", "take.1.z.npy", "take.1.z.npy.json"}));
        QCOMPARE(QString::fromStdString(files->files().back().string()),
                 folder.filePath("take.1.c.npy"));
    }

    void itSaysWhereTheNumbersComeFrom()
    {
        const QTemporaryDir folder;
        ExportOptions options = optionsFor(folder);
        options.features = {"c"};
        auto files = FeatureExport::create(options, 465);
        QVERIFY(files.ok());
        QVERIFY(fill(files->sink("c"), kC, 98).ok());
        const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-1);
        QVERIFY(files->commit(someOrigin()).ok());

        const QJsonObject sidecar = json(folder.filePath("take.1.c.npy.json"));
        QCOMPARE(sidecar["file"].toString(), QString("take.1.c.npy"));
        QCOMPARE(sidecar["format"].toString(), QString("npy"));
        QCOMPARE(sidecar["command_line"].toString(), QString("phonoscope-cli extract …"));
        QVERIFY(sidecar["program"].toString().startsWith("phonoscope "));
        const auto written = QDateTime::fromString(sidecar["written_utc"].toString(), Qt::ISODate);
        QVERIFY(written >= before && written <= QDateTime::currentDateTimeUtc());

        const QJsonObject feature = sidecar["feature"].toObject();
        QCOMPARE(feature["name"].toString(), QString("c"));
        QCOMPARE(feature["frames"].toInt(), 98);
        QCOMPARE(feature["channels"].toInt(), 3);
        QCOMPARE(feature["hop_samples"].toInt(), 160);
        QCOMPARE(feature["receptive_field_samples"].toInt(), 12945);
        QCOMPARE(feature["frame_window_samples"].toInt(), 465);

        const QJsonObject audio = sidecar["audio"].toObject();
        QCOMPARE(audio["path"].toString(), QString("/recordings/say \"ah\".wav"));
        QCOMPARE(audio["sha256"].toString(), QString(64, 'a'));
        QCOMPARE(audio["model_samples"].toInt(), 16000);
        QCOMPARE(audio["done_to_it"].toArray(),
                 QJsonArray({"resampled 44.1 → 16 kHz", "mixed 2 → 1 channels"}));

        const QJsonObject checkpoint = sidecar["checkpoint"].toObject();
        QCOMPARE(checkpoint["sha256"].toString(), QString(64, 'b'));
        QCOMPARE(checkpoint["provenance"].toObject()["updates"].toString(), QString("400000"));
        const QJsonObject architecture = checkpoint["architecture"].toObject();
        QCOMPARE(architecture["conv_feature_layers"].toString(),
                 QString("[(512, 10, 5), (512, 8, 4), (512, 4, 2), (512, 4, 2), (512, 4, 2), "
                         "(512, 1, 1), (512, 1, 1)]"));
        QCOMPARE(architecture["log_compression"].toBool(), true);
        QCOMPARE(architecture["offset"].toString(), QString("auto"));

        const QJsonObject computation = sidecar["computation"].toObject();
        QCOMPARE(computation["device"].toString(), QString("cpu"));
        QCOMPARE(computation["precision"].toString(), QString("bf16x3"));
        QCOMPARE(computation["kernel"].toString(), QString("amx"));
        QCOMPARE(computation["threads"].toInt(), 2);
        QCOMPARE(computation["libtorch"].toString(), QString("1.13.0"));
    }

    void namesThatAreNotUtf8AreMadeReadable()
    {
        const QTemporaryDir folder;
        ExportOptions options = optionsFor(folder);
        options.features = {"z"};
        auto files = FeatureExport::create(options, 465);
        QVERIFY(fill(files->sink("z"), zInfo(1), 1).ok());
        ExportOrigin origin = someOrigin();
        origin.audio.path = "/recordings/caf\xe9.wav";
        QVERIFY(files->commit(origin).ok());
        const QJsonObject sidecar = json(folder.filePath("take.1.z.npy.json"));
        QCOMPARE(sidecar["audio"].toObject()["path"].toString(),
                 QString("/recordings/caf\uFFFD.wav"));
    }

    void whenOneFeatureIsMissingNothingAppears()
    {
        const QTemporaryDir folder;
        {
            auto files = FeatureExport::create(optionsFor(folder), 465);
            QVERIFY(files.ok());
            QVERIFY(fill(files->sink("z"), zInfo(2), 4).ok());
            const auto committed = files->commit(someOrigin());
            QVERIFY(!committed.ok());
            QVERIFY(committed.error().message.find("take.1.c.npy") != std::string::npos);
        }
        QCOMPARE(namesIn(folder.path()), QStringList());
    }

    void withoutAHashNothingAppears_data()
    {
        QTest::addColumn<bool>("audio");
        QTest::newRow("the recording's") << true;
        QTest::newRow("the checkpoint's") << false;
    }

    void withoutAHashNothingAppears()
    {
        QFETCH(bool, audio);
        const QTemporaryDir folder;
        {
            auto files = FeatureExport::create(optionsFor(folder), 465);
            QVERIFY(fill(files->sink("z"), zInfo(2), 4).ok());
            QVERIFY(fill(files->sink("c"), kC, 4).ok());
            ExportOrigin origin = someOrigin();
            (audio ? origin.audio.sha256 : origin.checkpoint.sha256).clear();
            QVERIFY(!files->commit(origin).ok());
        }
        QCOMPARE(namesIn(folder.path()), QStringList());
    }

    void whenANameIsTakenMeanwhileNothingAppears()
    {
        const QTemporaryDir folder;
        {
            auto files = FeatureExport::create(optionsFor(folder), 465);
            QVERIFY(files.ok());
            QVERIFY(fill(files->sink("z"), zInfo(2), 4).ok());
            QVERIFY(fill(files->sink("c"), kC, 4).ok());
            QFile other(folder.filePath("take.1.c.npy"));
            QVERIFY(other.open(QIODevice::WriteOnly));
            QVERIFY(other.write("mine") == 4);
            other.close();
            QVERIFY(!files->commit(someOrigin()).ok());
        }
        QCOMPARE(namesIn(folder.path()), QStringList("take.1.c.npy"));
        QCOMPARE(fileBytes(folder.filePath("take.1.c.npy").toStdString()), QByteArray("mine"));
    }

    void whatExistsIsFoundBeforeAnyWork_data()
    {
        QTest::addColumn<QString>("taken");
        QTest::newRow("the file of the first feature") << "take.1.z.npy";
        QTest::newRow("the file of the last feature") << "take.1.c.npy";
        QTest::newRow("a sidecar without its file") << "take.1.c.npy.json";
    }

    void whatExistsIsFoundBeforeAnyWork()
    {
        QFETCH(QString, taken);
        const QTemporaryDir folder;
        QFile other(folder.filePath(taken));
        QVERIFY(other.open(QIODevice::WriteOnly));
        other.close();
        ExportOptions options = optionsFor(folder);
        const auto refused = FeatureExport::create(options, 465);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.find(taken.toStdString()) != std::string::npos);
        QCOMPARE(namesIn(folder.path()), QStringList(taken));
        options.force = true;
        QVERIFY(FeatureExport::create(options, 465).ok());
    }

    void theFolderIsMade()
    {
        const QTemporaryDir folder;
        ExportOptions options = optionsFor(folder);
        options.folder /= "a/b";
        QVERIFY(FeatureExport::create(options, 465).ok());
        QVERIFY(QDir(folder.filePath("a/b")).exists());
    }

    void badTargetsAreRefused_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("stem");
        QTest::newRow("a stem with a slash") << "."
                                             << "../evil";
        QTest::newRow("an empty stem") << "."
                                       << "";
        QTest::newRow("a folder that is a file") << "/dev/null"
                                                 << "x";
        QTest::newRow("a folder below a file") << "/dev/null/x"
                                               << "x";
    }

    void badTargetsAreRefused()
    {
        QFETCH(QString, folder);
        QFETCH(QString, stem);
        ExportOptions options;
        options.folder = folder.toStdString();
        options.stem = stem.toStdString();
        const auto files = FeatureExport::create(options, 465);
        QVERIFY(!files.ok());
        QVERIFY(!files.error().message.empty());
    }

    void aShellReadsTheWordsBack()
    {
        const std::vector<std::string> words = {
            "printf", "%s\\n",  "plain", "",          "two words", "it's", "$HOME `id` \"x\" \\",
            "a*?[b]", "ümlaut", "-dash", "new\nline", "~",         "#no",  "a;b&c|d>e"};
        QProcess shell;
        shell.start("/bin/sh", {"-c", QString::fromStdString(shellCommand(words))});
        QVERIFY(shell.waitForFinished());
        QByteArray expected;
        for (std::size_t i = 2; i < words.size(); ++i)
            expected += QByteArray::fromStdString(words[i]) + '\n';
        QCOMPARE(shell.readAllStandardOutput(), expected);
    }

    void theCommandNamesWhatIsNotTheDefault()
    {
        ExportOptions options;
        options.folder = "out put";
        options.features = {"z", "enc0"};
        options.format = ExportFormat::Csv;
        options.significantDigits = 4;
        QCOMPARE(exportCommand("m.pt", "-a.wav", options, {}),
                 std::string("phonoscope-cli extract --checkpoint m.pt --out 'out put' "
                             "--features z,enc0 --format csv --precision-digits 4 -- -a.wav"));
        options.format = ExportFormat::Hdf5;
        options.force = true;
        QCOMPARE(exportCommand("m.pt", "a.wav", options, {"cuda:1", "bf16", 3}),
                 std::string("phonoscope-cli extract --checkpoint m.pt --out 'out put' "
                             "--features z,enc0 --format h5 --device cuda:1 --precision bf16 "
                             "--threads 3 --force -- a.wav"));
    }
};

QTEST_APPLESS_MAIN(SidecarTest)
#include "tst_sidecar.moc"
