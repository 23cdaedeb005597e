#pragma once

#include <QDialog>

namespace phono {

/// The guide that comes with the program. Deletes itself when closed.
class HelpDialog : public QDialog {
    Q_OBJECT
public:
    explicit HelpDialog(QWidget* parent = nullptr);
};

} // namespace phono
