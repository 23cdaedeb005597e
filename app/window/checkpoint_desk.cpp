#include "app/window/checkpoint_desk.h"

#include <QFileInfo>

namespace phono {
namespace {

QString deviceWords(const std::string& device)
{
    return QString::fromStdString(device).toUpper().replace(QLatin1Char(':'), QLatin1Char(' '));
}

} // namespace

CheckpointDesk::CheckpointDesk(ModelHost& models, SettingsStore& settings, QSettings& store,
                               const Demo& demo, MessageBar& messages, QToolButton& button)
    : m_models(models)
    , m_settings(settings)
    , m_demo(demo)
    , m_messages(messages)
    , m_button(button)
    , m_recent(store, QStringLiteral("recent/checkpoints"))
{
    connect(&button, &QToolButton::clicked, this,
            [this] { Q_EMIT choiceRequested(m_models.path()); });
    connect(&m_models, &ModelHost::aboutToLoad, this, [this] {
        m_messages.dismiss(QStringLiteral("checkpoint"));
        showName();
    });
    connect(&m_models, &ModelHost::modelChanged, this, &CheckpointDesk::modelChanged);
    connect(&m_models, &ModelHost::failed, this, &CheckpointDesk::failed);
    connect(&m_settings, &SettingsStore::changed, this,
            [this] { m_models.setOptions(m_settings.settings().engine); });
    connect(&m_recent, &RecentFiles::changed, this, &CheckpointDesk::entriesChanged);
    showName();
}

void CheckpointDesk::use(const QString& path)
{
    const QString file = QFileInfo(path).absoluteFilePath();
    if (file == m_models.path() && (m_models.model() || m_models.loading()))
        return;
    m_models.load(file, checkpointTitle(file, m_demo), m_settings.settings().engine);
}

std::vector<PathEntry> CheckpointDesk::entries() const
{
    std::vector<PathEntry> entries;
    for (const QString& path : m_recent.paths())
        entries.push_back({path, {}, true});
    if (!m_demo.checkpoint.isEmpty())
        entries.push_back({m_demo.checkpoint, checkpointTitle(m_demo.checkpoint, m_demo), false});
    return entries;
}

void CheckpointDesk::showName()
{
    const auto model = m_models.model();
    m_button.setToolTip(tr("Choose checkpoint"));
    if (m_models.loading()) {
        m_button.setText(tr("Reading %1 …").arg(checkpointTitle(m_models.path(), m_demo)));
    } else if (!model) {
        m_button.setText(tr("No checkpoint"));
    } else {
        const ExtractorBackend& backend = model->backend;
        const QString threads =
            backend.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(backend.threads);
        m_button.setText(QStringList{model->title, deviceWords(backend.device), threads,
                                     QString::fromStdString(backend.precision)}
                             .join(QStringLiteral(" · ")));
        m_button.setToolTip(tr("Kernel %1, LibTorch %2. %3")
                                .arg(QString::fromStdString(backend.kernel),
                                     QString::fromStdString(backend.libtorch),
                                     QString::fromStdString(backend.note))
                                .trimmed());
    }
}

void CheckpointDesk::modelChanged()
{
    const Model& model = *m_models.model();
    if (model.path != m_demo.checkpoint)
        m_recent.add(model.path);
    Q_EMIT currentChanged(model.path);
    showName();
    noteRecording(m_recording);
    if (!model.backend.note.empty())
        m_messages.show({Severity::Info,
                         QString::fromStdString(model.backend.note),
                         {},
                         QStringLiteral("backend"),
                         {}});
}

void CheckpointDesk::failed(const QString& path, const QString& message)
{
    Notice notice{Severity::Error,
                  tr("The checkpoint cannot be used. %1").arg(message),
                  {},
                  QStringLiteral("checkpoint"),
                  {{tr("Choose checkpoint…"), [this] {
                        Q_EMIT choiceRequested({});
                    }}}};
    if (!m_demo.checkpoint.isEmpty() && path != m_demo.checkpoint)
        notice.actions.push_back({tr("Use the demo's"), [this] {
                                      use(m_demo.checkpoint);
                                  }});
    m_messages.show(std::move(notice));
    Q_EMIT currentChanged({});
    showName();
}

void CheckpointDesk::noteRecording(const QString& recording)
{
    const QString key = QStringLiteral("demo model");
    m_recording = recording;
    const auto model = m_models.model();
    if (!model || model->path != m_demo.checkpoint) {
        m_messages.dismiss(key);
        return;
    }
    if (m_noted || recording.isEmpty() || recording == m_demo.recording)
        return;
    m_noted = true;
    m_messages.show(
        {Severity::Info,
         tr("z and c come from the demo's small model, which has only heard two hours of a speech "
            "synthesizer. Choose a checkpoint that was trained on real speech."),
         {},
         key,
         {{tr("Choose checkpoint…"), [this] {
               Q_EMIT choiceRequested({});
           }}}});
}

} // namespace phono
