#include "widgets/shell/message_bar.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using namespace phono;

namespace {

Notice notice(const char* text, const char* key = "", Severity severity = Severity::Info)
{
    return {severity, QString::fromUtf8(text), {}, QString::fromUtf8(key), {}};
}

} // namespace

class MessageBarTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isHiddenWithoutNotices()
    {
        MessageBar bar;
        QVERIFY(bar.isHidden());
        bar.show(notice("something"));
        QVERIFY(!bar.isHidden());
        QCOMPARE(text(bar), QStringLiteral("something"));
        click(bar, "messageClose");
        QVERIFY(bar.isHidden());
    }

    void theNewestIsShownFirstAndOlderOnesStay()
    {
        MessageBar bar;
        bar.show(notice("first"));
        bar.show(notice("second"));
        QCOMPARE(text(bar), QStringLiteral("second"));
        click(bar, "messageClose");
        QCOMPARE(text(bar), QStringLiteral("first"));
    }

    void anErrorStaysInFrontOfLesserNotices()
    {
        MessageBar bar;
        bar.show(notice("cannot read", "", Severity::Error));
        bar.show(notice("resampled"));
        QCOMPARE(text(bar), QStringLiteral("cannot read"));
        bar.show(notice("cannot write", "", Severity::Error));
        QCOMPARE(text(bar), QStringLiteral("cannot write"));
        QCOMPARE(bar.count(), 3);
    }

    void stepsBetweenNotices()
    {
        MessageBar bar;
        bar.show(notice("first"));
        bar.show(notice("second"));
        click(bar, "messageNext");
        QCOMPARE(text(bar), QStringLiteral("first"));
        QVERIFY(!button(bar, "messageNext")->isEnabled());
        click(bar, "messagePrevious");
        QCOMPARE(text(bar), QStringLiteral("second"));
    }

    void aNoticeOfTheSameKeyReplacesTheOlder()
    {
        MessageBar bar;
        bar.show(notice("cannot read a.pt", "checkpoint"));
        bar.show(notice("cannot read b.pt", "checkpoint"));
        QCOMPARE(bar.count(), 1);
        QCOMPARE(text(bar), QStringLiteral("cannot read b.pt"));
        bar.dismiss(QStringLiteral("checkpoint"));
        QVERIFY(bar.isHidden());
    }

    void noticesWithoutAKeyStandAlone()
    {
        MessageBar bar;
        bar.show(notice("one"));
        bar.show(notice("two"));
        QCOMPARE(bar.count(), 2);
        bar.dismissAll();
        QCOMPARE(bar.count(), 0);
    }

    void detailsAreShownOnDemand()
    {
        MessageBar bar;
        Notice withDetails = notice("labels skipped");
        withDetails.details = QStringLiteral("line 3: ends before it starts");
        bar.show(withDetails);
        auto* details = bar.findChild<QLabel*>(QStringLiteral("messageDetails"));
        QVERIFY(details->isHidden());
        click(bar, "messageMore");
        QVERIFY(!details->isHidden());
        QCOMPARE(details->text(), withDetails.details);
        bar.show(notice("plain"));
        QVERIFY(details->isHidden());
        QVERIFY(button(bar, "messageMore")->isHidden());
    }

    void textFromFilesIsNeverRichText()
    {
        MessageBar bar;
        bar.show(notice("<b>bold</b>"));
        const auto* label = bar.findChild<QLabel*>(QStringLiteral("messageText"));
        QCOMPARE(label->textFormat(), Qt::PlainText);
        QCOMPARE(label->text(), QStringLiteral("<b>bold</b>"));
    }

    void anActionMayDismissItsOwnNotice()
    {
        MessageBar bar;
        int runs = 0;
        Notice asking = notice("cannot use a.pt", "checkpoint", Severity::Error);
        asking.actions.push_back({QStringLiteral("Choose checkpoint…"), [&] {
                                      ++runs;
                                      bar.dismiss(QStringLiteral("checkpoint"));
                                  }});
        bar.show(asking);
        auto* action = bar.findChild<QPushButton*>();
        QCOMPARE(action->text(), QStringLiteral("Choose checkpoint…"));
        QTest::mouseClick(action, Qt::LeftButton);
        QCOMPARE(runs, 1);
        QCOMPARE(bar.count(), 0);
    }

private:
    static QString text(const MessageBar& bar)
    {
        return bar.findChild<QLabel*>(QStringLiteral("messageText"))->text();
    }
    static QToolButton* button(const MessageBar& bar, const char* name)
    {
        return bar.findChild<QToolButton*>(QLatin1String(name));
    }
    static void click(const MessageBar& bar, const char* name)
    {
        QTest::mouseClick(button(bar, name), Qt::LeftButton);
    }
};

QTEST_MAIN(MessageBarTest)
#include "tst_message_bar.moc"
