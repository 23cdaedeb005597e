#include "widgets/record/take_report_view.h"

#include "widgets/record/level_meter_view.h"
#include "widgets/record/themed_label.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace phono {
namespace {

QString factsOf(const TakeReport& report)
{
    QStringList facts;
    facts << (report.seconds() < 60 ? TakeReportView::tr("%1 s").arg(report.seconds(), 0, 'f', 1)
                                    : durationWords(report.seconds()))
          << rateWords(report.rate) << channelWords(report.channels)
          << TakeReportView::tr("peak %1").arg(decibelText(toDecibels(report.peak)))
          << TakeReportView::tr("RMS %1").arg(decibelText(toDecibels(report.rms)));
    if (report.noiseFloor > LevelReading::kSilence)
        facts << TakeReportView::tr("noise floor %1").arg(decibelText(report.noiseFloor));
    if (const auto count = report.markers.size(); count > 0)
        facts << (count == 1 ? TakeReportView::tr("1 marker")
                             : TakeReportView::tr("%1 markers").arg(count));
    return facts.join(QStringLiteral(" · "));
}

} // namespace

TakeReportView::TakeReportView(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_facts(new QLabel(this))
    , m_advice(new ThemedLabel(&Theme::muted, this))
{
    setObjectName(QStringLiteral("takeReport"));
    QFont bold = m_name->font();
    bold.setWeight(QFont::DemiBold);
    m_name->setFont(bold);
    m_facts->setFont(tabularFont(m_facts->font()));
    m_facts->setObjectName(QStringLiteral("takeFacts"));
    m_advice->setObjectName(QStringLiteral("takeAdvice"));
    for (QLabel* label : {m_name, m_facts}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setWordWrap(true);
    }
    m_advice->setWordWrap(true);
    auto* open = new QPushButton(lineIcon(QStringLiteral("inspect")), tr("Open in Inspect"), this);
    open->setObjectName(QStringLiteral("openReport"));
    connect(open, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(m_file); });
    auto* close = new QToolButton(this);
    close->setIcon(lineIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setObjectName(QStringLiteral("closeReport"));
    close->setToolTip(tr("Dismiss"));
    close->setAccessibleName(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, &QWidget::hide);

    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_name, 1);
    head->addWidget(open);
    head->addWidget(close);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 8, 8);
    column->setSpacing(4);
    column->addLayout(head);
    column->addWidget(m_facts);
    column->addWidget(m_advice);
    hide();
}

void TakeReportView::show(const TakeReport& report, const QStringList& advice)
{
    m_file = fromPath(report.file);
    m_name->setText(fromPath(report.file.filename()));
    m_facts->setText(factsOf(report));
    QStringList lines;
    if (report.error)
        lines << sentence(report.error->message);
    lines << advice;
    m_warns = !lines.isEmpty();
    m_advice->setText(m_warns ? lines.join(QLatin1Char('\n'))
                              : tr("Nothing clipped, nothing lost."));
    m_advice->setInk(m_warns ? &Theme::warning : &Theme::muted);
    update();
    setVisible(true);
}

void TakeReportView::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.window);
    painter.fillRect(QRect(0, 0, width(), 1), theme.border);
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.border);
    painter.fillRect(QRect(0, 0, 3, height()), m_warns ? theme.warning : theme.good);
}

} // namespace phono
