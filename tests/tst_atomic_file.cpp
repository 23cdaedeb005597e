#include "core/base/atomic_file.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace phono;

/// Files that appear complete or not at all.
class AtomicFileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_path = m_dir->filePath("result.bin").toStdString();
    }

    void appearsOnCommitOnly()
    {
        auto file = AtomicFile::create(m_path, false);
        QVERIFY(file.ok());
        QVERIFY(file->write("hello ", 6));
        QVERIFY(file->write("world", 5));
        QCOMPARE(file->position(), std::int64_t(11));
        QVERIFY(!std::filesystem::exists(m_path));
        QVERIFY(file->commit());
        QCOMPARE(content(), QByteArray("hello world"));
        QCOMPARE(names(), QStringList{"result.bin"});
    }

    void earlierBytesCanBeWrittenOver()
    {
        auto file = AtomicFile::create(m_path, false);
        QVERIFY(file.ok());
        QVERIFY(file->write("0000body", 8));
        QVERIFY(file->writeAt(0, "head", 4));
        QVERIFY(file->write("!", 1));
        QVERIFY(file->commit());
        QCOMPARE(content(), QByteArray("headbody!"));
    }

    void leavesNothingBehindWithoutCommit()
    {
        {
            auto file = AtomicFile::create(m_path, false);
            QVERIFY(file.ok() && file->write("x", 1).ok());
            QCOMPARE(names().size(), 1);
        }
        QCOMPARE(names(), QStringList());
    }

    void movingKeepsOneOwner()
    {
        auto first = AtomicFile::create(m_path, false);
        QVERIFY(first.ok());
        {
            const AtomicFile second(std::move(*first));
        }
        QCOMPARE(names(), QStringList());
    }

    void anExistingFileIsKept()
    {
        put("old");
        const auto file = AtomicFile::create(m_path, false);
        QVERIFY(!file.ok());
        QVERIFY(file.error().message.find("exists") != std::string::npos);
        QCOMPARE(content(), QByteArray("old"));
    }

    void anExistingFileIsReplacedIfAskedTo()
    {
        put("old");
        chmod(m_path.c_str(), 0640);
        auto file = AtomicFile::create(m_path, true);
        QVERIFY(file.ok() && file->write("new", 3).ok());
        QCOMPARE(content(), QByteArray("old"));
        QVERIFY(file->commit());
        QCOMPARE(content(), QByteArray("new"));
        QCOMPARE(mode(), 0640u);
    }

    void aFileThatAppearsMeanwhileIsKept()
    {
        auto file = AtomicFile::create(m_path, false);
        QVERIFY(file.ok() && file->write("new", 3).ok());
        put("somebody else's");
        QVERIFY(!file->commit().ok());
        QCOMPARE(content(), QByteArray("somebody else's"));
    }

    void permissionsFollowTheUmask()
    {
        const auto before = umask(027);
        auto file = AtomicFile::create(m_path, false);
        umask(before);
        QVERIFY(file.ok() && file->commit().ok());
        QCOMPARE(mode(), 0640u);
    }

    void aLibraryMayReplaceTheTemporaryFile()
    {
        auto file = AtomicFile::create(m_path, false);
        QVERIFY(file.ok());
        const auto temporary = QString::fromStdString(file->temporaryPath().string());
        QVERIFY(QFile::remove(temporary));
        QFile other(temporary);
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("theirs") == 6);
        other.close();
        QVERIFY(file->commit());
        QCOMPARE(content(), QByteArray("theirs"));
    }

    void whatCannotBeWrittenIsNamed_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("a folder that is not there") << "/nowhere/at/all/result.bin";
        QTest::newRow("a folder instead of a file") << "/tmp";
    }
    void whatCannotBeWrittenIsNamed()
    {
        QFETCH(QString, path);
        const auto file = AtomicFile::create(path.toStdString(), true);
        QVERIFY(!file.ok());
        QVERIFY(file.error().message.find(path.toStdString()) != std::string::npos);
    }

private:
    void put(const char* text) const
    {
        QFile file(QString::fromStdString(m_path));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
    }
    QByteArray content() const
    {
        QFile file(QString::fromStdString(m_path));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(missing)");
    }
    QStringList names() const
    {
        return QDir(m_dir->path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    unsigned mode() const
    {
        struct stat status = {};
        return stat(m_path.c_str(), &status) == 0 ? status.st_mode & 0777u : 0;
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::string m_path;
};

QTEST_APPLESS_MAIN(AtomicFileTest)
#include "tst_atomic_file.moc"
