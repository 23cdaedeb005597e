#include "widgets/shell/library_panel.h"
#include "widgets/shell/words.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <QUrl>

#include <memory>

using namespace phono;

class LibraryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void modelKeepsItsRules()
    {
        PathListModel model;
        const QAbstractItemModelTester tester(&model);
        model.setEntries({{QStringLiteral("/a/one.wav"), {}, true}});
        model.setCurrent(QStringLiteral("/a/one.wav"));
        model.setEntries({});
        model.setCurrent({});
        QCOMPARE(model.rowCount(), 0);
    }

    void entriesAreCalledByTitleOrFileName()
    {
        PathListModel model;
        model.setEntries({{QStringLiteral("/a/one.wav"), {}, true},
                          {QStringLiteral("/b/x.safetensors"), QStringLiteral("demo"), false}});
        QCOMPARE(model.index(0).data().toString(), QStringLiteral("one.wav"));
        QCOMPARE(model.index(1).data().toString(), QStringLiteral("demo"));
        QCOMPARE(model.index(1).data(Qt::ToolTipRole).toString(),
                 QStringLiteral("/b/x.safetensors"));
    }

    void filesAreDraggedAsUrls()
    {
        PathListModel model;
        model.setEntries({{QStringLiteral("/a/a b.wav"), {}, true}});
        const std::unique_ptr<QMimeData> mime(model.mimeData({model.index(0)}));
        QCOMPARE(mime->urls(), {QUrl::fromLocalFile(QStringLiteral("/a/a b.wav"))});
        QVERIFY(model.flags(model.index(0)) & Qt::ItemIsDragEnabled);
    }

    void enterOpensARecording()
    {
        LibraryPanel library({QStringLiteral("*.wav")});
        library.setRecordings(
            {{QStringLiteral("/a/one.wav"), {}, true}, {QStringLiteral("/a/two.wav"), {}, true}});
        QSignalSpy activated(&library, &LibraryPanel::recordingActivated);
        auto* list = library.findChild<QListView*>(QStringLiteral("recentRecordings"));
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].toString(), QStringLiteral("/a/two.wav"));
    }

    void searchKeepsWhatFits()
    {
        LibraryPanel library({QStringLiteral("*.wav")});
        library.setRecordings(
            {{QStringLiteral("/a/one.wav"), {}, true}, {QStringLiteral("/a/two.wav"), {}, true}});
        library.setCheckpoints({{QStringLiteral("/m/large.pt"), {}, true}});
        auto* search = library.findChild<QLineEdit*>(QStringLiteral("librarySearch"));
        QTest::keyClicks(search, QStringLiteral("TW"));
        const auto* recent = library.findChild<QListView*>(QStringLiteral("recentRecordings"));
        QCOMPARE(recent->model()->rowCount(), 1);
        QCOMPARE(recent->model()->index(0, 0).data().toString(), QStringLiteral("two.wav"));
        const auto* checkpoints = library.findChild<QListView*>(QStringLiteral("checkpoints"));
        QCOMPARE(checkpoints->model()->rowCount(), 0);
    }

    void theFolderShowsRecordingsOnly()
    {
        QTemporaryDir folder;
        for (const char* name : {"speech.WAV", "notes.txt"}) {
            QFile file(folder.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        LibraryPanel library({QStringLiteral("*.wav")});
        QSignalSpy changed(&library, &LibraryPanel::folderChanged);
        library.setFolder(folder.path());
        QCOMPARE(changed.size(), 1);
        const auto* view = library.findChild<QTreeView*>(QStringLiteral("folderView"));
        QTRY_COMPARE(view->model()->rowCount(view->rootIndex()), 1);
        QCOMPARE(view->model()->index(0, 0, view->rootIndex()).data().toString(),
                 QStringLiteral("speech.WAV"));
    }

    void words_data()
    {
        QTest::addColumn<QString>("is");
        QTest::addColumn<QString>("should");
        QTest::newRow("nothing left") << durationWords(0) << "0 s";
        QTest::newRow("part of a second is a second") << durationWords(0.2) << "1 s";
        QTest::newRow("minutes") << durationWords(200) << "3 min 20 s";
        QTest::newRow("minutes and few seconds") << durationWords(62) << "1 min 02 s";
        QTest::newRow("hours") << durationWords(3720) << "1 h 02 min";
        QTest::newRow("no time at all") << durationWords(-5) << "0 s";
        QTest::newRow("a sentence") << sentence("cannot open") << "Cannot open";
        QTest::newRow("no sentence") << sentence("") << "";
        QTest::newRow("bytes") << sizeWords(999) << "999 bytes";
        QTest::newRow("megabytes") << sizeWords(12400000) << "12.4 MB";
        QTest::newRow("almost a megabyte") << sizeWords(999999) << "1.0 MB";
        QTest::newRow("whole kilohertz") << rateWords(16000) << "16 kHz";
        QTest::newRow("broken kilohertz") << rateWords(44100) << "44.1 kHz";
        QTest::newRow("11.025 kHz") << rateWords(11025) << "11.025 kHz";
        QTest::newRow("groups of three") << countWords(32537088) << "32,537,088";
    }
    void words()
    {
        QFETCH(QString, is);
        QFETCH(QString, should);
        QCOMPARE(is, should);
    }
};

QTEST_MAIN(LibraryTest)
#include "tst_library.moc"
