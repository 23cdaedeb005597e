#pragma once

#include "widgets/theme.h"

#include <QTreeView>

namespace phono {

/// A table whose selection is tinted, in whatever theme: the usual solid colour would hide the
/// colours of states, dots and samples of lines.
class TintedTree : public QTreeView {
public:
    using QTreeView::QTreeView;

protected:
    void initViewItemOption(QStyleOptionViewItem* option) const override
    {
        QTreeView::initViewItemOption(option);
        const Theme theme = Theme::of(palette());
        QColor tint = theme.accent;
        tint.setAlphaF(theme.dark ? 0.28F : 0.16F);
        option->palette.setColor(QPalette::Highlight, tint);
        option->palette.setColor(QPalette::HighlightedText, theme.text);
    }
};

} // namespace phono
