#include "core/labels/labels.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace phono;
using namespace phono::test;

namespace {

using Labels = std::vector<Label>;

bool alike(const Labels& labels, const Labels& expected)
{
    return std::ranges::equal(labels, expected, [](const Label& a, const Label& b) {
        return std::abs(a.start - b.start) < 1e-9 && std::abs(a.end - b.end) < 1e-9
            && a.text == b.text;
    });
}

} // namespace

/// Formats of lines: TIMIT, Audacity, CTM, HTK, ESPS; and what all formats have in common.
class TestLabels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void formatsAreRead_data();
    void formatsAreRead();
    void samplesFollowTheRate();
    void badLinesAreSkippedAndReported_data();
    void badLinesAreSkippedAndReported();
    void labelsThatMeetByRoundingAreKept();
    void ctmHasATierForEachFileAndChannel();
    void masterLabelFileHasATierForEachFile();
    void encodingsAreRecognised_data();
    void encodingsAreRecognised();
    void whatHasNoLabelsIsRefused_data();
    void whatHasNoLabelsIsRefused();
    void floodOfBadLinesIsCounted();
    void labelFilesAreFoundBesideTheirAudio();
    void garbageNeverCrashes();

private:
    LabelFile read(const char* name, std::string_view text, int rate = 16000)
    {
        writeBytes(file(name), text);
        auto labels = readLabels(file(name), rate);
        if (!labels)
            throw std::runtime_error(labels.error().message);
        return std::move(*labels);
    }
    std::filesystem::path file(const char* name) const
    {
        return m_directory.filePath(QString::fromUtf8(name)).toStdString();
    }
    QTemporaryDir m_directory;
};

void TestLabels::formatsAreRead_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("tier");
    // All of them: 0 to 0.5 s "sil", 0.5 to 1.25 s "ae".
    QTest::newRow("TIMIT phones") << "a.phn"
                                  << "0 8000 sil\n8000 20000 ae\n"
                                  << "TIMIT"
                                  << "phones";
    QTest::newRow("TIMIT words, in capitals") << "a.WRD"
                                              << "0 8000 sil\n8000 20000 ae\n"
                                              << "TIMIT"
                                              << "words";
    QTest::newRow("TIMIT with tabs, blank lines and Windows line ends")
        << "a.phn"
        << "0\t8000\tsil\r\n\r\n8000\t20000\tae\r\n\r\n"
        << "TIMIT"
        << "phones";
    QTest::newRow("TIMIT with the line ends of the old Macintosh and none at the end")
        << "a.phn"
        << "0 8000 sil\r8000 20000 ae"
        << "TIMIT"
        << "phones";
    QTest::newRow("Audacity") << "a.txt"
                              << "0.000000\t0.500000\tsil\n0.500000\t1.250000\tae\n"
                              << "Audacity"
                              << "labels";
    QTest::newRow("Audacity with frequencies")
        << "a.txt"
        << "0.0\t0.5\tsil\n\\\t100.0\t2000.0\n0.5\t1.25\tae\n\\\t-1\t-1\n"
        << "Audacity"
        << "labels";
    QTest::newRow("CTM with comments and confidence")
        << "a.ctm"
        << ";; made by hand\nf 1 0.00 0.50 sil 0.9\nf 1 0.50 0.75 ae 0.8\n"
        << "CTM"
        << "f 1";
    QTest::newRow("HTK") << "a.lab"
                         << "0 5000000 sil\n5000000 12500000 ae\n"
                         << "HTK"
                         << "labels";
    QTest::newRow("HTK with scores and word names")
        << "a.lab"
        << "0 5000000 sil -12.5\n5000000 12500000 ae -3.1 at\n"
        << "HTK"
        << "labels";
    QTest::newRow("HTK with alternatives, of which the first counts")
        << "a.lab"
        << "0 5000000 sil\n5000000 12500000 ae\n///\n0 12500000 eh\n"
        << "HTK"
        << "labels";
    QTest::newRow("ESPS") << "a.lab"
                          << "signal a\nnfields 1\n#\n\t0.5\t125\tsil\n\t1.25\t125\tae\n"
                          << "ESPS"
                          << "labels";
}

void TestLabels::formatsAreRead()
{
    QFETCH(QString, name);
    QFETCH(QString, text);
    QFETCH(QString, format);
    QFETCH(QString, tier);
    const auto labels = read(qPrintable(name), text.toStdString());
    QCOMPARE(QString::fromStdString(labels.format), format);
    QCOMPARE(labels.path, file(qPrintable(name)));
    QCOMPARE(labels.tiers.size(), 1u);
    QCOMPARE(QString::fromStdString(labels.tiers[0].name), tier);
    QVERIFY(alike(labels.tiers[0].labels, {{0, 0.5, "sil"}, {0.5, 1.25, "ae"}}));
    QVERIFY2(labels.warnings.empty(), labels.warnings.empty() ? "" : labels.warnings[0].c_str());
}

void TestLabels::samplesFollowTheRate()
{
    const auto labels = read("a.phn", "0 8000 sil\n", 8000);
    QVERIFY(alike(labels.tiers[0].labels, {{0, 1, "sil"}}));
}

void TestLabels::badLinesAreSkippedAndReported_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kept");
    QTest::addColumn<QString>("warning");
    QTest::newRow("a reversed label") << "a.phn"
                                      << "0 10 a\n30 20 b\n40 50 c\n"
                                      << 2 << "line 2: ends before it starts; skipped";
    QTest::newRow("an overlap") << "a.phn"
                                << "0 1600 a\n1500 2000 b\n2000 2100 c\n"
                                << 2 << "line 2: overlaps the label of line 1; skipped";
    QTest::newRow("a beginning before the audio's")
        << "a.phn"
        << "-160 10 a\n10 20 b\n"
        << 1 << "line 1: begins before the audio does; skipped";
    QTest::newRow("words for numbers") << "a.phn"
                                       << "x y a\n10 20 b\n"
                                       << 1 << "line 1: does not begin with two numbers; skipped";
    QTest::newRow("no label") << "a.phn"
                              << "0 10 \n10 20 b\n"
                              << 1 << "line 1: has no label; skipped";
    QTest::newRow("disorder") << "a.phn"
                              << "20 30 c\n0 10 a\n10 20 b\n"
                              << 3 << "line 2: the labels are not in time order; they were sorted";
    QTest::newRow("a number that is none")
        << "a.phn"
        << "0 10 a\nnan inf b\n"
        << 1 << "line 2: does not begin with two numbers; skipped";
    QTest::newRow("a number beyond all numbers")
        << "a.phn"
        << "0 10 a\n10 1e999 b\n"
        << 1 << "line 2: does not begin with two numbers; skipped";
    QTest::newRow("no tab in a file of Audacity's") << "a.txt"
                                                    << "0\t1\ta\n1 2 b\n"
                                                    << 1 << "line 2: has no tab; skipped";
    QTest::newRow("too few words in CTM")
        << "a.ctm"
        << "f 1 0 1 a\nf 1 1\n"
        << 1 << "line 2: is not \"file channel start duration label\"; skipped";
    QTest::newRow("seconds in TIMIT's format")
        << "a.phn"
        << "0.0 0.22 a\n0.22 0.28 b\n"
        << 2 << "times have decimal points: they were read as seconds, not as samples";
}

void TestLabels::badLinesAreSkippedAndReported()
{
    QFETCH(QString, name);
    QFETCH(QString, text);
    QFETCH(int, kept);
    QFETCH(QString, warning);
    const auto labels = read(qPrintable(name), text.toStdString());
    QCOMPARE(labels.tiers[0].labels.size(), static_cast<std::size_t>(kept));
    QVERIFY(std::ranges::is_sorted(labels.tiers[0].labels, {}, &Label::start));
    QCOMPARE(labels.warnings.size(), 1u);
    QCOMPARE(QString::fromStdString(labels.warnings[0]), warning);
}

void TestLabels::labelsThatMeetByRoundingAreKept()
{
    const auto labels = read("a.txt", "0\t0.33334\ta\n0.33333\t0.5\tb\n0.5\t0.5\tpoint\n");
    QVERIFY(alike(labels.tiers[0].labels,
                  {{0, 0.33334, "a"}, {0.33334, 0.5, "b"}, {0.5, 0.5, "point"}}));
    QVERIFY(labels.warnings.empty());
}

void TestLabels::ctmHasATierForEachFileAndChannel()
{
    const auto labels = read("a.ctm", "f A 0 1 one\nf B 0.5 1 two\nf A 1 1 three\n");
    QCOMPARE(labels.tiers.size(), 2u);
    QCOMPARE(labels.tiers[0].name, std::string("f A"));
    QVERIFY(alike(labels.tiers[0].labels, {{0, 1, "one"}, {1, 2, "three"}}));
    QVERIFY(alike(labels.tiers[1].labels, {{0.5, 1.5, "two"}}));
}

void TestLabels::masterLabelFileHasATierForEachFile()
{
    const auto labels = read("a.mlf",
                             "#!MLF!#\n\"*/first.lab\"\n0 10000000 a\n.\n"
                             "\"/data/second.rec\"\n0 5000000 b\n5000000 10000000 c\n.\n");
    QCOMPARE(labels.format, std::string("HTK"));
    QCOMPARE(labels.tiers.size(), 2u);
    QCOMPARE(labels.tiers[0].name, std::string("first"));
    QCOMPARE(labels.tiers[1].name, std::string("second"));
    QVERIFY(alike(labels.tiers[1].labels, {{0, 0.5, "b"}, {0.5, 1, "c"}}));
}

void TestLabels::encodingsAreRecognised_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("warnings");
    const QString text = QStringLiteral("0 10 \u028C\u02D0\n10 20 \u00FC\n20 30 \U0001F600\n");
    QByteArray utf16;
    QByteArray utf16Swapped;
    for (const QChar c : text) {
        utf16 += static_cast<char>(c.unicode() & 0xFF);
        utf16 += static_cast<char>(c.unicode() >> 8);
        utf16Swapped += static_cast<char>(c.unicode() >> 8);
        utf16Swapped += static_cast<char>(c.unicode() & 0xFF);
    }
    QTest::newRow("UTF-8") << text.toUtf8() << QStringList();
    QTest::newRow("UTF-8 with a byte order mark")
        << "\xEF\xBB\xBF" + text.toUtf8() << QStringList();
    QTest::newRow("UTF-16, low byte first") << "\xFF\xFE" + utf16 << QStringList();
    QTest::newRow("UTF-16, high byte first") << "\xFE\xFF" + utf16Swapped << QStringList();
    QTest::newRow("UTF-16 without a mark, low byte first") << utf16 << QStringList();
    QTest::newRow("UTF-16 without a mark, high byte first") << utf16Swapped << QStringList();
    QTest::newRow("Latin-1") << QByteArray("0 10 \xE6\n10 20 \xFC\n20 30 \xE4\n")
                             << QStringList("not UTF-8; it was read as Latin-1");
}

void TestLabels::encodingsAreRecognised()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, warnings);
    const auto labels = read("a.phn", bytes.toStdString());
    QCOMPARE(labels.tiers[0].labels.size(), 3u);
    QCOMPARE(QString::fromStdString(labels.tiers[0].labels[1].text), QStringLiteral("\u00FC"));
    if (warnings.isEmpty()) {
        QCOMPARE(QString::fromStdString(labels.tiers[0].labels[0].text),
                 QStringLiteral("\u028C\u02D0"));
        QCOMPARE(QString::fromStdString(labels.tiers[0].labels[2].text),
                 QStringLiteral("\U0001F600"));
    }
    QCOMPARE(labels.warnings.size(), static_cast<std::size_t>(warnings.size()));
    if (!warnings.isEmpty())
        QCOMPARE(QString::fromStdString(labels.warnings[0]), warnings[0]);
}

void TestLabels::whatHasNoLabelsIsRefused_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
    QTest::newRow("an empty file") << "a.phn" << QByteArray("") << "it is empty";
    QTest::newRow("blank lines") << "a.phn" << QByteArray("\n \n") << "it is empty";
    QTest::newRow("a transcript") << "a.txt" << QByteArray("She had your dark suit.\n")
                                  << "it has no line of the form";
    QTest::newRow("words only") << "a.lab" << QByteArray("sil\nhh\n") << "in units of 100 ns";
    QTest::newRow("no numbers") << "a.phn" << QByteArray("x y sil\n")
                                << "(line 1: does not begin with two numbers; skipped)";
    QTest::newRow("an unknown extension")
        << "a.jpg" << QByteArray("0 1 a\n") << "its extension is none of";
    QTest::newRow("zeros") << "a.phn" << QByteArray(100, '\0') << "it has no line of the form";
}

void TestLabels::whatHasNoLabelsIsRefused()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    writeBytes(file(qPrintable(name)), bytes.toStdString());
    const auto labels = readLabels(file(qPrintable(name)));
    QVERIFY(!labels);
    const auto message = QString::fromStdString(labels.error().message);
    QVERIFY2(message.contains(words) && message.contains(name), qPrintable(message));
    QVERIFY(!readLabels(file("missing.phn")));
    QVERIFY(!readLabels(file(".")));
}

void TestLabels::floodOfBadLinesIsCounted()
{
    std::string text = "0 10 a\n";
    for (int i = 0; i < 5000; ++i)
        text += "bad line\n";
    const auto labels = read("a.phn", text);
    QCOMPARE(labels.warnings.size(), 101u);
    QCOMPARE(labels.warnings.back(), std::string("and 4900 more"));
}

void TestLabels::labelFilesAreFoundBesideTheirAudio()
{
    QTemporaryDir folder;
    const auto path = [&](const char* name) {
        return std::filesystem::path(folder.filePath(QString::fromUtf8(name)).toStdString());
    };
    for (const char* name :
         {"sa1.PHN", "sa1.wrd", "sa1.TextGrid", "sa1.WAV", "sa2.phn", "sa1.png", "sa1.notes.phn"})
        writeBytes(path(name), "0 10 a\n");
    writeBytes(path("sa1.txt"), "0 46797 She had your dark suit.\n");
    const std::vector expected{path("sa1.TextGrid"), path("sa1.PHN"), path("sa1.wrd")};
    QVERIFY(labelFilesFor(path("sa1.WAV")) == expected);

    writeBytes(path("sa1.txt"), "0.0\t1.0\tShe\n");
    QCOMPARE(labelFilesFor(path("sa1.WAV")).size(), 4u);
    QVERIFY(labelFilesFor(path("other.wav")).empty());
    QVERIFY(labelFilesFor("/nowhere/at/all.wav").empty());
}

void TestLabels::garbageNeverCrashes()
{
    const std::string pieces[] = {"0",
                                  "10",
                                  " ",
                                  "\t",
                                  "\n",
                                  "\"",
                                  "a",
                                  "-1",
                                  "1e308",
                                  "\\",
                                  ".",
                                  "///",
                                  "#!MLF!#\n",
                                  "\"*/a\"\n",
                                  ";;",
                                  "\xFF",
                                  std::string(1, '\0')};
    std::mt19937 random(1);
    for (int round = 0; round < 80; ++round) {
        std::string text;
        for (unsigned i = 0; i < random() % 60; ++i)
            text += pieces[random() % std::size(pieces)];
        for (const char* name : {"a.phn", "a.txt", "a.ctm", "a.lab", "a.mlf"}) {
            writeBytes(file(name), text);
            const auto labels = readLabels(file(name));
            for (const auto& tier : labels ? labels->tiers : std::vector<LabelTier>())
                for (std::size_t i = 1; i < tier.labels.size(); ++i)
                    QVERIFY(tier.labels[i].start >= tier.labels[i - 1].end);
        }
    }
}

QTEST_APPLESS_MAIN(TestLabels)
#include "tst_labels.moc"
