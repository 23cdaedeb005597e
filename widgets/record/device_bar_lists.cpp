// What the lists of DeviceBar offer, and what is chosen in them.

#include "widgets/record/device_bar.h"
#include "widgets/shell/words.h"

#include <QComboBox>
#include <QPoint>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kSingleChannels = 32; ///< offered one by one
constexpr int kMostChannels = 8; ///< recorded together

QString nameOf(const SoundDevice& device)
{
    return QString::fromStdString(device.name);
}

bool isMeant(const DeviceChoice& choice, const SoundDevice& device)
{
    return choice.name == device.name
        && (choice.hostApi.empty() || choice.hostApi == device.hostApi);
}

DeviceChoice choiceOf(const SoundDevice& device)
{
    return {device.name, device.hostApi};
}

/// What an item of a list of devices stands for.
struct Entry {
    int index = -1; ///< of the device
    bool asDefault = false; ///< whichever is the default one
};

Entry entryAt(const QComboBox& combo, int item)
{
    if (item < 0)
        return {};
    const QPoint data = combo.itemData(item).toPoint();
    return {data.x(), data.y() != 0};
}

Entry entryOf(const QComboBox& combo)
{
    return entryAt(combo, combo.currentIndex());
}

/// The default one gets an item of its own, the first.
void addDevice(QComboBox& combo, const QString& text, int index, bool isDefault)
{
    const auto insert = [&](int at, const QString& words, bool asDefault) {
        combo.insertItem(at, words, QPoint(index, asDefault ? 1 : 0));
        combo.setItemData(at, words, Qt::ToolTipRole);
    };
    if (isDefault)
        insert(0, DeviceBar::tr("Default (%1)").arg(text), true);
    insert(combo.count(), text, false);
}

QString channelsText(int first, int count)
{
    if (count == 1)
        return DeviceBar::tr("Channel %1").arg(first + 1);
    if (count == 2)
        return DeviceBar::tr("Channels %1 + %2").arg(first + 1).arg(first + 2);
    return DeviceBar::tr("Channels %1 – %2").arg(first + 1).arg(first + count);
}

} // namespace

bool DeviceBar::hasInput() const
{
    return std::ranges::any_of(m_devices,
                               [](const SoundDevice& device) { return device.inputChannels > 0; });
}

const SoundDevice* DeviceBar::input() const
{
    const int index = entryOf(*m_input).index;
    return index < 0 ? nullptr : &m_devices[static_cast<std::size_t>(index)];
}

void DeviceBar::fillHosts()
{
    m_host->clear();
    const SoundDevice* meant = nullptr;
    const SoundDevice* standard = nullptr;
    for (const SoundDevice& device : m_devices) {
        if (device.inputChannels < 1)
            continue;
        const QString host = QString::fromStdString(device.hostApi);
        if (m_host->findText(host) < 0)
            m_host->addItem(host);
        if (!meant && isMeant(m_wanted.input.device, device))
            meant = &device;
        if (!standard && device.isDefaultInput)
            standard = &device;
    }
    if (const SoundDevice* shown = meant ? meant : standard)
        m_host->setCurrentText(QString::fromStdString(shown->hostApi));
}

void DeviceBar::fillInputs()
{
    m_input->clear();
    for (std::size_t i = 0; i < m_devices.size(); ++i) {
        const SoundDevice& device = m_devices[i];
        const bool here = QString::fromStdString(device.hostApi) == m_host->currentText();
        if (here && device.inputChannels > 0)
            addDevice(*m_input, nameOf(device), static_cast<int>(i), device.isDefaultInput);
    }
    m_input->setCurrentIndex(indexOf(*m_input, m_wanted.input.device));
}

void DeviceBar::fillChannels()
{
    m_channels->clear();
    const SoundDevice* device = input();
    if (!device)
        return;
    const auto add = [this](int first, int count) {
        m_channels->addItem(channelsText(first, count), QPoint(first, count));
    };
    const int all = device->inputChannels;
    const int singles = std::min(all, kSingleChannels);
    for (int first = 0; first < singles; ++first)
        add(first, 1);
    for (int first = 0; first + 1 < singles; first += 2)
        add(first, 2);
    if (all > 2 && all <= kMostChannels)
        add(0, all);
    const InputRequest& wanted = m_wanted.input;
    const int index = m_channels->findData(QPoint(wanted.firstChannel, wanted.channels));
    m_channels->setCurrentIndex(std::max(0, index));
}

void DeviceBar::fillRates()
{
    m_rate->clear();
    const SoundDevice* device = input();
    if (!device)
        return;
    const int own = static_cast<int>(std::lround(device->defaultRate));
    m_rate->addItem(own > 0 ? tr("Device's own (%1)").arg(rateWords(own)) : tr("Device's own"), 0);
    std::vector<int> rates = m_rates;
    // Until the device has been asked, what was chosen once stands.
    if (rates.empty() && m_wanted.input.rate > 0)
        rates.push_back(m_wanted.input.rate);
    for (const int rate : rates)
        m_rate->addItem(rateWords(rate), rate);
    m_rate->setCurrentIndex(std::max(0, m_rate->findData(m_wanted.input.rate)));
}

void DeviceBar::fillOutputs()
{
    m_output->clear();
    std::string firstHost;
    bool several = false;
    for (const SoundDevice& device : m_devices) {
        if (device.outputChannels < 1)
            continue;
        several = several || (!firstHost.empty() && device.hostApi != firstHost);
        firstHost = device.hostApi;
    }
    for (std::size_t i = 0; i < m_devices.size(); ++i) {
        const SoundDevice& device = m_devices[i];
        if (device.outputChannels < 1)
            continue;
        const QString host = QString::fromStdString(device.hostApi);
        addDevice(*m_output, several ? tr("%1 · %2").arg(nameOf(device), host) : nameOf(device),
                  static_cast<int>(i), device.isDefaultOutput);
    }
    m_output->setCurrentIndex(indexOf(*m_output, m_wanted.output));
}

int DeviceBar::indexOf(const QComboBox& combo, const DeviceChoice& choice) const
{
    if (combo.count() == 0)
        return -1;
    for (int item = 0; item < combo.count(); ++item) {
        const Entry entry = entryAt(combo, item);
        if (!entry.asDefault && isMeant(choice, m_devices[static_cast<std::size_t>(entry.index)]))
            return item;
    }
    return 0; // the default one, if it is here
}

SoundChoice DeviceBar::choice() const
{
    // While there is no device, what is wanted is kept.
    SoundChoice choice = m_wanted;
    const auto use = [this](DeviceChoice& device, const QComboBox& combo) {
        const Entry entry = entryOf(combo);
        if (entry.index < 0)
            return;
        device = entry.asDefault ? DeviceChoice{}
                                 : choiceOf(m_devices[static_cast<std::size_t>(entry.index)]);
    };
    use(choice.output, *m_output);
    choice.input.latency = m_buffer->currentData().toDouble();
    if (!input())
        return choice;
    use(choice.input.device, *m_input);
    const QPoint channels = m_channels->currentData().toPoint();
    choice.input.firstChannel = channels.x();
    choice.input.channels = channels.y();
    choice.input.rate = m_rate->currentData().toInt();
    return choice;
}

QString DeviceBar::noteText() const
{
    const SoundChoice got = choice();
    const QString device = input() ? nameOf(*input()) : QString();
    QStringList notes;
    const auto& wanted = m_wanted.input;
    const bool lost = input() && !wanted.device.isDefault() && !isMeant(wanted.device, *input());
    if (lost)
        notes << tr("“%1” is not there: “%2” is used instead.")
                     .arg(QString::fromStdString(wanted.device.name), device);
    else if (input() && wanted.firstChannel + wanted.channels > input()->inputChannels)
        notes << tr("“%1” has no %2: %3 is used.")
                     .arg(device, channelsText(wanted.firstChannel, wanted.channels).toLower(),
                          m_channels->currentText().toLower());
    if (input() && wanted.rate > 0 && got.input.rate == 0)
        notes << tr("“%1” cannot record at %2: its own rate is used.")
                     .arg(device, rateWords(wanted.rate));
    if (m_output->count() > 0 && !m_wanted.output.isDefault()
        && m_wanted.output.name != got.output.name)
        notes << tr("The output “%1” is not there: the default one is used.")
                     .arg(QString::fromStdString(m_wanted.output.name));
    return notes.join(QLatin1Char(' '));
}

} // namespace phono
