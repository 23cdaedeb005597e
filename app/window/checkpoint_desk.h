#pragma once

#include "app/engine/model_host.h"
#include "app/recent_files.h"
#include "app/resources.h"
#include "app/settings.h"
#include "widgets/shell/message_bar.h"
#include "widgets/shell/path_list_model.h"

#include <QObject>
#include <QToolButton>

#include <vector>

class QSettings;

namespace phono {

/// The checkpoint that the window uses: the button that says which, the messages about it, and the
/// ones that were used before.
class CheckpointDesk : public QObject {
    Q_OBJECT
public:
    /// All outlive it, except that `button` and `messages` belong to the window.
    CheckpointDesk(ModelHost& models, SettingsStore& settings, QSettings& store, const Demo& demo,
                   MessageBar& messages, QToolButton& button);

    void use(const QString& path);
    /// To choose from: those used before, and the demo's.
    std::vector<PathEntry> entries() const;
    void forget(const QString& path) { m_recent.remove(path); }
    /// Says once that the demo's model is no good for a recording of one's own.
    void noteRecording(const QString& recording);

Q_SIGNALS:
    /// Another checkpoint is to be chosen, or the one of this path to be read about.
    void choiceRequested(const QString& path);
    /// The one in use; "" for none.
    void currentChanged(const QString& path);
    void entriesChanged();

private:
    void showName();
    void modelChanged();
    void failed(const QString& path, const QString& message);

    ModelHost& m_models;
    SettingsStore& m_settings;
    Demo m_demo;
    MessageBar& m_messages;
    QToolButton& m_button;
    RecentFiles m_recent;
    QString m_recording;
    bool m_noted = false; ///< what noteRecording() says
};

} // namespace phono
