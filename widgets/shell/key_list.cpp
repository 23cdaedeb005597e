#include "widgets/shell/key_list.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace phono {
namespace {

QString keysOf(const QAction& action)
{
    QStringList keys;
    for (const QKeySequence& key : action.shortcuts())
        keys << key.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

QTreeWidgetItem* addGroup(QTreeWidget* tree, const QString& text)
{
    auto* group = new QTreeWidgetItem(tree, {text});
    group->setFlags(Qt::ItemIsEnabled);
    QFont font = tree->font();
    font.setBold(true);
    group->setFont(0, font);
    group->setFirstColumnSpanned(true);
    group->setExpanded(true);
    return group;
}

void filter(QTreeWidget& tree, const QString& text)
{
    for (int i = 0; i < tree.topLevelItemCount(); ++i) {
        QTreeWidgetItem* group = tree.topLevelItem(i);
        bool any = false;
        for (int j = 0; j < group->childCount(); ++j) {
            QTreeWidgetItem* row = group->child(j);
            const bool fits = row->text(0).contains(text, Qt::CaseInsensitive)
                || row->text(1).contains(text, Qt::CaseInsensitive);
            row->setHidden(!fits);
            any = any || fits;
        }
        group->setHidden(!any);
    }
}

} // namespace

KeyList::KeyList(const std::vector<Command>& commands, const std::vector<Gesture>& gestures,
                 QWidget* parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("keyList"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Keys"));
    auto* search = new QLineEdit(this);
    search->setPlaceholderText(tr("Search keys and commands"));
    search->setClearButtonEnabled(true);
    auto* tree = new QTreeWidget(this);
    tree->setHeaderLabels({tr("Command"), tr("Key")});
    tree->setRootIsDecorated(false);
    tree->setIndentation(12);
    tree->setSelectionMode(QAbstractItemView::NoSelection);
    tree->header()->setStretchLastSection(false);
    tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);

    QTreeWidgetItem* group = nullptr;
    for (const Command& command : commands) {
        if (!command.action || command.action->shortcuts().isEmpty())
            continue;
        if (!group || group->text(0) != command.group)
            group = addGroup(tree, command.group);
        new QTreeWidgetItem(group, {command.text, keysOf(*command.action)});
    }
    if (!gestures.empty()) {
        group = addGroup(tree, tr("Mouse"));
        for (const Gesture& gesture : gestures)
            new QTreeWidgetItem(group, {gesture.text, gesture.keys});
    }

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* column = new QVBoxLayout(this);
    column->addWidget(search);
    column->addWidget(tree);
    column->addWidget(buttons);
    connect(search, &QLineEdit::textChanged, tree,
            [tree](const QString& text) { filter(*tree, text); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    resize(480, 560);
}

} // namespace phono
