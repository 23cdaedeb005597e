#pragma once

#include "widgets/shell/commands.h"

#include <QDialog>

namespace phono {

/// All keys and mouse gestures by menu, with a search field. Deletes itself when closed.
class KeyList : public QDialog {
    Q_OBJECT
public:
    /// What the mouse does and where: not to be found in any menu.
    struct Gesture {
        QString keys;
        QString text;
    };

    KeyList(const std::vector<Command>& commands, const std::vector<Gesture>& gestures,
            QWidget* parent);
};

} // namespace phono
