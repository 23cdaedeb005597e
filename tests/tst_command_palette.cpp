#include "widgets/shell/command_palette.h"
#include "widgets/shell/fuzzy_match.h"
#include "widgets/shell/key_list.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

using namespace phono;

class CommandPaletteTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fuzzyFits_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("fits");
        QTest::newRow("nothing fits everything") << ""
                                                 << "Open" << true;
        QTest::newRow("the beginning") << "op"
                                       << "Open recording" << true;
        QTest::newRow("beginnings of words") << "or"
                                             << "Open recording" << true;
        QTest::newRow("case does not matter") << "OPEN"
                                              << "open" << true;
        QTest::newRow("spaces do not matter") << "o rec"
                                              << "Open recording" << true;
        QTest::newRow("letters out of order") << "rpo"
                                              << "Open recording" << false;
        QTest::newRow("a letter that is not there") << "opx"
                                                    << "Open recording" << false;
        QTest::newRow("longer than the text") << "openopen"
                                              << "open" << false;
        QTest::newRow("no text") << "a"
                                 << "" << false;
    }
    void fuzzyFits()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, text);
        QFETCH(bool, fits);
        QCOMPARE(fuzzyScore(pattern, text).has_value(), fits);
    }

    void fuzzyPrefers_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        QTest::newRow("beginnings of words to letters inside") << "er"
                                                               << "Export run"
                                                               << "Layer";
        QTest::newRow("a run to scattered letters") << "zoom"
                                                    << "Zoom in"
                                                    << "Z of old man";
        QTest::newRow("the start of a word to its middle") << "pen"
                                                           << "Pen"
                                                           << "Open";
    }
    void fuzzyPrefers()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, better);
        QFETCH(QString, worse);
        QVERIFY(*fuzzyScore(pattern, better) > *fuzzyScore(pattern, worse));
    }

    void findsEveryActionOfTheMenus()
    {
        Menus menus;
        const auto commands = commandsOf(*menus.window.menuBar());
        QCOMPARE(commands.size(), std::size_t(3));
        QCOMPARE(commands[0].text, QStringLiteral("Open recording…"));
        QCOMPARE(commands[0].group, QStringLiteral("File"));
        QCOMPARE(commands[1].group, QStringLiteral("View ▸ Zoom"));
        QCOMPARE(commands[2].text, QStringLiteral("Research & development"));
    }

    void modelKeepsItsRules()
    {
        Menus menus;
        CommandModel model(commandsOf(*menus.window.menuBar()));
        const QAbstractItemModelTester tester(&model);
        model.setPattern(QStringLiteral("zoom"));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.action(model.index(0, 0)), menus.zoom);
        model.setPattern(QStringLiteral("nothing like this"));
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.action(model.index(0, 0)), nullptr);
    }

    void actionsThatCannotBeDoneNowAreNotOffered()
    {
        Menus menus;
        menus.zoom->setEnabled(false);
        CommandModel model(commandsOf(*menus.window.menuBar()));
        QCOMPARE(model.rowCount(), 2);
    }

    void anActionThatIsGoneIsNotOffered()
    {
        Menus menus;
        CommandModel model(commandsOf(*menus.window.menuBar()));
        delete menus.zoom;
        model.setPattern({});
        QCOMPARE(model.rowCount(), 2);
    }

    void enterRunsTheBestAndCloses()
    {
        Menus menus;
        menus.window.show();
        QSignalSpy triggered(menus.zoom, &QAction::triggered);
        QPointer palette = new CommandPalette(commandsOf(*menus.window.menuBar()), &menus.window);
        palette->show();
        auto* edit = palette->findChild<QLineEdit*>();
        QTest::keyClicks(edit, QStringLiteral("zo"));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(triggered.size(), 1);
        QTRY_VERIFY(!palette);
    }

    void arrowsMoveTheSelection()
    {
        Menus menus;
        QSignalSpy triggered(menus.zoom, &QAction::triggered);
        auto* palette = new CommandPalette(commandsOf(*menus.window.menuBar()), &menus.window);
        palette->show();
        auto* edit = palette->findChild<QLineEdit*>();
        QTest::keyClick(edit, Qt::Key_Down);
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(triggered.size(), 1);
    }

    void keyListShowsKeysAndGestures()
    {
        Menus menus;
        QPointer keys = new KeyList(commandsOf(*menus.window.menuBar()),
                                    {{QStringLiteral("Wheel"), QStringLiteral("Scroll")}}, nullptr);
        auto* tree = keys->findChild<QTreeWidget*>();
        QCOMPARE(tree->topLevelItemCount(), 2); // the one menu with a key, and the mouse
        QCOMPARE(tree->topLevelItem(0)->child(0)->text(1), QStringLiteral("Ctrl+O"));
        keys->findChild<QLineEdit*>()->setText(QStringLiteral("scroll"));
        QVERIFY(tree->topLevelItem(0)->isHidden());
        QVERIFY(!tree->topLevelItem(1)->isHidden());
        delete keys;
    }

private:
    /// File ▸ Open recording…, View ▸ Zoom ▸ Zoom in, View ▸ Research & development.
    struct Menus {
        QMainWindow window;
        QAction* open;
        QAction* zoom;
        Menus()
        {
            QMenu* file = window.menuBar()->addMenu(QStringLiteral("&File"));
            open = file->addAction(QStringLiteral("&Open recording…"));
            open->setShortcut(Qt::CTRL | Qt::Key_O);
            file->addSeparator();
            QMenu* view = window.menuBar()->addMenu(QStringLiteral("&View"));
            zoom = view->addMenu(QStringLiteral("&Zoom"))->addAction(QStringLiteral("Zoom &in"));
            view->addAction(QStringLiteral("Research && development"));
        }
    };
};

QTEST_MAIN(CommandPaletteTest)
#include "tst_command_palette.moc"
