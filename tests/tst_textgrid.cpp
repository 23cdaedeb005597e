#include "core/labels/labels.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace phono;
using namespace phono::test;

namespace {

const std::string kLong = R"(File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0 
xmax = 2.5 
tiers? <exists> 
size = 2 
item []: 
    item [1]:
        class = "IntervalTier" 
        name = "phones" 
        xmin = 0 
        xmax = 2.5 
        intervals: size = 3 
        intervals [1]:
            xmin = 0 
            xmax = 0.5 
            text = "" 
        intervals [2]:
            xmin = 0.5 
            xmax = 1.25 
            text = "ae" 
        intervals [3]:
            xmin = 1.25 
            xmax = 2.5 
            text = "say ""hi"" ! <now> 3" 
    item [2]:
        class = "TextTier" 
        name = "bell" 
        xmin = 0 
        xmax = 2.5 
        points: size = 1 
        points [1]:
            number = 0.75 
            mark = "ding" 
)";

const std::string kShort = R"(File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
2
"IntervalTier"
"phones"
0
2.5
3
0
0.5
""
0.5
1.25
"ae"
1.25
2.5
"say ""hi"" ! <now> 3"
"TextTier"
"bell"
0
2.5
1
0.75
"ding"
)";

const std::string kChronological = R"("Praat chronological TextGrid text file"
0 2.5   ! Time domain.
2   ! Number of tiers.
"IntervalTier" "phones" 0 2.5
"TextTier" "bell" 0 2.5

1 0 0.5
""

1 0.5 1.25
"ae"

2 0.75
"ding"

1 1.25 2.5
"say ""hi"" ! <now> 3"
)";

QByteArray asUtf16(const std::string& text, bool bigEndian)
{
    QByteArray bytes = bigEndian ? "\xFE\xFF" : "\xFF\xFE";
    for (const QChar c : QString::fromStdString(text)) {
        const char low = static_cast<char>(c.unicode() & 0xFF);
        const char high = static_cast<char>(c.unicode() >> 8);
        bytes += bigEndian ? high : low;
        bytes += bigEndian ? low : high;
    }
    return bytes;
}

std::string with(std::string text, const std::string& old, const std::string& replacement)
{
    const auto place = text.find(old);
    if (place == text.npos)
        throw std::logic_error(old + " is not in the text");
    return text.replace(place, old.size(), replacement);
}

} // namespace

class TestTextGrid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allVariantsSayTheSame_data();
    void allVariantsSayTheSame();
    void labelsMayHaveManyLines();
    void wordsAndCommentsBetweenAreSkipped();
    void whatFollowsAnErrorIsLeftOut_data();
    void whatFollowsAnErrorIsLeftOut();
    void whatIsNoTextGridIsRefused_data();
    void whatIsNoTextGridIsRefused();
    void cutAnywhereItNeverCrashes();
    void garbageNeverCrashes();

private:
    Result<LabelFile> read(const std::string& bytes)
    {
        const std::filesystem::path path = m_directory.filePath("a.TextGrid").toStdString();
        writeBytes(path, bytes);
        return readLabels(path);
    }
    QTemporaryDir m_directory;
};

void TestTextGrid::allVariantsSayTheSame_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto utf8 = [](const std::string& text) {
        return QByteArray::fromStdString(text);
    };
    QTest::newRow("long") << utf8(kLong);
    QTest::newRow("short") << utf8(kShort);
    QTest::newRow("chronological") << utf8(kChronological);
    QTest::newRow("with the line ends of Windows") << utf8(kLong).replace("\n", "\r\n");
    QTest::newRow("with the line ends of the old Macintosh") << utf8(kShort).replace("\n", "\r");
    QTest::newRow("UTF-8 with a byte order mark") << "\xEF\xBB\xBF" + utf8(kLong);
    QTest::newRow("UTF-16, low byte first") << asUtf16(kLong, false);
    QTest::newRow("UTF-16, high byte first") << asUtf16(kShort, true);
    QTest::newRow("the older header of the short variant")
        << utf8(with(with(kShort, "ooTextFile", "ooTextFile short"), "Object class = ", ""));
    QTest::newRow("without a line end at the end") << utf8(kLong).trimmed();
}

void TestTextGrid::allVariantsSayTheSame()
{
    QFETCH(QByteArray, bytes);
    const auto file = read(bytes.toStdString());
    QVERIFY2(file, file ? "" : file.error().message.c_str());
    QCOMPARE(file->format, std::string("Praat TextGrid"));
    QCOMPARE(file->tiers.size(), 2u);
    QCOMPARE(file->tiers[0].name, std::string("phones"));
    const std::vector<Label> phones{
        {0, 0.5, ""}, {0.5, 1.25, "ae"}, {1.25, 2.5, "say \"hi\" ! <now> 3"}};
    QVERIFY(file->tiers[0].labels == phones);
    QCOMPARE(file->tiers[1].name, std::string("bell"));
    const std::vector<Label> bell{{0.75, 0.75, "ding"}};
    QVERIFY(file->tiers[1].labels == bell);
    QVERIFY(file->warnings.empty());
}

void TestTextGrid::labelsMayHaveManyLines()
{
    const auto file = read(with(kLong, "\"ae\"", "\"first line\n4 5 \"\"six\"\"\nthird\""));
    QVERIFY(file);
    QCOMPARE(file->tiers[0].labels[1].text, std::string("first line\n4 5 \"six\"\nthird"));
    QCOMPARE(file->tiers[0].labels.size(), 3u);
}

void TestTextGrid::wordsAndCommentsBetweenAreSkipped()
{
    const auto file = read(with(kShort, "<exists>\n2\n",
                                "are there tiers? <exists> ! yes, \"these\" 99\nnamely [17] 2\n"));
    QVERIFY(file);
    QCOMPARE(file->tiers.size(), 2u);
    QVERIFY(file->warnings.empty());
}

void TestTextGrid::whatFollowsAnErrorIsLeftOut_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("tiers");
    QTest::addColumn<int>("labels");
    QTest::addColumn<QString>("warning");
    const auto row = [](const char* title, const std::string& text, int tiers, int labels,
                        const char* warning) {
        QTest::newRow(title) << QString::fromStdString(text) << tiers << labels << warning;
    };
    row("a text where a number belongs", with(kShort, "1.25\n\"ae\"", "\"ae\""), 1, 1,
        "line 17: expected a number, found a text in quotes; what comes before was read");
    row("a number where a text belongs", with(kShort, "\"ae\"", "4"), 1, 1,
        "line 18: expected a text in quotes, found a number; what comes before was read");
    row("a count of intervals beyond all bounds",
        with(kLong, "intervals: size = 3", "intervals: size = 9999999911"), 1, 3,
        "line 28: expected a number, found a text in quotes; what comes before was read");
    row("a count of tiers beyond all bounds", with(kLong, "size = 2", "size = 1e18"), 2, 3,
        "line 36: the file ends too early; what comes before was read");
    row("the end in the middle", kShort.substr(0, kShort.find("\"ae\"")), 1, 1,
        "line 18: the file ends too early; what comes before was read");
    row("a tier of an unknown class", with(kLong, "TextTier", "SoundTier"), 1, 3,
        "line 28: a tier of the unknown class \"SoundTier\"; what comes before was read");
    row("an event of a tier that is not there", with(kChronological, "2 0.75", "7 0.75"), 2, 2,
        "line 13: expected the number of a tier; what comes before was read");
    row("a reversed interval", with(kLong, "xmin = 0.5", "xmin = 1.3"), 2, 2,
        "line 20: ends before it starts; skipped");
}

void TestTextGrid::whatFollowsAnErrorIsLeftOut()
{
    QFETCH(QString, text);
    QFETCH(int, tiers);
    QFETCH(int, labels);
    QFETCH(QString, warning);
    const auto file = read(text.toStdString());
    QVERIFY2(file, file ? "" : file.error().message.c_str());
    QCOMPARE(file->tiers.size(), static_cast<std::size_t>(tiers));
    QCOMPARE(file->tiers[0].labels.size(), static_cast<std::size_t>(labels));
    QCOMPARE(file->warnings.size(), 1u);
    QCOMPARE(QString::fromStdString(file->warnings[0]), warning);
}

void TestTextGrid::whatIsNoTextGridIsRefused_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* title, const std::string& text, const char* words) {
        QTest::newRow(title) << QString::fromStdString(text) << words;
    };
    row("something else", "hello", "it does not begin as a TextGrid");
    row("a binary file", "ooBinaryFile\x08TextGrid", "save it as a text file");
    row("another object of Praat's", with(kLong, "\"TextGrid\"", "\"PitchTier\""),
        "it holds a PitchTier");
    row("a collection", with(kLong, "\"TextGrid\"", "\"Collection\""), "it holds a Collection");
    row("only a header", kLong.substr(0, kLong.find("xmin")), "its times are missing");
    row("no tiers", with(kLong, "<exists>", "<absent>"), "it has no tier");
    row("a spoilt flag", with(kLong, "<exists>", "<exi>"), "found <exi>");
}

void TestTextGrid::whatIsNoTextGridIsRefused()
{
    QFETCH(QString, text);
    QFETCH(QString, words);
    const auto file = read(text.toStdString());
    QVERIFY(!file);
    const auto message = QString::fromStdString(file.error().message);
    QVERIFY2(message.contains(words) && message.contains("a.TextGrid"), qPrintable(message));
}

void TestTextGrid::cutAnywhereItNeverCrashes()
{
    for (const auto& text : {kShort, kChronological, asUtf16(kShort, true).toStdString()})
        for (std::size_t size = 0; size < text.size(); size += 5) {
            const auto file = read(text.substr(0, size));
            QVERIFY(!file || !file->tiers.empty());
        }
}

void TestTextGrid::garbageNeverCrashes()
{
    std::mt19937 random(1);
    const std::string palette = "\"\"<>!0123456789.-+e \n\r\x01\xFF";
    for (int round = 0; round < 200; ++round) {
        auto text = round % 2 ? kShort : kChronological;
        for (unsigned i = 0; i < 1 + random() % 8; ++i)
            text[random() % text.size()] = palette[random() % palette.size()];
        const auto file = read(text);
        for (const auto& tier : file ? file->tiers : std::vector<LabelTier>())
            for (std::size_t i = 1; i < tier.labels.size(); ++i)
                QVERIFY(tier.labels[i].start >= tier.labels[i - 1].end);
    }
}

QTEST_APPLESS_MAIN(TestTextGrid)
#include "tst_textgrid.moc"
