#pragma once

#include <QComboBox>
#include <QStylePainter>

#include <algorithm>

namespace phono {

/// A list to choose from that may be narrower than its texts: the one in use is cut with "…".
class ElidedCombo : public QComboBox {
    Q_OBJECT
public:
    /// Takes room for as many characters as it needs, within these limits.
    ElidedCombo(const QString& name, int least, int most, QWidget* parent)
        : QComboBox(parent)
        , m_least(least)
        , m_most(most)
    {
        setAccessibleName(name);
        setSizeAdjustPolicy(QComboBox::AdjustToContents);
    }

    QSize sizeHint() const override
    {
        const QSize hint = QComboBox::sizeHint();
        return {std::min(hint.width(), widthOf(m_most)), hint.height()};
    }
    QSize minimumSizeHint() const override
    {
        return {std::min(sizeHint().width(), widthOf(m_least)),
                QComboBox::minimumSizeHint().height()};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QStylePainter painter(this);
        QStyleOptionComboBox option;
        initStyleOption(&option);
        const QRect field = style()->subControlRect(QStyle::CC_ComboBox, &option,
                                                    QStyle::SC_ComboBoxEditField, this);
        option.currentText =
            fontMetrics().elidedText(currentIndex() < 0 ? placeholderText() : currentText(),
                                     Qt::ElideRight, field.width() - 4);
        painter.drawComplexControl(QStyle::CC_ComboBox, option);
        painter.drawControl(QStyle::CE_ComboBoxLabel, option);
    }

private:
    int widthOf(int characters) const
    {
        constexpr int kFrame = 36; // arrow and borders
        return fontMetrics().averageCharWidth() * characters + kFrame;
    }

    int m_least;
    int m_most;
};

} // namespace phono
