#include "core/run/log_tail.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace phono;

/// The last lines of a run's log, whatever lies there.
class LogTailTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_home.emplace(); }

    void whatIsReadable_data()
    {
        QTest::addColumn<QByteArray>("log");
        QTest::addColumn<QByteArray>("tail");
        QTest::newRow("an empty log") << QByteArray() << QByteArray();
        QTest::newRow("lines") << QByteArray("one\ntwo\n") << QByteArray("one\ntwo");
        QTest::newRow("a line without its end") << QByteArray("one\ntwo") << QByteArray("one\ntwo");
        QTest::newRow("lines as Windows ends them")
            << QByteArray("one\r\ntwo\r\n") << QByteArray("one\ntwo");
        QTest::newRow("a line that wrote over itself")
            << QByteArray("10 %\r20 %\r30 %\n") << QByteArray("30 %");
        QTest::newRow("colours") << QByteArray("\x1b[1;31merror:\x1b[0m no\x1b[K memory\n")
                                 << QByteArray("error: no memory");
        QTest::newRow("an escape sequence cut off")
            << QByteArray("end\x1b[1;") << QByteArray("end");
        QTest::newRow("an escape alone") << QByteArray("end\x1b") << QByteArray("end");
        QTest::newRow("control characters") << QByteArray("a\x07"
                                                          "b\0c\td\n",
                                                          8)
                                            << QByteArray("abc\td");
        QTest::newRow("blank lines stay") << QByteArray("one\n\ntwo\n") << QByteArray("one\n\ntwo");
    }

    void whatIsReadable()
    {
        QFETCH(QByteArray, log);
        QFETCH(QByteArray, tail);
        write(log);
        const auto read = readLogTail(run());
        QVERIFY(read.ok());
        QCOMPARE(QByteArray::fromStdString(*read), tail);
    }

    void onlyTheEndOfALongLogIsRead()
    {
        QByteArray log;
        for (int i = 0; i < 200000; ++i)
            log += "line " + QByteArray::number(i) + '\n';
        write(log);
        const auto lines = QByteArray::fromStdString(*readLogTail(run())).split('\n');
        QCOMPARE(lines.size(), kLogTailLines);
        QCOMPARE(lines.last(), QByteArray("line 199999"));
        QCOMPARE(lines.first(), QByteArray("line 199960"));
    }

    void aLineOfMegabytesIsCut()
    {
        write("begin\n" + QByteArray(5000000, 'x'));
        QVERIFY(readLogTail(run())->size() < 600);
        QByteArray umlauts("x");
        for (int i = 0; i < 1000; ++i)
            umlauts += "ä";
        write(umlauts);
        const auto text = QString::fromStdString(*readLogTail(run()));
        QVERIFY(text.endsWith(QStringLiteral("ä…")));
    }

    void noLogIsNoError() { QVERIFY(readLogTail(run())->empty()); }

    void whatIsNoFileIsRefusedAtOnce()
    {
        const QByteArray log = QFile::encodeName(m_home->filePath(QStringLiteral("log.txt")));
        QCOMPARE(mkfifo(log.constData(), 0600), 0);
        QVERIFY(!readLogTail(run()).ok());
        QVERIFY(QFile::remove(QFile::decodeName(log)));
        QCOMPARE(mkdir(log.constData(), 0700), 0);
        QVERIFY(!readLogTail(run()).ok());
    }

private:
    RunDirectory run() const { return RunDirectory::at(m_home->path().toStdString()); }
    void write(const QByteArray& text)
    {
        QFile file(m_home->filePath(QStringLiteral("log.txt")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    std::optional<QTemporaryDir> m_home;
};

QTEST_APPLESS_MAIN(LogTailTest)
#include "tst_log_tail.moc"
