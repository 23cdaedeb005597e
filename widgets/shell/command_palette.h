#pragma once

#include "widgets/shell/commands.h"

#include <QAbstractTableModel>
#include <QDialog>

class QLineEdit;
class QTreeView;

namespace phono {

/// The commands that fit what was typed, best first. Columns: command, key.
class CommandModel : public QAbstractTableModel {
    Q_OBJECT
public:
    explicit CommandModel(std::vector<Command> commands, QObject* parent = nullptr);

    void setPattern(const QString& pattern);
    /// Null when the action is gone.
    QAction* action(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    std::vector<Command> m_commands;
    std::vector<std::size_t> m_shown; // rows into m_commands
};

/// Finds any action by a few letters of its name and runs it. Deletes itself when closed.
class CommandPalette : public QDialog {
    Q_OBJECT
public:
    CommandPalette(std::vector<Command> commands, QWidget* parent);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void run();
    void selectFirst();

    CommandModel* m_model;
    QLineEdit* m_edit;
    QTreeView* m_view;
};

} // namespace phono
