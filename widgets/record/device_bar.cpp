#include "widgets/record/device_bar.h"

#include "widgets/record/elided_combo.h"
#include "widgets/record/themed_label.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QToolButton>

#include <algorithm>
#include <array>

namespace phono {
namespace {

constexpr std::array kBufferMilliseconds = {10, 20, 50, 100, 200};

} // namespace

DeviceBar::DeviceBar(QWidget* parent)
    : QWidget(parent)
    , m_host(new ElidedCombo(tr("Sound system"), 5, 12, this))
    , m_input(new ElidedCombo(tr("Input device"), 10, 40, this))
    , m_channels(new ElidedCombo(tr("Channels"), 9, 16, this))
    , m_rate(new ElidedCombo(tr("Sampling rate"), 12, 24, this))
    , m_buffer(new ElidedCombo(tr("Buffer"), 9, 20, this))
    , m_output(new ElidedCombo(tr("Output device"), 12, 40, this))
    , m_rescan(new QToolButton(this))
    , m_monitor(new QCheckBox(tr("Hear yourself"), this))
    , m_warning(new ThemedLabel(&Theme::warning, this))
    , m_noteLabel(new ThemedLabel(&Theme::warning, this))
{
    const std::pair<QWidget*, const char*> names[] = {
        {m_host, "host"},           {m_input, "input"},     {m_channels, "channels"},
        {m_rate, "rate"},           {m_buffer, "buffer"},   {m_output, "output"},
        {m_rescan, "rescan"},       {m_monitor, "monitor"}, {m_warning, "monitorWarning"},
        {m_noteLabel, "deviceNote"}};
    for (const auto& [widget, name] : names)
        widget->setObjectName(QLatin1String(name));
    build();
    m_buffer->addItem(tr("Automatic buffer"), 0.0);
    for (const int milliseconds : kBufferMilliseconds)
        m_buffer->addItem(tr("Buffer %1 ms").arg(milliseconds), milliseconds / 1000.0);
    m_buffer->setToolTip(tr("How much sound the device collects before it is taken. A larger "
                            "buffer survives a busy computer; a smaller one shortens the delay "
                            "when you hear yourself."));
    connect(m_host, &QComboBox::activated, this, [this] {
        fillInputs();
        m_rates.clear();
        fillChannels();
        fillRates();
        m_wanted.input = choice().input;
        chosen();
    });
    connect(m_input, &QComboBox::activated, this, [this] {
        m_rates.clear();
        fillChannels();
        fillRates();
        m_wanted.input = choice().input;
        chosen();
    });
    // Each changes the one wish that it is for: what else was wanted may only be missing now.
    connect(m_channels, &QComboBox::activated, this, [this] {
        const InputRequest got = choice().input;
        m_wanted.input.firstChannel = got.firstChannel;
        m_wanted.input.channels = got.channels;
        chosen();
    });
    connect(m_rate, &QComboBox::activated, this, [this] {
        m_wanted.input.rate = choice().input.rate;
        chosen();
    });
    connect(m_buffer, &QComboBox::activated, this, [this] {
        m_wanted.input.latency = choice().input.latency;
        chosen();
    });
    connect(m_output, &QComboBox::activated, this, [this] {
        m_wanted.output = choice().output;
        refresh();
        Q_EMIT outputChanged();
    });
    connect(m_rescan, &QToolButton::clicked, this, &DeviceBar::rescanRequested);
    connect(m_monitor, &QCheckBox::clicked, this, [this](bool on) {
        refresh();
        Q_EMIT monitorChanged(on);
    });
    refill();
}

void DeviceBar::build()
{
    m_rescan->setText(tr("Look for devices"));
    m_rescan->setIcon(lineIcon(QStringLiteral("refresh")));
    m_rescan->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_rescan->setToolTip(tr("Finds devices that were connected since the program was started."));
    m_monitor->setToolTip(tr("Plays what comes in on the output device."));
    m_warning->setText(tr("Use headphones: a loudspeaker feeds back into the microphone."));
    for (QLabel* label : {m_warning, m_noteLabel})
        label->setWordWrap(true);
    auto* inputLabel = new QLabel(tr("Input"), this);
    auto* outputLabel = new QLabel(tr("Output"), this);
    inputLabel->setBuddy(m_input);
    outputLabel->setBuddy(m_output);
    for (QLabel* label : {inputLabel, outputLabel})
        label->setForegroundRole(QPalette::PlaceholderText);
    m_input->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);

    auto* inputs = new QHBoxLayout;
    inputs->setSpacing(8);
    for (QWidget* widget : {m_host, m_input, m_channels, m_rate})
        inputs->addWidget(widget, widget == m_input ? 1 : 0);
    auto* outputs = new QHBoxLayout;
    outputs->setSpacing(8);
    m_output->setMaximumWidth(400);
    m_output->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    outputs->addWidget(m_output, 3);
    outputs->addWidget(m_monitor);
    outputs->addStretch(1);
    outputs->addWidget(m_buffer);
    outputs->addWidget(m_rescan);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(12, 8, 12, 8);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    grid->addWidget(inputLabel, 0, 0);
    grid->addLayout(inputs, 0, 1);
    grid->addWidget(outputLabel, 1, 0);
    grid->addLayout(outputs, 1, 1);
    grid->addWidget(m_warning, 2, 1);
    grid->addWidget(m_noteLabel, 3, 1);
}

void DeviceBar::setDevices(std::vector<SoundDevice> devices)
{
    m_devices = std::move(devices);
    refill();
}

QString DeviceBar::note() const
{
    return m_noteLabel->text();
}

void DeviceBar::setRates(std::vector<int> rates)
{
    if (rates == m_rates)
        return;
    m_rates = std::move(rates);
    fillRates();
    refresh();
}

void DeviceBar::setChoice(const SoundChoice& choice)
{
    m_wanted = choice;
    m_rates.clear();
    refill();
}

void DeviceBar::setOutput(const DeviceChoice& output)
{
    m_wanted.output = output;
    fillOutputs();
    refresh();
}

void DeviceBar::refill()
{
    fillHosts();
    fillInputs();
    fillChannels();
    fillRates();
    fillOutputs();
    const int buffer = m_buffer->findData(m_wanted.input.latency);
    m_buffer->setCurrentIndex(std::max(0, buffer));
    refresh();
}

void DeviceBar::chosen()
{
    refresh();
    Q_EMIT changed();
}

void DeviceBar::setMonitoring(bool on)
{
    if (on == m_monitor->isChecked())
        return;
    m_monitor->setChecked(on);
    refresh();
}

void DeviceBar::setLocked(bool locked)
{
    if (locked == m_locked)
        return;
    m_locked = locked;
    refresh();
}

void DeviceBar::setSearching(bool searching)
{
    if (searching == m_searching)
        return;
    m_searching = searching;
    refresh();
}

void DeviceBar::refresh()
{
    const QString note = noteText();
    m_noteLabel->setText(note);
    m_noteLabel->setVisible(!note.isEmpty());
    m_warning->setVisible(m_monitor->isChecked());

    const bool free = !m_locked && !m_searching;
    m_input->setPlaceholderText(tr("No input device"));
    m_output->setPlaceholderText(tr("No output device"));
    for (QComboBox* combo : {m_host, m_input, m_channels, m_rate, m_buffer}) {
        combo->setEnabled(free && input());
        combo->updateGeometry();
        if (combo != m_buffer)
            combo->setToolTip(m_locked ? tr("Stop the take to change this.")
                                       : combo->currentText());
    }
    m_output->setEnabled(!m_searching && m_output->count() > 0);
    m_output->setToolTip(m_output->currentText());
    m_output->updateGeometry();
    m_monitor->setEnabled(m_output->count() > 0);
    m_rescan->setEnabled(free);
    m_rescan->setText(m_searching ? tr("Looking…") : tr("Look for devices"));
}

} // namespace phono
