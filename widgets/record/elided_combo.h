#pragma once

#include <QComboBox>
#include <QStylePainter>

namespace phono {

/// A list to choose from that may be narrower than its texts: the one in use is cut with "…".
class ElidedCombo : public QComboBox {
    Q_OBJECT
public:
    ElidedCombo(const QString& name, int characters, QWidget* parent)
        : QComboBox(parent)
    {
        setAccessibleName(name);
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        setMinimumContentsLength(characters);
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
};

} // namespace phono
