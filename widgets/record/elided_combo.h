#pragma once

#include <QAbstractItemView>
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
        // The other policies resize it behind the layout's back.
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    }

    QSize sizeHint() const override
    {
        int widest = widthOf(m_least);
        for (int item = 0; item < count(); ++item)
            widest = std::max(widest, fontMetrics().horizontalAdvance(itemText(item)) + kFrame);
        return {std::min(widest, widthOf(m_most)), QComboBox::sizeHint().height()};
    }
    QSize minimumSizeHint() const override
    {
        return {widthOf(m_least), QComboBox::minimumSizeHint().height()};
    }

    void showPopup() override
    {
        // The list is as wide as its texts, whatever room the field has.
        view()->setMinimumWidth(view()->sizeHintForColumn(0) + kFrame);
        QComboBox::showPopup();
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
    static constexpr int kFrame = 36; ///< arrow and borders

    int widthOf(int characters) const
    {
        return fontMetrics().averageCharWidth() * characters + kFrame;
    }

    int m_least;
    int m_most;
};

} // namespace phono
