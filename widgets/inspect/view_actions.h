#pragma once

#include "core/audio/spectrogram.h"
#include "widgets/inspect/view_settings.h"

#include <QKeySequence>
#include <QList>
#include <QObject>

#include <functional>
#include <utility>
#include <vector>

class QAction;
class QMenu;
class QToolBar;
class QWidget;

namespace phono {

class PaneStack;

/// The commands of the inspect view, once for menus, tool bar, pane titles and keys.
class ViewActions : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ViewActions)
public:
    /// `owner` gets the keys, which work while it is in view; those that lists have as well (arrows
    /// and so on) while it or a child has the focus. Text fields keep the letters for themselves.
    ViewActions(PaneStack& stack, QWidget& owner);
    ~ViewActions() override;

    /// For a menu, with submenus and separators.
    QList<QAction*> all() const { return m_all; }
    void fill(QToolBar& toolBar) const;
    /// The menu of a pane's title; shown at once and deleted when it closes.
    void showPaneMenu(const QString& pane, QPoint globalPosition);
    /// Those of all panes, one below the other.
    void showPaneMenus();

Q_SIGNALS:
    void featureRequested(const QString& name);
    void spectrogramRequested(const phono::SpectrogramOptions& options);
    void playSeenRequested();

private:
    template <typename T>
    using Choices = std::vector<std::pair<QString, T>>;

    QAction* command(const char* icon, const QString& text, const QList<QKeySequence>& keys,
                     std::function<void()> run);
    QAction* toggle(const char* icon, const QString& text, const QKeySequence& key,
                    bool ViewSettings::*flag);
    QMenu* menu(const char* icon, const QString& title);
    /// One of several values of a setting, as exclusive entries of a menu.
    template <typename T>
    void addChoices(QMenu& into, const Choices<T>& choices, T ViewSettings::*member);
    void addSpectrogramChoices(QMenu& into);
    void addCustomLimits();
    void makeTimeActions();
    void makePaneActions();
    void makeColorActions();
    void fillLayers(QMenu& into);
    void fillPaneMenu(QMenu& into, const QString& pane);
    void change(const std::function<void(ViewSettings&)>& edit);
    void update();
    void separate();

    PaneStack& m_stack;
    QWidget& m_owner;
    QList<QAction*> m_all;
    QList<QMenu*> m_menus; // owned; their parent would be a widget
    std::vector<std::function<void(const ViewSettings&)>> m_updates;
    QAction *m_fit = nullptr, *m_zoomIn = nullptr, *m_zoomOut = nullptr, *m_toSelection = nullptr;
    QAction *m_scores = nullptr, *m_seen = nullptr;
    QMenu *m_layers = nullptr, *m_order = nullptr, *m_colors = nullptr, *m_limits = nullptr;
    QMenu *m_aggregation = nullptr, *m_spectrogram = nullptr;
};

} // namespace phono
