#include "widgets/shell/command_palette.h"

#include "widgets/shell/fuzzy_match.h"

#include <QAction>
#include <QCoreApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace phono {
namespace {

QString title(const Command& command)
{
    return command.group + QStringLiteral(" ▸ ") + command.text;
}

/// A match in the command's own name weighs more than one in the names of its menus.
std::optional<int> score(const QString& pattern, const Command& command)
{
    constexpr int kOwnName = 1000;
    if (const auto own = fuzzyScore(pattern, command.text))
        return *own + kOwnName;
    return fuzzyScore(pattern, title(command));
}

} // namespace

CommandModel::CommandModel(std::vector<Command> commands, QObject* parent)
    : QAbstractTableModel(parent)
    , m_commands(std::move(commands))
{
    setPattern({});
}

void CommandModel::setPattern(const QString& pattern)
{
    std::vector<std::pair<int, std::size_t>> fits;
    for (std::size_t i = 0; i < m_commands.size(); ++i) {
        const Command& command = m_commands[i];
        if (!command.action || !command.action->isEnabled())
            continue;
        if (const auto points = score(pattern, command))
            fits.emplace_back(-*points, i);
    }
    std::stable_sort(fits.begin(), fits.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    beginResetModel();
    m_shown.clear();
    for (const auto& [points, index] : fits)
        m_shown.push_back(index);
    endResetModel();
}

QAction* CommandModel::action(const QModelIndex& index) const
{
    return index.isValid()
        ? m_commands[m_shown[static_cast<std::size_t>(index.row())]].action.data()
        : nullptr;
}

int CommandModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int CommandModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant CommandModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Command& command = m_commands[m_shown[static_cast<std::size_t>(index.row())]];
    if (role == Qt::TextAlignmentRole && index.column() == 1)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole || !command.action)
        return {};
    return index.column() == 0 ? title(command)
                               : command.action->shortcut().toString(QKeySequence::NativeText);
}

Qt::ItemFlags CommandModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() ? flags | Qt::ItemNeverHasChildren : flags;
}

CommandPalette::CommandPalette(std::vector<Command> commands, QWidget* parent)
    : QDialog(parent, Qt::Popup)
    , m_model(new CommandModel(std::move(commands), this))
    , m_edit(new QLineEdit(this))
    , m_view(new QTreeView(this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_edit->setPlaceholderText(tr("Type a few letters of a command"));
    m_edit->setClearButtonEnabled(true);
    m_edit->installEventFilter(this);
    m_view->setModel(m_model);
    m_view->setHeaderHidden(true);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setFocusPolicy(Qt::NoFocus);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_edit);
    column->addWidget(m_view);
    resize(560, 400);
    if (parent)
        move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 64)));

    connect(m_edit, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setPattern(text);
        selectFirst();
    });
    connect(m_view, &QTreeView::clicked, this, &CommandPalette::run);
    selectFirst();
    m_edit->setFocus();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_edit || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        QCoreApplication::sendEvent(m_view, event);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        run();
        return true;
    default:
        return false;
    }
}

void CommandPalette::run()
{
    const QPointer<QAction> action = m_model->action(m_view->currentIndex());
    if (!action)
        return;
    close();
    action->trigger();
}

void CommandPalette::selectFirst()
{
    m_view->setCurrentIndex(m_model->index(0, 0));
}

} // namespace phono
