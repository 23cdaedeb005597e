#include "core/run/config_text.h"
#include "widgets/pretrain/field_editor.h"
#include "widgets/pretrain/new_run_form.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>
#include <QToolButton>

using namespace phono;

namespace {

/// Says what it is told to.
class FakeSurveyor : public DataSurveyor {
public:
    Result<DataSurvey> survey(const std::filesystem::path& data, const Progress&) override
    {
        asked = data;
        return answer;
    }
    std::filesystem::path asked;
    Result<DataSurvey> answer = DataSurvey{1234, 5.5, 0, {}};
};

} // namespace

/// The form of a new run by clicks and keys.
class NewRunFormTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, Theme::light()); }
    void init();
    void cleanup();

    void asksForDataFirst();
    void saysWhatLiesInTheData();
    void saysWhatIsWrongWithTheData();
    void everyFieldHasAnEditorAndAMeaning();
    void valuesAreReadAsTheyAreWritten();
    void pathsAreReadFromTheRoot();
    void wrongValuesAreNamedBesideTheField();
    void fieldsTogetherAreChecked();
    void messagesMoveNothing();
    void aPresetFillsTheFields();
    void searchFindsFieldsByTheirMeaning();
    void aTakenNameIsRefused();
    void theCommandLineStartsTheSame();
    void startingHandsOverEverything();
    void aDuplicateKeepsTheSettings();
    void escapeCloses();

private:
    QLineEdit* line(const char* name) const
    {
        return m_form->findChild<QLineEdit*>(QLatin1String(name));
    }
    QString note(const char* name) const
    {
        return m_form->findChild<QLabel*>(QLatin1String(name))->text();
    }
    FieldEditor* field(const char* name) const
    {
        return m_form->findChild<FieldEditor*>(QLatin1String(name));
    }
    void type(const char* name, const QString& text)
    {
        auto* edit = field(name)->findChild<QLineEdit*>();
        edit->selectAll();
        edit->setFocus();
        QTest::keyClicks(edit, text);
    }
    QPushButton* start() const
    {
        return m_form->findChild<QPushButton*>(QStringLiteral("startRun"));
    }

    std::optional<QTemporaryDir> m_home;
    QThreadPool m_pool;
    FakeSurveyor m_surveyor;
    std::unique_ptr<NewRunForm> m_form;
};

void NewRunFormTest::init()
{
    m_home.emplace();
    m_surveyor.answer = DataSurvey{1234, 5.5, 0, {}};
    m_form = std::make_unique<NewRunForm>(m_surveyor, m_pool);
    m_form->setRunsFolder(toPath(m_home->path()) / "runs");
    m_form->startOver();
    m_form->resize(470, 900);
    m_form->show();
    m_form->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_form.get()));
}

void NewRunFormTest::cleanup()
{
    m_form.reset();
    m_home.reset();
}

void NewRunFormTest::asksForDataFirst()
{
    QVERIFY(!start()->isEnabled());
    QVERIFY(note("dataNote").startsWith(QLatin1String("Choose a folder")));
    line("runData")->setText(m_home->filePath(QStringLiteral("gone")));
    QVERIFY(note("dataNote").startsWith(QLatin1String("There is no")));
    line("runData")->setText(m_home->path());
    QVERIFY(!note("dataNote").startsWith(QLatin1String("There is no")));
    QVERIFY(start()->isEnabled());
    line("runValid")->setText(m_home->filePath(QStringLiteral("gone")));
    QVERIFY(note("validNote").startsWith(QLatin1String("There is no")));
    QVERIFY(!start()->isEnabled());
    line("runValid")->clear();
    QVERIFY(start()->isEnabled());
    QVERIFY(m_form->ready());
}

void NewRunFormTest::saysWhatLiesInTheData()
{
    m_surveyor.answer = DataSurvey{1234, 5.5, 4, {"a.wav is empty", "b", "c", "d is no sound"}};
    line("runData")->setText(m_home->path());
    QTRY_VERIFY(note("dataNote").startsWith(QLatin1String("1,234 recordings, 5.50 h")));
    QVERIFY(note("dataNote").contains(QLatin1String("4 problems")));
    QVERIFY(note("dataNote").contains(QLatin1String("A.wav is empty")));
    // What does not fit is in the tool tip.
    const auto* label = m_form->findChild<QLabel*>(QStringLiteral("dataNote"));
    QVERIFY(label->toolTip().endsWith(QLatin1String("D is no sound")));
    QCOMPARE(m_surveyor.asked, toPath(m_home->path()));
}

void NewRunFormTest::saysWhatIsWrongWithTheData()
{
    m_surveyor.answer = Error{"cannot read the folder"};
    line("runData")->setText(m_home->path());
    QTRY_COMPARE(note("dataNote"), QStringLiteral("Cannot read the folder"));
    m_surveyor.answer = DataSurvey{1234, 5.5, 0, {}};
    QVERIFY(QDir(m_home->path()).mkdir(QStringLiteral("other")));
    line("runData")->setText(m_home->filePath(QStringLiteral("other")));
    QTRY_VERIFY(note("dataNote").startsWith(QLatin1String("1,234 recordings")));
}

void NewRunFormTest::everyFieldHasAnEditorAndAMeaning()
{
    int missing = 0;
    for (const ConfigField& config : configFields()) {
        QVERIFY2(!config.meaning.empty(), config.name().c_str());
        if (!m_form->findChild<FieldEditor*>(QString::fromStdString(config.name())))
            ++missing;
    }
    // Data, validation, device and precision (two fields) stand above the list.
    QCOMPARE(missing, 5);
    const auto labels = field("optimization.lr")->findChildren<QLabel*>();
    QStringList texts;
    for (const QLabel* label : labels)
        texts << label->text();
    QVERIFY(texts.contains(QLatin1String("[0.25]"))); // the reference's default
}

void NewRunFormTest::valuesAreReadAsTheyAreWritten()
{
    type("optimization.lr", QStringLiteral("0.0125"));
    type("optimization.max_update", QStringLiteral("77"));
    QCOMPARE(m_form->config().optimization.lr, 0.0125);
    QCOMPARE(m_form->config().optimization.maxUpdate, std::int64_t(77));
    auto* negatives = field("criterion.negatives")->findChild<QComboBox*>();
    negatives->setCurrentText(QStringLiteral("exclusive"));
    QVERIFY(m_form->config().criterion.negatives == NegativeDraw::Exclusive);
}

void NewRunFormTest::pathsAreReadFromTheRoot()
{
    // The trainer runs in the folder of its run.
    line("runData")->setText(QStringLiteral("."));
    QCOMPARE(m_form->config().task.data, QDir::currentPath().toStdString());
    QVERIFY(m_form->ready());
    line("runData")->setText(QStringLiteral("~"));
    line("runValid")->setText(QStringLiteral("~/"));
    QCOMPARE(m_form->config().task.data, QDir::homePath().toStdString());
    QCOMPARE(m_form->config().task.valid, QDir::homePath().toStdString());
    QVERIFY(m_form->ready());
}

void NewRunFormTest::wrongValuesAreNamedBesideTheField()
{
    line("runData")->setText(m_home->path());
    type("optimization.max_update", QStringLiteral("many"));
    QVERIFY(!field("optimization.max_update")->problem().isEmpty());
    QVERIFY(!start()->isEnabled());
    QVERIFY(!note("formProblem").isEmpty());
    type("optimization.max_update", QStringLiteral("1000"));
    QVERIFY(field("optimization.max_update")->problem().isEmpty());
    QVERIFY(start()->isEnabled());
}

void NewRunFormTest::fieldsTogetherAreChecked()
{
    line("runData")->setText(m_home->path());
    type("dataset.max_tokens", QStringLiteral("0"));
    type("dataset.batch_size", QStringLiteral("0"));
    QVERIFY2(!start()->isEnabled(), "a batch without any limit");
}

void NewRunFormTest::messagesMoveNothing()
{
    const auto places = [&] {
        QCoreApplication::processEvents();
        QList<QRect> all;
        for (const QWidget* widget : m_form->findChildren<QWidget*>()) {
            if (widget->isVisible() && !widget->inherits("QAbstractButton"))
                all << QRect(widget->mapTo(m_form.get(), QPoint()), widget->size());
        }
        return all;
    };
    m_surveyor.answer =
        DataSurvey{1234, 5.5, 3, {"a.wav is empty", std::string(300, 'x'), "c.wav is no sound"}};
    line("runData")->setText(m_home->path());
    QTRY_VERIFY(note("dataNote").contains(QLatin1String("3 problems")));
    const auto before = places();
    QVERIFY(before.size() > 50);
    type("optimization.max_update", QStringLiteral("many"));
    QCOMPARE(places(), before);
    type("optimization.max_update", QStringLiteral("1000"));
    line("newRunName")->setText(QStringLiteral("a/b"));
    QCOMPARE(places(), before);
    line("runValid")
        ->setText(m_home->filePath(QStringLiteral("a path that is not there ").repeated(9)));
    QCOMPARE(places(), before);
    line("runData")->setText(m_home->filePath(QStringLiteral("gone")));
    QCOMPARE(places(), before);
    line("runData")->clear();
    QTRY_VERIFY(note("dataNote").startsWith(QLatin1String("Choose a folder")));
    QCOMPARE(places(), before);
}

void NewRunFormTest::aPresetFillsTheFields()
{
    line("runData")->setText(m_home->path());
    auto* presets = m_form->findChild<QComboBox*>(QStringLiteral("runPreset"));
    presets->setFocus();
    presets->setCurrentText(QStringLiteral("tiny"));
    Q_EMIT presets->activated(presets->currentIndex());
    QCOMPARE(m_form->config().model, presetConfig("tiny")->model);
    QCOMPARE(m_form->config().task.data, m_home->path().toStdString());
    QCOMPARE(line("newRunName")->text(), QStringLiteral("tiny-1"));
    line("newRunName")->setText(QStringLiteral("mine"));
    presets->setCurrentText(QStringLiteral("large"));
    Q_EMIT presets->activated(presets->currentIndex());
    QCOMPARE(line("newRunName")->text(), QStringLiteral("mine"));
}

void NewRunFormTest::searchFindsFieldsByTheirMeaning()
{
    QTest::keyClicks(line("fieldSearch"), QStringLiteral("learning rate"));
    QVERIFY(field("optimization.lr")->isVisible());
    QVERIFY(!field("common.seed")->isVisible());
    line("fieldSearch")->setText(QStringLiteral("no such thing"));
    QVERIFY(!field("optimization.lr")->isVisible());
    line("fieldSearch")->clear();
    QVERIFY(field("common.seed")->isVisibleTo(m_form.get()));
}

void NewRunFormTest::aTakenNameIsRefused()
{
    line("runData")->setText(m_home->path());
    const QString taken = m_home->filePath(QStringLiteral("runs/taken/checkpoints"));
    QVERIFY(QDir().mkpath(taken));
    QFile file(m_home->filePath(QStringLiteral("runs/taken/config.toml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    line("newRunName")->setText(QStringLiteral("taken"));
    QVERIFY(note("runPlace").contains(QLatin1String("already")));
    QVERIFY(!start()->isEnabled());
    for (const char* name : {"", "a/b", ".hidden"}) {
        line("newRunName")->setText(QLatin1String(name));
        QVERIFY2(!start()->isEnabled(), name);
    }
    line("newRunName")->setText(QStringLiteral("free"));
    QVERIFY(start()->isEnabled());
}

void NewRunFormTest::theCommandLineStartsTheSame()
{
    line("runData")->setText(m_home->path());
    line("newRunName")->setText(QStringLiteral("it's new"));
    type("optimization.lr", QStringLiteral("0.0125"));
    m_form->findChild<QComboBox*>(QStringLiteral("runPrecision"))
        ->setCurrentText(QStringLiteral("bf16"));
    m_form->findChild<QPushButton*>(QStringLiteral("copyCommand"))->click();
    const QString command = QApplication::clipboard()->text();
    for (const QString& part :
         {QStringLiteral("phonoscope-cli train --preset base"), QStringLiteral("--data "),
          QStringLiteral("it'\\''s new"), QStringLiteral("--precision bf16"),
          QStringLiteral("--set optimization.lr=0.0125")})
        QVERIFY2(command.contains(part), qPrintable(command));
    QVERIFY(!command.contains(QLatin1String("max_update")));
    QCOMPARE(line("runCommand")->text(), command);
}

void NewRunFormTest::startingHandsOverEverything()
{
    QSignalSpy starts(m_form.get(), &NewRunForm::startRequested);
    line("runData")->setText(m_home->path());
    line("newRunName")->setText(QStringLiteral("fresh"));
    QTest::mouseClick(start(), Qt::LeftButton);
    QCOMPARE(starts.count(), 1);
    const auto config = starts[0][0].value<TrainingConfig>();
    QCOMPARE(config.task.data, m_home->path().toStdString());
    QCOMPARE(starts[0][1].value<std::filesystem::path>(),
             toPath(m_home->path()) / "runs" / "fresh");
}

void NewRunFormTest::aDuplicateKeepsTheSettings()
{
    TrainingConfig config = *presetConfig("tiny");
    config.task.data = m_home->path().toStdString();
    config.optimization.lr = 0.125;
    config.common.bf16 = true;
    m_form->startFrom(config, QStringLiteral("tiny"));
    QCOMPARE(m_form->config(), config);
    QCOMPARE(line("newRunName")->text(), QStringLiteral("tiny-2"));
    QVERIFY(m_form->ready());
}

void NewRunFormTest::escapeCloses()
{
    QSignalSpy closes(m_form.get(), &NewRunForm::closeRequested);
    QTest::keyClick(m_form.get(), Qt::Key_Escape);
    QTRY_COMPARE(closes.count(), 1); // a key presses a button visibly
}

QTEST_MAIN(NewRunFormTest)
#include "tst_new_run_form.moc"
