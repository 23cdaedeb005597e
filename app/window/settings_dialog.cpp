#include "app/window/settings_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace phono {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;

QComboBox* makeChoice(QWidget* parent, const std::vector<std::pair<QString, QString>>& options,
                      const QString& current)
{
    auto* box = new QComboBox(parent);
    for (const auto& [text, value] : options)
        box->addItem(text, value);
    box->setCurrentIndex(std::max(0, box->findData(current)));
    return box;
}

QSpinBox* makeNumber(QWidget* parent, int low, int high, int value, const QString& suffix)
{
    auto* box = new QSpinBox(parent);
    box->setRange(low, high);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

} // namespace

SettingsDialog::SettingsDialog(const Settings& settings, EngineSource& engines,
                               QThreadPool& inferenceLane, QWidget* parent)
    : QDialog(parent)
    , m_settings(settings)
    , m_devices(inferenceLane, [this](const Result<std::vector<std::string>>& devices) {
        for (const std::string& device : devices.ok() ? *devices : std::vector<std::string>()) {
            const QString name = QString::fromStdString(device);
            if (m_device->findData(name) < 0)
                m_device->addItem(name, name);
        }
    })
{
    setObjectName(QStringLiteral("settingsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Settings"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* column = new QVBoxLayout(this);
    column->addWidget(makeLooking());
    column->addWidget(makeComputing());
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT settingsChosen(this->settings());
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_devices.start([&engines](const TaskContext&) { return engines.devices(); });
}

QWidget* SettingsDialog::makeLooking()
{
    auto* group = new QGroupBox(tr("Looks"), this);
    const SpectrogramOptions& spectrogram = m_settings.spectrogram;
    m_theme = makeChoice(group,
                         {{tr("As the system"), QStringLiteral("system")},
                          {tr("Light"), QStringLiteral("light")},
                          {tr("Dark"), QStringLiteral("dark")}},
                         toString(m_settings.theme));
    m_theme->setObjectName(QStringLiteral("settingsTheme"));
    m_scale = makeChoice(
        group, {{tr("Mel"), QStringLiteral("mel")}, {tr("Linear"), QStringLiteral("linear")}},
        spectrogram.scale == FrequencyScale::Mel ? QStringLiteral("mel")
                                                 : QStringLiteral("linear"));
    m_window = makeNumber(group, 32, 8192, spectrogram.windowLength, tr(" samples"));
    m_hop = makeNumber(group, 16, 1600, spectrogram.hop, tr(" samples"));
    m_melBands = makeNumber(group, 8, 256, spectrogram.melBands, {});
    auto* form = new QFormLayout(group);
    form->addRow(tr("Theme"), m_theme);
    form->addRow(tr("Spectrogram of new recordings"), m_scale);
    form->addRow(tr("Window"), m_window);
    form->addRow(tr("Step"), m_hop);
    form->addRow(tr("Mel bands"), m_melBands);
    return group;
}

QWidget* SettingsDialog::makeComputing()
{
    auto* group = new QGroupBox(tr("Computing"), this);
    const EngineOptions& engine = m_settings.engine;
    const QString device = QString::fromStdString(engine.device);
    m_device = makeChoice(
        group,
        {{tr("Automatic"), QStringLiteral("auto")}, {QStringLiteral("cpu"), QStringLiteral("cpu")}},
        device);
    if (m_device->findData(device) < 0) {
        m_device->addItem(device, device);
        m_device->setCurrentIndex(m_device->count() - 1);
    }
    m_precision = makeChoice(group,
                             {{tr("fp32: as the reference"), QStringLiteral("fp32")},
                              {tr("bf16x3: faster, error up to 1e-4"), QStringLiteral("bf16x3")},
                              {tr("bf16: fastest, for looking only"), QStringLiteral("bf16")}},
                             QString::fromStdString(engine.precision));
    m_precision->setObjectName(QStringLiteral("settingsPrecision"));
    m_threads = makeNumber(group, 0, 1024, engine.threads, {});
    m_threads->setObjectName(QStringLiteral("settingsThreads"));
    m_threads->setSpecialValueText(tr("all cores"));
    m_memory = makeNumber(group, 64, 1 << 20, static_cast<int>(engine.memoryLimit / kMebibyte),
                          tr(" MiB"));
    m_checkpoint = new QLineEdit(m_settings.defaultCheckpoint, group);
    m_checkpoint->setPlaceholderText(tr("the last one used"));
    m_checkpoint->setClearButtonEnabled(true);
    auto* browse = new QToolButton(group);
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose the checkpoint to start with"));
    browse->setAccessibleName(browse->toolTip());
    connect(browse, &QToolButton::clicked, this, &SettingsDialog::chooseCheckpoint);
    auto* checkpointRow = new QHBoxLayout;
    checkpointRow->addWidget(m_checkpoint);
    checkpointRow->addWidget(browse);

    m_runs = new QLineEdit(m_settings.runsFolder, group);
    m_runs->setObjectName(QStringLiteral("settingsRuns"));
    auto* form = new QFormLayout(group);
    form->addRow(tr("Device"), m_device);
    form->addRow(tr("Precision"), m_precision);
    form->addRow(tr("Threads"), m_threads);
    form->addRow(tr("Memory beyond the model"), m_memory);
    form->addRow(tr("Checkpoint at the start"), checkpointRow);
    form->addRow(tr("Folder of runs"), m_runs);
    return group;
}

void SettingsDialog::chooseCheckpoint()
{
    auto* dialog = new QFileDialog(this, tr("Checkpoint at the start"), m_checkpoint->text(),
                                   tr("Checkpoints (*.pt *.pth *.safetensors);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, m_checkpoint, &QLineEdit::setText);
    dialog->open();
}

Settings SettingsDialog::settings() const
{
    Settings chosen = m_settings;
    chosen.theme = parseThemeChoice(m_theme->currentData().toString());
    chosen.spectrogram.scale = m_scale->currentData().toString() == QLatin1String("linear")
        ? FrequencyScale::Linear
        : FrequencyScale::Mel;
    chosen.spectrogram.windowLength = m_window->value();
    chosen.spectrogram.hop = m_hop->value();
    chosen.spectrogram.melBands = m_melBands->value();
    chosen.engine.device = m_device->currentData().toString().toStdString();
    chosen.engine.precision = m_precision->currentData().toString().toStdString();
    chosen.engine.threads = m_threads->value();
    chosen.engine.memoryLimit = static_cast<std::size_t>(m_memory->value()) * kMebibyte;
    chosen.defaultCheckpoint = m_checkpoint->text();
    if (!m_runs->text().trimmed().isEmpty())
        chosen.runsFolder = m_runs->text().trimmed();
    return chosen;
}

} // namespace phono
