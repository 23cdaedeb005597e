#pragma once

#include <QLabel>

namespace phono {

struct Theme;

/// A line or paragraph of plain text in one of the theme's colours, in whatever theme.
class ThemedLabel : public QLabel {
    Q_OBJECT
public:
    using Ink = QColor Theme::*;

    ThemedLabel(Ink ink, QWidget* parent)
        : QLabel(parent)
        , m_ink(ink)
    {
        setTextFormat(Qt::PlainText);
    }

    void setInk(Ink ink);
    QColor ink() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Ink m_ink;
};

} // namespace phono
