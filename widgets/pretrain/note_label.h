#pragma once

#include <QLabel>
#include <QString>

namespace phono {

/// Words below a field: what belongs there or, in the colour of what is wrong, what is wrong with
/// it. Both take the same place, so that nothing moves when one follows the other: what does not
/// fit ends in "…" and is whole in the tool tip.
class NoteLabel : public QLabel {
    Q_OBJECT
public:
    NoteLabel(const QString& name, QWidget* parent);

    /// Takes `lines` whatever it says; 0, as at first, stands for as many as the note needs.
    void setLines(int lines);
    void setNote(const QString& note);
    /// "" when all is well.
    void setProblem(const QString& problem);
    const QString& problem() const { return m_problem; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    int linesFor(int width) const;

    int m_lines = 0;
    QString m_note;
    QString m_problem;
};

} // namespace phono
