#pragma once

#include <QDialog>
#include <QString>

namespace phono {

/// The question that is asked on closing: what becomes of work that goes on. Without `keep` it can
/// only be stopped. Deletes itself when closed; closing it means to stay.
class ClosingSheet : public QDialog {
    Q_OBJECT
public:
    ClosingSheet(const QString& title, const QString& text, const QString& keep,
                 const QString& stop, QWidget* parent);

Q_SIGNALS:
    void keepChosen();
    void stopChosen();
};

} // namespace phono
