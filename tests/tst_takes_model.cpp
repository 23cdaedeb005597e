#include "widgets/record/takes_model.h"
#include "widgets/record/takes_view.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

using namespace phono;

namespace {

Take take(const char* name, int hoursAgo = 1, Take::State state = Take::State::Finished)
{
    Take made;
    made.file = std::string("/takes/") + name;
    made.state = state;
    made.seconds = 12.34;
    made.rate = 44100;
    made.channels = 2;
    made.bytes = 3'265'000;
    made.written = std::filesystem::file_time_type::clock::now() - std::chrono::hours(hoursAgo);
    return made;
}

QString path(const char* name)
{
    return QStringLiteral("/takes/") + QLatin1String(name);
}

} // namespace

/// The table of takes: what it says, and what it asks for by mouse and keys.
class TakesModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aTakeIsDescribed();
    void rowsComeAndGoWithoutAReset();
    void onlyChangesAreTold();
    void aNewNameIsAskedFor_data();
    void aNewNameIsAskedFor();
    void whatIsRecordedNowIsLeftAlone();
    void takesCanBeDragged();

    void withoutTakesTheFirstStepIsSaid();
    void theNewestIsFirst();
    void doubleClickAndReturnOpen();
    void f2RenamesInPlaceAndOnlyThat();
    void deleteAsksForTheTrash();
    void theSelectionStays();
    void aTakeIsSelectedWhenItComes();
    void actionsFitTheSelection();
    void unfinishedTakesAreExplained();
    void columnsGiveWayToNames();
    void theSelectionIsReadableInAnyTheme();

private:
    QString text(int row, int column) const
    {
        return m_model->index(row, column).data().toString();
    }
    QTreeView* table() const { return m_view->findChild<QTreeView*>(QStringLiteral("takesTable")); }
    QPoint rowAt(int row) const
    {
        return table()->visualRect(table()->model()->index(row, 0)).center();
    }
    void click(int row, Qt::KeyboardModifiers keys = {}) const
    {
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, keys, rowAt(row));
    }
    QAction* action(const char* text) const
    {
        for (QAction* one : m_view->takeActions()) {
            if (one->text().startsWith(QLatin1String(text)))
                return one;
        }
        return nullptr;
    }

    std::unique_ptr<TakesModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    std::unique_ptr<QMainWindow> m_window;
    TakesView* m_view = nullptr;
};

void TakesModelTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void TakesModelTest::init()
{
    m_model = std::make_unique<TakesModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(
        m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_window = std::make_unique<QMainWindow>();
    m_view = new TakesView;
    m_window->setCentralWidget(m_view);
    m_window->resize(900, 300);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TakesModelTest::cleanup()
{
    m_window.reset();
    m_tester.reset();
    m_model.reset();
}

void TakesModelTest::aTakeIsDescribed()
{
    m_model->setTakes({take("one.wav"), take("two.flac", 2, Take::State::Unfinished)});
    QCOMPARE(text(0, TakesModel::Name), QStringLiteral("one.wav"));
    QCOMPARE(text(0, TakesModel::Length), QStringLiteral("12.3 s"));
    QCOMPARE(text(0, TakesModel::Rate), QStringLiteral("44.1 kHz"));
    QCOMPARE(text(0, TakesModel::Channels), QStringLiteral("2"));
    QCOMPARE(text(0, TakesModel::Size), QStringLiteral("3.3 MB"));
    QCOMPARE(text(0, TakesModel::State), QString());
    QVERIFY(!text(0, TakesModel::Written).isEmpty());
    QCOMPARE(text(1, TakesModel::State), QStringLiteral("unfinished"));
    QVERIFY(!m_model->index(1, TakesModel::State).data(Qt::ToolTipRole).toString().isEmpty());
    Take lasting = take("long.wav");
    lasting.seconds = 4210;
    m_model->setTakes({lasting});
    QCOMPARE(text(0, TakesModel::Length), QStringLiteral("1 h 10 min"));
}

void TakesModelTest::rowsComeAndGoWithoutAReset()
{
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    m_model->setTakes({take("a.wav"), take("b.wav"), take("c.wav"), take("d.wav")});
    QCOMPARE(m_model->rowCount(), 4);
    m_model->setTakes({take("e.wav"), take("b.wav"), take("d.wav")});
    QCOMPARE(m_model->rowCount(), 3);
    QCOMPARE(m_model->rowOf("/takes/a.wav"), -1);
    QVERIFY(m_model->rowOf("/takes/e.wav") >= 0);
    m_model->setTakes({});
    QCOMPARE(m_model->rowCount(), 0);
    QCOMPARE(resets.count(), 0);
}

void TakesModelTest::onlyChangesAreTold()
{
    Take one = take("a.wav");
    m_model->setTakes({one, take("b.wav")});
    QSignalSpy changes(m_model.get(), &QAbstractItemModel::dataChanged);
    auto again = std::vector{m_model->take(0), m_model->take(1)};
    m_model->setTakes(again);
    QCOMPARE(changes.count(), 0);
    again[1].seconds = 20;
    m_model->setTakes(again);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes[0][0].toModelIndex().row(), 1);
    QCOMPARE(text(1, TakesModel::Length), QStringLiteral("20.0 s"));
}

void TakesModelTest::aNewNameIsAskedFor_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("asked");
    QTest::newRow("another name") << QStringLiteral("vowels") << QStringLiteral("vowels");
    QTest::newRow("spaces around it") << QStringLiteral("  vowels ") << QStringLiteral("vowels");
    QTest::newRow("nothing") << QStringLiteral("  ") << QString();
    QTest::newRow("the same") << QStringLiteral("one") << QString();
}

void TakesModelTest::aNewNameIsAskedFor()
{
    QFETCH(QString, typed);
    QFETCH(QString, asked);
    m_model->setTakes({take("one.wav")});
    QSignalSpy renames(m_model.get(), &TakesModel::renameRequested);
    const QModelIndex name = m_model->index(0, TakesModel::Name);
    QCOMPARE(name.data(Qt::EditRole).toString(), QStringLiteral("one"));
    m_model->setData(name, typed, Qt::EditRole);
    QCOMPARE(renames.count(), asked.isEmpty() ? 0 : 1);
    if (!asked.isEmpty())
        QCOMPARE(renames[0], (QVariantList{path("one.wav"), asked}));
    // The file has its old name until somebody gives it the new one.
    QCOMPARE(text(0, TakesModel::Name), QStringLiteral("one.wav"));
}

void TakesModelTest::whatIsRecordedNowIsLeftAlone()
{
    m_model->setTakes({take("one.wav", 0, Take::State::Recording)});
    const QModelIndex name = m_model->index(0, TakesModel::Name);
    QVERIFY(!(m_model->flags(name) & Qt::ItemIsEditable));
    QVERIFY(!m_model->setData(name, QStringLiteral("two"), Qt::EditRole));
    QCOMPARE(text(0, TakesModel::State), QStringLiteral("recording"));
}

void TakesModelTest::takesCanBeDragged()
{
    m_model->setTakes({take("one.wav")});
    const std::unique_ptr<QMimeData> mime(
        m_model->mimeData({m_model->index(0, 0), m_model->index(0, 1)}));
    QCOMPARE(mime->urls(), QList<QUrl>{QUrl::fromLocalFile(path("one.wav"))});
}

void TakesModelTest::withoutTakesTheFirstStepIsSaid()
{
    QVERIFY(!table()->isVisible());
    m_view->setFolder(QStringLiteral("~/Music"));
    const auto labels = m_view->findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("Record"));
    }));
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("~/Music"));
    }));
    m_view->setTakes({take("one.wav")});
    QVERIFY(table()->isVisible());
}

void TakesModelTest::theNewestIsFirst()
{
    m_view->setTakes({take("old.wav", 9), take("new.wav", 1)});
    m_view->setTakes({take("newest.wav", 0), take("old.wav", 9), take("new.wav", 1)});
    QStringList names;
    for (int row = 0; row < 3; ++row)
        names << table()->model()->index(row, 0).data().toString();
    QCOMPARE(names,
             (QStringList{QStringLiteral("newest.wav"), QStringLiteral("new.wav"),
                          QStringLiteral("old.wav")}));
}

void TakesModelTest::doubleClickAndReturnOpen()
{
    m_view->setTakes({take("a.wav", 1), take("b.wav", 2)});
    QSignalSpy opened(m_view, &TakesView::openRequested);
    click(1);
    QTest::mouseDClick(table()->viewport(), Qt::LeftButton, {}, rowAt(1));
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened[0][0].toString(), path("b.wav"));
    click(0);
    QTest::keyClick(table(), Qt::Key_Return);
    QCOMPARE(opened.count(), 2);
    QCOMPARE(opened[1][0].toString(), path("a.wav"));
}

void TakesModelTest::f2RenamesInPlaceAndOnlyThat()
{
    // The window uses the key, too.
    QAction keys(m_window.get());
    keys.setShortcut(Qt::Key_F2);
    m_window->addAction(&keys);
    QSignalSpy other(&keys, &QAction::triggered);
    QSignalSpy renames(m_view, &TakesView::renameRequested);
    m_view->setTakes({take("a.wav", 1), take("b.wav", 2)});
    click(1);
    QTest::keyClick(table(), Qt::Key_F2);
    auto* editor = table()->findChild<QLineEdit*>();
    QVERIFY(editor);
    QCOMPARE(editor->text(), QStringLiteral("b"));
    QTest::keyClicks(editor, QStringLiteral("rp"));
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE(renames.count(), 1);
    QCOMPARE(renames[0], (QVariantList{path("b.wav"), QStringLiteral("rp")}));
    QCOMPARE(other.count(), 0);
}

void TakesModelTest::deleteAsksForTheTrash()
{
    m_view->setTakes({take("a.wav", 1), take("b.wav", 2), take("c.wav", 3)});
    QSignalSpy trashed(m_view, &TakesView::trashRequested);
    click(0);
    click(2, Qt::ControlModifier);
    QTest::keyClick(table(), Qt::Key_Delete);
    QCOMPARE(trashed.count(), 1);
    QCOMPARE(trashed[0][0].toStringList(), (QStringList{path("a.wav"), path("c.wav")}));
}

void TakesModelTest::theSelectionStays()
{
    const Take kept = take("b.wav", 2);
    m_view->setTakes({take("a.wav", 1), kept});
    click(1);
    m_view->setTakes({take("new.wav", 0), kept});
    QCOMPARE(m_view->selected(), QStringList{path("b.wav")});
    QVERIFY(action("Rename")->isEnabled());
    m_view->setTakes({take("new.wav", 0)});
    QVERIFY(!m_view->selected().contains(path("b.wav")));
}

void TakesModelTest::aTakeIsSelectedWhenItComes()
{
    m_view->setTakes({take("a.wav", 1)});
    m_view->select(path("b.wav"));
    QVERIFY(m_view->selected().isEmpty());
    m_view->setTakes({take("a.wav", 1), take("b.wav", 0)});
    QCOMPARE(m_view->selected(), QStringList{path("b.wav")});
}

void TakesModelTest::actionsFitTheSelection()
{
    m_view->setTakes({take("a.wav", 1), take("b.wav", 2, Take::State::Unfinished),
                      take("c.wav", 0, Take::State::Recording)});
    for (const char* name : {"Open", "Rename", "Show", "Move"})
        QVERIFY2(!action(name)->isEnabled(), name);
    QVERIFY(!action("Keep")->isVisible());
    click(1);
    for (const char* name : {"Open", "Rename", "Show", "Move"})
        QVERIFY2(action(name)->isEnabled(), name);
    click(2, Qt::ControlModifier);
    QVERIFY(!action("Rename")->isEnabled());
    QVERIFY(action("Keep")->isVisible());
    click(0); // is being recorded
    for (const char* name : {"Open", "Rename", "Move"})
        QVERIFY2(!action(name)->isEnabled(), name);
    QSignalSpy shown(m_view, &TakesView::folderShown);
    action("Show")->trigger();
    QCOMPARE(shown[0][0].toString(), path("c.wav"));
}

void TakesModelTest::unfinishedTakesAreExplained()
{
    auto* strip = m_view->findChild<QWidget*>(QStringLiteral("unfinishedTake"));
    m_view->setTakes({take("a.wav")});
    QVERIFY(!strip->isVisible());
    m_view->setTakes({take("a.wav"), take("b.wav", 2, Take::State::Unfinished)});
    QVERIFY(strip->isVisible());
    QSignalSpy kept(m_view, &TakesView::keepRequested);
    QSignalSpy trashed(m_view, &TakesView::trashRequested);
    QTest::mouseClick(m_view->findChild<QPushButton*>(QStringLiteral("keepTake")), Qt::LeftButton);
    QCOMPARE(kept[0][0].toString(), path("b.wav"));
    QTest::mouseClick(m_view->findChild<QPushButton*>(QStringLiteral("trashUnfinished")),
                      Qt::LeftButton);
    QCOMPARE(trashed[0][0].toStringList(), QStringList{path("b.wav")});
    m_view->setTakes({take("a.wav"), take("b.wav", 2)});
    QVERIFY(!strip->isVisible());
}

void TakesModelTest::columnsGiveWayToNames()
{
    m_view->setTakes({take("a.wav")});
    QVERIFY(!table()->isColumnHidden(TakesModel::Rate));
    m_window->resize(420, 300);
    QTRY_VERIFY(table()->isColumnHidden(TakesModel::Rate));
    QVERIFY(!table()->isColumnHidden(TakesModel::Length));
    QVERIFY(table()->columnWidth(TakesModel::Name) >= 120);
    m_window->resize(900, 300);
    QTRY_VERIFY(!table()->isColumnHidden(TakesModel::Rate));
}

void TakesModelTest::theSelectionIsReadableInAnyTheme()
{
    m_view->setTakes({take("a.wav")});
    click(0);
    applyTheme(*qApp, Theme::darkTheme());
    const QImage row = table()
                           ->viewport()
                           ->grab(table()->visualRect(table()->model()->index(0, TakesModel::Name)))
                           .toImage();
    const QColor ground = row.pixelColor(row.width() - 4, 2);
    QVERIFY(ground != Theme::darkTheme().panel);
    QVERIFY(ground.lightness() < 128);
    int brightest = 0;
    for (int y = 0; y < row.height(); ++y) {
        for (int x = 0; x < row.width(); ++x)
            brightest = std::max(brightest, row.pixelColor(x, y).lightness());
    }
    QVERIFY(brightest > 180);
    applyTheme(*qApp, Theme::light());
}

QTEST_MAIN(TakesModelTest)
#include "tst_takes_model.moc"
