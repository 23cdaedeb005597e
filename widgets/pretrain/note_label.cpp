#include "widgets/pretrain/note_label.h"

#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QPainter>
#include <QTextLayout>

#include <algorithm>

namespace phono {
namespace {

/// The lines of a text at a width. The last of `most` (0: any number of) lines takes what is left
/// and may be too long.
QStringList broken(const QString& text, const QFont& font, int width, int most)
{
    QStringList lines;
    for (const QString& paragraph : text.split(QLatin1Char('\n'))) {
        QTextLayout layout(paragraph, font);
        layout.beginLayout();
        for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
            line.setLineWidth(std::max(1, width));
            const bool last = most > 0 && lines.size() + 1 == most;
            lines << (last ? paragraph.mid(line.textStart())
                           : paragraph.mid(line.textStart(), line.textLength()).trimmed());
            if (last)
                break;
        }
        layout.endLayout();
        if (most > 0 && lines.size() == most)
            break;
    }
    return lines;
}

} // namespace

NoteLabel::NoteLabel(const QString& name, QWidget* parent)
    : QLabel(parent)
{
    setObjectName(name);
    setTextFormat(Qt::PlainText);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void NoteLabel::setLines(int lines)
{
    m_lines = lines;
    updateGeometry();
}

void NoteLabel::setNote(const QString& note)
{
    m_note = note;
    refresh();
}

void NoteLabel::setProblem(const QString& problem)
{
    m_problem = problem;
    refresh();
}

int NoteLabel::linesFor(int width) const
{
    return m_lines > 0 ? m_lines : int(broken(m_note, font(), width, 0).size());
}

int NoteLabel::heightForWidth(int width) const
{
    return linesFor(width) * fontMetrics().lineSpacing();
}

QSize NoteLabel::sizeHint() const
{
    // The height is a matter of the width that a layout gives.
    return {fontMetrics().averageCharWidth() * 40, minimumSizeHint().height()};
}

QSize NoteLabel::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 10,
            std::max(1, m_lines) * fontMetrics().lineSpacing()};
}

void NoteLabel::refresh()
{
    const QString& shown = m_problem.isEmpty() ? m_note : m_problem;
    if (text() != shown) {
        setText(shown);
        updateGeometry();
    }
    const QStringList whole = broken(shown, font(), width(), 0);
    setToolTip(whole.size() > linesFor(width()) ? tipText(shown) : QString());
    update();
}

void NoteLabel::resizeEvent(QResizeEvent* event)
{
    QLabel::resizeEvent(event);
    refresh();
}

void NoteLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    painter.setPen(m_problem.isEmpty() ? theme.muted : theme.danger);
    int y = 0;
    for (const QString& line : broken(text(), font(), width(), linesFor(width()))) {
        painter.drawText(QRect(0, y, width(), fontMetrics().lineSpacing()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(line, Qt::ElideRight, width()));
        y += fontMetrics().lineSpacing();
    }
}

} // namespace phono
