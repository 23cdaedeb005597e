#include "tests/support/fake_run.h"
#include "widgets/pretrain/run_watcher.h"
#include "widgets/pretrain/runs_model.h"
#include "widgets/pretrain/settings_model.h"
#include "widgets/shell/paths.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace phono;
using phono::test::FakeRun;

/// The table of runs as the watcher of a folder fills it.
class RunsModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void runsAppearAndGo();
    void aRunIsDescribed();
    void newLinesOnlyAreAdded();
    void unwantedRunsKeepNoCurves();
    void wantedRunsHaveAllTheirCurves();
    void whatWasLostByAKillIsThereOnce();
    void aRunOfADeadProcessIsInterrupted();
    void whatIsCutOffIsAsIfItHadNeverBeen();
    void endingsAreSaid();
    void theFolderMayNotBeThere();
    void timeTrainedLeavesOutTheBreaks();
    void levelsFollowTheNegatives_data();
    void levelsFollowTheNegatives();
    void differencesAreMarked();

private:
    std::filesystem::path path(const char* name) const { return toPath(m_home->path()) / name; }
    QString text(int row, int column) const
    {
        return m_model->index(row, column).data().toString();
    }
    void watch() { m_watcher->watch(toPath(m_home->path())); }

    std::optional<QTemporaryDir> m_home;
    QThreadPool m_pool;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    std::unique_ptr<RunWatcher> m_watcher;
};

void RunsModelTest::init()
{
    m_home.emplace();
    m_model = std::make_unique<RunsModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(
        m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_watcher = std::make_unique<RunWatcher>(m_pool);
    connect(m_watcher.get(), &RunWatcher::updated, m_model.get(), &RunsModel::apply);
}

void RunsModelTest::cleanup()
{
    m_watcher.reset();
    m_tester.reset();
    m_model.reset();
    m_home.reset();
}

void RunsModelTest::runsAppearAndGo()
{
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    FakeRun one(path("one")), two(path("two")), three(path("three"));
    watch();
    QTRY_COMPARE(m_model->rowCount(), 3);
    const FakeRun four(path("four"));
    m_watcher->searchNow();
    QTRY_COMPARE(m_model->rowCount(), 4);
    std::filesystem::remove_all(one.path());
    std::filesystem::remove_all(three.path());
    m_watcher->searchNow();
    QTRY_COMPARE(m_model->rowCount(), 2);
    QVERIFY(m_model->find(two.path()));
    QVERIFY(!m_model->find(one.path()));
    QCOMPARE(resets.count(), 0);
}

void RunsModelTest::aRunIsDescribed()
{
    auto config = *presetConfig("tiny");
    config.optimization.maxUpdate = 1000;
    FakeRun run(path("tiny-1"), config);
    run.train(20);
    run.validate(4.5);
    run.validate(4.25);
    watch();
    QTRY_COMPARE(m_model->rowCount(), 1);
    QTRY_COMPARE(text(0, RunsModel::Updates), QStringLiteral("20 / 1,000"));
    QCOMPARE(text(0, RunsModel::Name), QStringLiteral("tiny-1"));
    QCOMPARE(text(0, RunsModel::Status), QStringLiteral("running"));
    QCOMPARE(text(0, RunsModel::Loss), QString::number(FakeRun::loss(20), 'f', 3));
    QCOMPARE(text(0, RunsModel::Best), QStringLiteral("4.250"));
    QCOMPARE(text(0, RunsModel::Throughput), QStringLiteral("42.5"));
    QCOMPARE(text(0, RunsModel::TimeLeft), QStringLiteral("16 min 20 s"));
    QVERIFY(!text(0, RunsModel::Started).isEmpty());
    QVERIFY(!m_model->index(0, RunsModel::Status).data(Qt::DecorationRole).isNull());
}

void RunsModelTest::newLinesOnlyAreAdded()
{
    FakeRun run(path("run"));
    run.train(5);
    m_watcher->want({run.path()});
    watch();
    QTRY_VERIFY(m_model->rowCount() == 1 && m_model->run(0).history().updates.rows() == 5);
    QSignalSpy changes(m_model.get(), &RunsModel::dataChanged);
    run.train(3);
    QTRY_COMPARE(m_model->run(0).history().updates.rows(), std::size_t(8));
    QVERIFY(changes.count() >= 1);
    const auto series = m_model->run(0).curves().series(QStringLiteral("loss"));
    QCOMPARE(series->values.size(), std::size_t(8));
    QCOMPARE(series->values[7], float(FakeRun::loss(8)));
    QCOMPARE(series->values.generation(), 0);
}

void RunsModelTest::unwantedRunsKeepNoCurves()
{
    FakeRun run(path("run"));
    run.train(500);
    run.validate(4);
    watch();
    QTRY_COMPARE(m_model->rowCount(), 1);
    QTRY_COMPARE(m_model->run(0).updates(), std::int64_t(500));
    QTRY_COMPARE(text(0, RunsModel::Best), QStringLiteral("4.000"));
    QVERIFY(m_model->run(0).history().updates.rows() < 10);
}

void RunsModelTest::wantedRunsHaveAllTheirCurves()
{
    FakeRun run(path("run"));
    run.train(500, true);
    watch();
    QTRY_VERIFY(m_model->rowCount() == 1 && m_model->run(0).updates() == 500);
    m_watcher->want({run.path()});
    QTRY_COMPARE(m_model->run(0).history().updates.rows(), std::size_t(500));
    const RunCurves& curves = m_model->run(0).curves();
    for (const char* id : {"loss", "lr", "gnorm", "throughput", "wait", "memory", "cpu", "gpu",
                           "gpuMemory", "gpuTemperature"}) {
        const auto series = curves.series(QLatin1String(id));
        QVERIFY2(series && series->values.size() == 500, id);
        QCOMPARE(series->keys->size(), std::size_t(500));
    }
    QCOMPARE(curves.series(QStringLiteral("wait"))->values[10], 25.0F); // % of a second
    QCOMPARE(curves.series(QStringLiteral("memory"))->values[10], 2.0F); // GB
    QCOMPARE(curves.steps().size(), std::size_t(2));
    QCOMPARE(curves.series(QStringLiteral("loss"))->keys->on(CurveAxis::Epoch)[9], 1.0);
}

void RunsModelTest::whatWasLostByAKillIsThereOnce()
{
    FakeRun run(path("run"));
    run.train(10);
    m_watcher->want({run.path()});
    watch();
    QTRY_VERIFY(m_model->rowCount() == 1 && m_model->run(0).history().updates.rows() == 10);
    StartedEvent again;
    again.time = FakeRun::kStart + 500;
    again.update = 6;
    again.maxUpdate = 1000;
    run.write(again);
    UpdateEvent made;
    made.time = again.time + 1;
    made.update = 7;
    made.metrics.lossBits = 77;
    run.write(made);
    QTRY_COMPARE(m_model->run(0).history().updates.rows(), std::size_t(7));
    const auto series = m_model->run(0).curves().series(QStringLiteral("loss"));
    QCOMPARE(series->values.size(), std::size_t(7));
    QCOMPARE(series->values[6], 77.0F);
    QCOMPARE(series->values[5], float(FakeRun::loss(6)));
    QCOMPARE(series->values.extremes(0, 7).high, 77.0F);
}

void RunsModelTest::aRunOfADeadProcessIsInterrupted()
{
    FakeRun run(path("run"));
    ProcessIdentity gone = thisProcess();
    gone.startTime += 1; // the number was given to another process since
    QVERIFY(writeState(run.directory(), {gone, RunStatus::Running, 3, 0}).ok());
    watch();
    QTRY_VERIFY(m_model->rowCount() == 1 && m_model->run(0).status() == RunStatus::Interrupted);
    QCOMPARE(text(0, RunsModel::Status), QStringLiteral("interrupted"));
    QCOMPARE(m_model->run(0).ending(), QString()); // the last that was said is that it began
}

void RunsModelTest::whatIsCutOffIsAsIfItHadNeverBeen()
{
    RunHistory history, fresh;
    RunCurves curves(history), wanted(fresh);
    const auto start = [](double time, std::int64_t update) {
        StartedEvent event;
        event.time = time;
        event.update = update;
        return event;
    };
    const auto train = [](RunHistory& into, double time, std::int64_t from, std::int64_t to) {
        for (std::int64_t update = from; update <= to; ++update) {
            UpdateEvent event;
            event.time = time + double(update);
            event.update = update;
            event.metrics.lossBits = double(update % 7) + time / 1000;
            event.metrics.accuracy = 0.5;
            event.dataWait = 0.25;
            into.add(event);
        }
    };
    const auto validate = [](RunHistory& into, std::int64_t update, double loss) {
        ValidEvent event;
        event.update = update;
        event.metrics.lossBits = loss;
        into.valid.push_back(event);
    };
    history.add(start(1000, 0));
    train(history, 1000, 1, 500);
    validate(history, 400, 3);
    curves.follow();
    // Killed after 500, resumed from 333.
    history.add(start(9000, 333));
    validate(history, 334, 2);
    train(history, 9000, 334, 480);
    curves.follow(333, false);
    fresh.add(start(1000, 0));
    train(fresh, 1000, 1, 333);
    fresh.add(start(9000, 333));
    validate(fresh, 334, 2);
    train(fresh, 9000, 334, 480);
    wanted.follow();
    for (const char* id : {"loss", "accuracy", "wait"}) {
        const auto is = curves.series(QLatin1String(id)), should = wanted.series(QLatin1String(id));
        QVERIFY2(
            std::ranges::equal(is->values.values().subspan(1), should->values.values().subspan(1)),
            id);
        for (const CurveAxis axis : kCurveAxes)
            QVERIFY(std::ranges::equal(is->keys->on(axis), should->keys->on(axis)));
        for (const std::size_t first : {0, 300, 320, 333, 400}) {
            QCOMPARE(is->values.extremes(first, 480).high,
                     should->values.extremes(first, 480).high);
            QCOMPARE(is->values.extremes(first, 480).low, should->values.extremes(first, 480).low);
        }
    }
    QVERIFY(std::ranges::equal(curves.valid()->values.values(), wanted.valid()->values.values()));
    QCOMPARE(curves.valid()->values.size(), std::size_t(1));
}

void RunsModelTest::endingsAreSaid()
{
    FakeRun failed(path("failed")), finished(path("finished"));
    failed.train(3);
    failed.fail("the loss is not a number", {"a.wav", "b.wav"});
    finished.train(3);
    finished.finish();
    watch();
    QTRY_COMPARE(m_model->rowCount(), 2);
    const RunRecord* bad = m_model->find(failed.path());
    QTRY_VERIFY(bad->ending().contains(QLatin1String("not a number")));
    QTRY_VERIFY(m_model->find(finished.path())->status() == RunStatus::Finished);
    QVERIFY(!m_model->run(0).live());
}

void RunsModelTest::theFolderMayNotBeThere()
{
    int updates = 0;
    connect(m_watcher.get(), &RunWatcher::updated, this, [&] { ++updates; });
    m_watcher->watch(path("nowhere"));
    QTRY_VERIFY(updates > 0);
    QCOMPARE(m_model->rowCount(), 0);
    const FakeRun run(path("nowhere/run"));
    m_watcher->searchNow();
    QTRY_COMPARE(m_model->rowCount(), 1);
}

void RunsModelTest::timeTrainedLeavesOutTheBreaks()
{
    RunHistory history;
    RunCurves curves(history);
    StartedEvent start;
    start.time = 100;
    history.add(start);
    UpdateEvent update;
    update.update = 1;
    update.time = 110;
    history.add(update);
    start.time = 5000;
    start.update = 1;
    history.add(start);
    update.update = 2;
    update.time = 5004;
    history.add(update);
    curves.follow();
    const auto relative = curves.series(QStringLiteral("loss"))->keys->on(CurveAxis::Relative);
    QCOMPARE(relative[0], 10.0);
    QCOMPARE(relative[1], 14.0);
}

void RunsModelTest::levelsFollowTheNegatives_data()
{
    QTest::addColumn<int>("negatives");
    QTest::addColumn<int>("cross");
    QTest::addColumn<bool>("infonce");
    QTest::addColumn<QString>("labels");
    QTest::newRow("the usual ten")
        << 10 << 0 << false << "all scores zero 11.00|class prior only 4.834";
    QTest::newRow("negatives of other recordings count, too")
        << 6 << 4 << false << "all scores zero 11.00|class prior only 4.834";
    QTest::newRow("one") << 1 << 0 << false << "all scores zero 2.00|class prior only 2.000";
    QTest::newRow("InfoNCE") << 10 << 0 << true << "InfoNCE chance 3.459";
    QTest::newRow("none") << 0 << 0 << false << "";
}

void RunsModelTest::levelsFollowTheNegatives()
{
    QFETCH(int, negatives);
    QFETCH(int, cross);
    QFETCH(bool, infonce);
    QFETCH(QString, labels);
    TrainingConfig config = *presetConfig("base");
    config.model.numNegatives = negatives;
    config.model.crossSampleNegatives = cross;
    config.criterion.infonce = infonce;
    QStringList found;
    for (const CurveReference& level : lossReferences(config))
        found << level.label;
    QCOMPARE(found.join(QLatin1Char('|')), labels);
}

void RunsModelTest::differencesAreMarked()
{
    SettingsModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    TrainingConfig a = *presetConfig("base"), b = a;
    b.optimization.lr = 0.125;
    model.setRuns({{QStringLiteral("a"), a}, {QStringLiteral("b"), b}});
    QCOMPARE(model.columnCount(), 3);
    int marked = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        if (!model.index(row, 0).data(SettingsModel::kDiffersRole).toBool())
            continue;
        ++marked;
        QCOMPARE(model.index(row, 0).data().toString(), QStringLiteral("optimization.lr"));
        QCOMPARE(model.index(row, 2).data().toString(), QStringLiteral("0.125"));
    }
    QCOMPARE(marked, 1);
    model.setOnlyDifferences(true);
    QCOMPARE(model.rowCount(), 1);
}

QTEST_MAIN(RunsModelTest)
#include "tst_runs_model.moc"
