#pragma once

#include "widgets/record/takes_model.h"

#include <QStringList>
#include <QWidget>

class QAction;
class QBoxLayout;
class QLabel;
class QSortFilterProxyModel;
class QTreeView;

namespace phono {

class CurrentStack;

/// The takes as a table, with what can be done with them. Changes nothing itself.
class TakesView : public QWidget {
    Q_OBJECT
public:
    explicit TakesView(QWidget* parent = nullptr);

    void setTakes(std::vector<Take> takes);
    TakesModel& model() { return m_model; }
    /// Named by the empty state.
    void setFolder(const QString& folder);

    /// Files, in the order of the table.
    QStringList selected() const;
    /// Selects a take as soon as it is listed.
    void select(const QString& file);
    /// For menus.
    QList<QAction*> takeActions() const { return m_actions; }

Q_SIGNALS:
    void openRequested(const QString& file);
    void renameRequested(const QString& file, const QString& name);
    void folderShown(const QString& file); ///< its folder is to be shown by the desktop
    void trashRequested(const QStringList& files);
    /// An unfinished take is fine as it is.
    void keepRequested(const QString& file);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeEmpty();
    QWidget* makeUnfinished();
    void makeTable();
    void makeActions();
    void fitColumns();
    bool anyState() const;
    void refreshActions();
    void refreshUnfinished();
    void selectWaiting();
    void followTheme();
    void openCurrent();
    void rename();
    void trash();
    const Take* unfinished() const;

    TakesModel m_model;
    QSortFilterProxyModel* m_sorted;
    CurrentStack* m_stack;
    QTreeView* m_table;
    QLabel* m_emptyFolder = nullptr;
    QWidget* m_unfinished = nullptr;
    QBoxLayout* m_unfinishedRow = nullptr;
    QLabel* m_unfinishedMark = nullptr;
    QLabel* m_unfinishedText = nullptr;
    QString m_waiting;
    QList<QAction*> m_actions;
    QAction *m_open = nullptr, *m_rename = nullptr, *m_show = nullptr, *m_keep = nullptr,
            *m_trash = nullptr;
};

} // namespace phono
