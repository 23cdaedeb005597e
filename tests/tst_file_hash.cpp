#include "core/base/file_hash.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace phono;

/// SHA-256 of files against the published examples (FIPS 180-4 and NIST's test vectors).
class FileHashTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hashesAreThePublishedOnes_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("hash");
        QTest::newRow("an empty file")
            << QByteArray() << "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        QTest::newRow("one block")
            << QByteArray("abc")
            << "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        QTest::newRow("a million letters, read in pieces")
            << QByteArray(1'000'000, 'a')
            << "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    }
    void hashesAreThePublishedOnes()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, hash);
        const auto path = m_dir.filePath("file");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        file.close();
        const auto result = sha256OfFile(path.toStdString());
        QVERIFY(result.ok());
        QCOMPARE(QString::fromStdString(*result), hash);
    }

    void progressRisesToOne()
    {
        const auto path = m_dir.filePath("long");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(3'500'000, 'x'));
        file.close();
        double last = 0;
        int calls = 0;
        Progress progress;
        progress.report = [&](std::string_view, double fraction) {
            QVERIFY(fraction >= last && fraction <= 1);
            last = fraction;
            ++calls;
        };
        QVERIFY(sha256OfFile(path.toStdString(), progress));
        QCOMPARE(last, 1.0);
        QVERIFY(calls > 1);
    }

    void cancelledBeforeItBegan()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto result = sha256OfFile(QCoreApplication::applicationFilePath().toStdString(),
                                         {nullptr, stop.get_token()});
        QVERIFY(!result.ok() && result.error().isCancelled());
    }

    void aMissingFileIsNamed()
    {
        const auto result = sha256OfFile("/nowhere/model.pt");
        QVERIFY(!result.ok());
        QVERIFY(result.error().message.find("/nowhere/model.pt") != std::string::npos);
    }

private:
    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(FileHashTest)
#include "tst_file_hash.moc"
