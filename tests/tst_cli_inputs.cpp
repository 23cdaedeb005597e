#include "app/cli/command_line.h"
#include "app/cli/inputs.h"
#include "app/cli/man_page.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

using namespace phono::cli;

namespace {

/// A temporary folder to fill.
class Folder {
public:
    QString path(const QString& name = {}) const
    {
        return name.isEmpty() ? m_folder.path() : m_folder.filePath(name);
    }
    /// Writes a file, making the folders it lies in.
    QString add(const QString& name, const QByteArray& content = "x") const
    {
        const QString file = path(name);
        QDir().mkpath(QFileInfo(file).path());
        QFile out(file);
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file));
        return file;
    }

private:
    QTemporaryDir m_folder;
};

InputList collect(const QStringList& arguments)
{
    std::vector<std::string> words;
    for (const QString& argument : arguments)
        words.push_back(argument.toStdString());
    return collectInputs(words);
}

/// "sub/stem" of each input.
QStringList outputs(const InputList& list)
{
    QStringList names;
    for (const Input& input : list.inputs)
        names << QString::fromStdString((input.folder / input.stem).string());
    return names;
}

QStringList problems(const InputList& list)
{
    QStringList texts;
    for (const std::string& problem : list.problems)
        texts << QString::fromStdString(problem);
    return texts;
}

} // namespace

class CliInputsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRecordingStandsForItself()
    {
        const auto list = collect({"some/where/take.1.wav", "other.FLAC"});
        QCOMPARE(outputs(list), QStringList({"take.1", "other"}));
        QCOMPARE(problems(list), QStringList());
        QCOMPARE(list.inputs[0].audio, std::filesystem::path("some/where/take.1.wav"));
    }

    void aFolderIsSearchedAndItsSubFoldersKept()
    {
        const Folder folder;
        for (const char* name : {"b.wav", "a.FLAC", "sub/deep/c.ogg", "sub/c.sph", "notes.txt",
                                 "a.TextGrid", ".hidden.wav", ".git/d.wav", "wav"})
            folder.add(name);
        const auto list = collect({folder.path()});
        QCOMPARE(outputs(list), QStringList({"a", "b", "sub/c", "sub/deep/c"}));
        QCOMPARE(problems(list), QStringList());
    }

    void aLinkToItsOwnFolderIsNoTrap()
    {
        const Folder folder;
        folder.add("sub/a.wav");
        std::filesystem::create_directory_symlink(folder.path().toStdString(),
                                                  folder.path("sub/up.wav").toStdString());
        QCOMPARE(outputs(collect({folder.path()})), QStringList("sub/a"));
    }

    void anEmptyFolderIsAProblem()
    {
        const Folder folder;
        folder.add("notes.txt");
        const auto list = collect({folder.path()});
        QVERIFY(list.inputs.empty());
        QCOMPARE(problems(list), QStringList("no audio files in the folder " + folder.path()));
    }

    void whatIsNoFileIsAProblem_data()
    {
        QTest::addColumn<QString>("argument");
        QTest::newRow("standard input") << "-";
        QTest::newRow("a device") << "/dev/null";
    }

    void whatIsNoFileIsAProblem()
    {
        QFETCH(QString, argument);
        const auto list = collect({argument});
        QVERIFY(list.inputs.empty());
        QCOMPARE(list.problems.size(), std::size_t(1));
    }

    void sameStemsInTwoFoldersAreKeptApart()
    {
        const Folder folder;
        const auto list = collect({folder.add("one/x/take.wav"), folder.add("two/y/take.wav"),
                                   folder.add("two/only.wav")});
        QCOMPARE(outputs(list), QStringList({"one/x/take", "two/y/take", "only"}));
        QCOMPARE(problems(list), QStringList());
    }

    void sameStemsInOneFolderAreToldApartByExtension()
    {
        const Folder folder;
        folder.add("a.wav");
        folder.add("a.flac");
        folder.add("b.wav");
        QCOMPARE(outputs(collect({folder.path()})), QStringList({"a.flac", "a.wav", "b"}));
    }

    void aRecordingNamedTwiceIsTakenOnce()
    {
        const Folder folder;
        const QString file = folder.add("sub/a.wav");
        const auto list = collect({file, folder.path(), folder.path("sub/../sub/a.wav")});
        QCOMPARE(outputs(list), QStringList("a"));
        QCOMPARE(problems(list), QStringList());
    }

    void aLinkIsARecordingOfItsOwn()
    {
        const Folder folder;
        std::filesystem::create_symlink(folder.add("a.wav").toStdString(),
                                        folder.path("b.wav").toStdString());
        QCOMPARE(outputs(collect({folder.path()})), QStringList({"a", "b"}));
    }

    void sameNamesInTwoManifestsAreKeptApart()
    {
        const Folder folder;
        QStringList manifests;
        for (const QString name : {"one", "two"}) {
            const QByteArray root = folder.path(name).toUtf8();
            folder.add(name + "/x/a.wav");
            manifests << folder.add(name + ".tsv", root + "\nx/a.wav\t1\n");
        }
        const auto list = collect(manifests);
        QCOMPARE(problems(list), QStringList());
        QCOMPARE(outputs(list), QStringList({"x/one/x/a", "x/two/x/a"}));
    }

    void namesThatCannotBeToldApartAreRefused()
    {
        const Folder folder;
        const QString listed = folder.add("root/one/a.wav");
        const QString manifest =
            folder.add("l.tsv", folder.path("root").toUtf8() + "\none/a.wav\t1\n");
        const QString one = folder.add("other/one/a.wav");
        const QString two = folder.add("other/two/a.wav");
        const auto list = collect({manifest, one, two});
        QCOMPARE(outputs(list), QStringList({"one/a.wav", "two/a"}));
        QCOMPARE(problems(list).size(), 1);
        QVERIFY(problems(list)[0].contains(listed) && problems(list)[0].contains(one));
    }

    void aManifestNamesItsRecordings()
    {
        const Folder folder;
        folder.add("corpus/a/one.wav");
        const QString tsv = folder.add("train.TSV",
                                       "\xEF\xBB\xBF" + folder.path("corpus").toUtf8()
                                           + "\r\na/one.wav\t16000\r\nb/./two three.wav\t7\n"
                                             "\nlast.wav\t0");
        const auto list = collect({tsv});
        QCOMPARE(problems(list), QStringList());
        QCOMPARE(outputs(list), QStringList({"a/one", "b/two three", "last"}));
        QCOMPARE(QString::fromStdString(list.inputs[0].audio.string()),
                 folder.path("corpus/a/one.wav"));
        QCOMPARE(*list.inputs[0].declaredSamples, std::int64_t(16000));
    }

    void badLinesOfAManifestAreRefused_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("word");
        QTest::newRow("an absolute path") << QByteArray("/etc/passwd\t1") << "absolute";
        QTest::newRow("a path out of the root") << QByteArray("a/../../b.wav\t1") << "leaves";
        QTest::newRow("the parent itself") << QByteArray("..\t1") << "leaves";
        QTest::newRow("no tab") << QByteArray("a.wav 1") << "a tab";
        QTest::newRow("three fields") << QByteArray("a.wav\t1\t2") << "a tab";
        QTest::newRow("no number") << QByteArray("a.wav\tmany") << "'many'";
        QTest::newRow("a number with a rest") << QByteArray("a.wav\t1x") << "'1x'";
        QTest::newRow("a negative number") << QByteArray("a.wav\t-1") << "'-1'";
        QTest::newRow("a number beyond 64 bits")
            << QByteArray("a.wav\t99999999999999999999") << "number";
        QTest::newRow("an empty path") << QByteArray("\t1") << "names no file";
        QTest::newRow("a folder") << QByteArray("a/\t1") << "names no file";
    }

    void badLinesOfAManifestAreRefused()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, word);
        const Folder folder;
        const QString tsv = folder.add(
            "l.tsv", folder.path().toUtf8() + "\nfirst.wav\t1\n" + line + "\nlast.wav\t1\n");
        const auto list = collect({tsv});
        QCOMPARE(outputs(list), QStringList({"first", "last"}));
        QCOMPARE(problems(list).size(), 1);
        QVERIFY2(problems(list)[0].startsWith(tsv + ", line 3: "), qPrintable(problems(list)[0]));
        QVERIFY2(problems(list)[0].contains(word), qPrintable(problems(list)[0]));
    }

    void whatIsNoManifestIsRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("an empty file") << QByteArray();
        QTest::newRow("a table without a root") << QByteArray("a.wav\t1\nb.wav\t2\n");
        QTest::newRow("bytes") << QByteArray(100000, '\0');
        QTest::newRow("one endless line") << QByteArray(100000, 'a');
        QTest::newRow("a root that is not there") << QByteArray("/nowhere/at/all\na.wav\t1\n");
        QTest::newRow("a root and nothing else") << QByteArray("/\n");
    }

    void whatIsNoManifestIsRefused()
    {
        QFETCH(QByteArray, content);
        const Folder folder;
        const auto list = collect({folder.add("l.tsv", content)});
        QVERIFY(list.inputs.empty());
        QCOMPARE(list.problems.size(), std::size_t(1));
        QVERIFY(list.problems[0].size() < 1000);
    }

    void garbageAfterGoodLinesEndsAManifest_data()
    {
        QTest::addColumn<QByteArray>("garbage");
        QTest::newRow("an endless line") << QByteArray(20000, 'a');
        QTest::newRow("a NUL byte") << QByteArray("b\0.wav\t1\n", 9);
    }

    void garbageAfterGoodLinesEndsAManifest()
    {
        QFETCH(QByteArray, garbage);
        const Folder folder;
        const auto list =
            collect({folder.add("l.tsv", "/\na.wav\t1\n" + garbage + "\nc.wav\t1\n")});
        QCOMPARE(outputs(list), QStringList("a"));
        QCOMPARE(list.problems.size(), std::size_t(1));
        QVERIFY(problems(list)[0].contains("line 3"));
    }

    void aThousandBadLinesDoNotFloodTheTerminal()
    {
        const Folder folder;
        const auto list =
            collect({folder.add("l.tsv", "/\n" + QByteArray("bad\n").repeated(1000))});
        QVERIFY(list.problems.size() < 30);
        QVERIFY(problems(list).join('\n').contains("980 more"));
    }

    void theManualNamesEveryOption()
    {
        CommandLine line;
        const auto app = declareCommands(line);
        const QString page = QString::fromStdString(manPage(*app, "phonoscope 1"));
        QVERIFY(page.startsWith(".TH phonoscope\\-cli 1"));
        for (const CLI::App* command : app->get_subcommands([](CLI::App*) { return true; })) {
            QVERIFY(page.contains(".SS " + QString::fromStdString(command->get_name())));
            for (const CLI::Option* option : command->get_options()) {
                if (option == command->get_help_ptr())
                    continue;
                const QString name = QString::fromStdString(option->get_name()).replace('-', "\\-");
                QVERIFY2(page.contains(name.section(',', -1)), qPrintable(name));
            }
        }
    }

    void wordsOfTheCommandLineAreRead()
    {
        CommandLine line;
        declareCommands(line)->parse(
            "extract --checkpoint m.pt --out o --features c,z,c,enc0 "
            "--memory-limit 64MiB --threads 3 --force -- a.wav -b c --force");
        QCOMPARE(line.extract.checkpoint, std::string("m.pt"));
        QCOMPARE(line.extract.features, std::vector<std::string>({"c", "z", "enc0"}));
        QCOMPARE(line.extract.memoryLimitBytes, std::uint64_t(64) << 20);
        QCOMPARE(line.extract.threads, 3);
        QCOMPARE(line.extract.force, true);
        QCOMPARE(line.extract.inputs, std::vector<std::string>({"a.wav", "-b", "c", "--force"}));
    }

    void sizesHaveUnits_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<quint64>("bytes");
        QTest::newRow("bytes") << "1000000" << quint64(1000000);
        QTest::newRow("decimal") << "500MB" << quint64(500000000);
        QTest::newRow("binary") << "2GiB" << (quint64(2) << 30);
        QTest::newRow("small letters") << "3kib" << quint64(3072);
    }

    void sizesHaveUnits()
    {
        QFETCH(QString, text);
        QFETCH(quint64, bytes);
        CommandLine line;
        declareCommands(line)->parse("extract --checkpoint m --out o a --memory-limit "
                                     + text.toStdString());
        QCOMPARE(line.extract.memoryLimitBytes, bytes);
    }

    void wrongUsageIsRefused_data()
    {
        QTest::addColumn<QString>("words");
        QTest::newRow("no command") << "";
        QTest::newRow("an unknown command") << "extrude";
        QTest::newRow("an unknown option") << "info m.pt --xml";
        QTest::newRow("info without a checkpoint") << "info";
        QTest::newRow("extract without a checkpoint") << "extract --out o a.wav";
        QTest::newRow("extract without a place for the files") << "extract --checkpoint m a.wav";
        const QString extract = "extract --checkpoint m --out o ";
        QTest::newRow("extract without recordings") << extract;
        QTest::newRow("an unknown format") << extract + "--format xls a.wav";
        QTest::newRow("an unknown precision") << extract + "--precision fp8 a.wav";
        QTest::newRow("an empty feature") << extract + "--features z,,c a.wav";
        QTest::newRow("a feature that is a path") << extract + "--features ../z a.wav";
        QTest::newRow("digits for a format that has none")
            << extract + "--format npy --precision-digits 3 a.wav";
        QTest::newRow("too many digits") << extract + "--precision-digits 10 a.wav";
        QTest::newRow("a negative number of threads") << extract + "--threads -1 a.wav";
        QTest::newRow("a negative size") << extract + "--memory-limit -1 a.wav";
        QTest::newRow("a size with an unknown unit") << extract + "--memory-limit 3pages a.wav";
        QTest::newRow("a size beyond 64 bits") << extract + "--memory-limit 99999999TiB a.wav";
        QTest::newRow("a negative seed") << "loss --checkpoint m --seed -1 a.wav";
        QTest::newRow("an unknown criterion") << "loss --checkpoint m --criterion mse a.wav";
        QTest::newRow("convert without a target") << "convert m.pt";
        QTest::newRow("convert to an unknown format") << "convert m.pt m.onnx";
        QTest::newRow("init without a preset") << "init m.pt";
        QTest::newRow("a manifest without a place for it") << "manifest in";
        QTest::newRow("more than all for validation") << "manifest in --out o --valid-percent 1.5";
        QTest::newRow("an unknown preset") << "init --preset huge m.pt";
    }

    void wrongUsageIsRefused()
    {
        QFETCH(QString, words);
        CommandLine line;
        const auto app = declareCommands(line);
        try {
            app->parse(words.toStdString());
        } catch (const CLI::ParseError& refused) {
            QVERIFY(refused.get_exit_code() != 0);
            return;
        }
        QFAIL("accepted");
    }
};

QTEST_APPLESS_MAIN(CliInputsTest)
#include "tst_cli_inputs.moc"
