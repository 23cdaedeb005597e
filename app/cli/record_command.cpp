#include "app/cli/commands.h"
#include "core/base/ascii.h"
#include "core/record/recorder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

namespace phono::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string toText(const Json& json)
{
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

template <typename... Arguments>
std::string formatted(const char* format, Arguments... arguments)
{
    std::array<char, 160> text = {};
    std::snprintf(text.data(), text.size(), format, arguments...);
    return text.data();
}

/// The input device of that name or, if there is none, the only one whose name has `name` in it.
Result<DeviceChoice> chooseDevice(SoundSystem& system, const std::string& name,
                                  const std::string& hostApi)
{
    if (name.empty())
        return DeviceChoice();
    const auto devices = system.devices();
    if (!devices)
        return devices.error();
    std::vector<DeviceChoice> similar;
    for (const auto& device : *devices) {
        if (device.inputChannels == 0 || (!hostApi.empty() && device.hostApi != hostApi))
            continue;
        if (device.name == name)
            return DeviceChoice{device.name, device.hostApi};
        if (asciiLower(device.name).find(asciiLower(name)) != std::string::npos)
            similar.push_back({device.name, device.hostApi});
    }
    if (similar.size() == 1)
        return similar.front();
    if (similar.empty())
        return Error{"no input device has '" + name
                     + "' in its name. 'phonoscope-cli devices' lists those that are there."};
    std::string names;
    for (const auto& device : similar)
        names += "\n  " + device.name + " (" + device.hostApi + ')';
    return Error{"several input devices have '" + name
                 + "' in their name; say more of it, or --host-api:" + names};
}

std::string devicesText(const std::vector<SoundDevice>& devices)
{
    std::string text;
    for (const auto& device : devices) {
        text += device.name + '\n';
        text += "    " + device.hostApi;
        text +=
            formatted(", %d in, %d out, %.0f Hz%s%s\n", device.inputChannels, device.outputChannels,
                      device.defaultRate, device.isDefaultInput ? ", default input" : "",
                      device.isDefaultOutput ? ", default output" : "");
    }
    return text;
}

Json devicesJson(const std::vector<SoundDevice>& devices)
{
    Json json = Json::array();
    for (const auto& device : devices)
        json.push_back({{"name", device.name},
                        {"host_api", device.hostApi},
                        {"input_channels", device.inputChannels},
                        {"output_channels", device.outputChannels},
                        {"default_rate_hz", device.defaultRate},
                        {"default_input", device.isDefaultInput},
                        {"default_output", device.isDefaultOutput}});
    return json;
}

std::string reportText(const TakeReport& report)
{
    return report.file.string()
        + formatted(": %.3f s, %d Hz, %d %s, peak %.1f dBFS, RMS %.1f dBFS\n", report.seconds(),
                    report.rate, report.channels, report.channels == 1 ? "channel" : "channels",
                    toDecibels(report.peak), toDecibels(report.rms));
}

Json reportJson(const TakeReport& report)
{
    Json json = {{"file", report.file.string()},       {"device", report.device},
                 {"host_api", report.hostApi},         {"rate_hz", report.rate},
                 {"channels", report.channels},        {"frames", report.frames},
                 {"seconds", report.seconds()},        {"peak_dbfs", toDecibels(report.peak)},
                 {"rms_dbfs", toDecibels(report.rms)}, {"noise_floor_dbfs", report.noiseFloor},
                 {"dc_offset", report.dcOffset},       {"clipped_runs", report.clippedRuns},
                 {"overflows", report.overflows},      {"dropped_frames", report.droppedFrames},
                 {"advice", takeAdvice(report)}};
    if (report.error)
        json["ended_because"] = report.error->message;
    return json;
}

std::string stageText(const RecorderStatus& status)
{
    double peak = LevelReading::kSilence;
    for (const auto& channel : status.levels.channels)
        peak = std::max(peak, channel.peak);
    return formatted("%.1f s, peak %.1f dBFS%s", status.seconds, peak,
                     status.levels.clipped ? ", CLIPPED" : "");
}

/// Waits until the take has ended or the device has failed; stops the take when asked to.
RecorderEvent finishTake(Recorder& recorder, double seconds, const Progress& progress)
{
    bool stopping = false;
    for (;;) {
        for (auto& event : recorder.takeEvents())
            if (event.kind != RecorderEvent::Kind::MonitorFailed)
                return std::move(event);
        const auto status = recorder.status();
        if (progress.cancelled() && !stopping) {
            stopping = true;
            if (status.state == RecorderStatus::State::Recording)
                recorder.stop();
            else
                return {.kind = RecorderEvent::Kind::TakeFailed, .error = Error::cancelled()};
        }
        if (status.state == RecorderStatus::State::Recording)
            progress(stageText(status), seconds > 0 ? status.seconds / seconds : 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

} // namespace

int runDevices(const DevicesArguments& arguments, Console& console)
{
    SoundSystem system;
    const auto devices = system.devices();
    if (!devices) {
        console.message(devices.error().message);
        return kFailed;
    }
    if (devices->empty())
        console.message("no sound device was found");
    console.result(arguments.json ? toText(devicesJson(*devices)) : devicesText(*devices));
    return kDone;
}

int runRecord(const RecordArguments& arguments, Console& console, const std::stop_token& stop)
{
    SoundSystem system;
    const auto device = chooseDevice(system, arguments.device, arguments.hostApi);
    if (!device) {
        console.message(device.error().message);
        return kFailed;
    }
    int rate = arguments.rate;
    if (rate == 0 && arguments.seconds > 0) {
        // The length in frames depends on it.
        const auto own = system.ownRate(*device);
        if (!own) {
            console.message(own.error().message);
            return kFailed;
        }
        rate = *own;
    }
    Recorder recorder(system);
    recorder.open({.device = *device,
                   .firstChannel = arguments.firstChannel - 1,
                   .channels = arguments.channels,
                   .rate = rate,
                   .latency = arguments.bufferMilliseconds / 1000});
    recorder.record({.file = arguments.out, .frames = std::llround(arguments.seconds * rate)});
    const auto ended =
        finishTake(recorder, arguments.seconds, console.progress(arguments.out, stop));
    if (ended.kind != RecorderEvent::Kind::TakeEnded) {
        console.message(ended.error->isCancelled() ? "interrupted; nothing was recorded"
                                                   : ended.error->message);
        return kFailed;
    }
    const auto& report = ended.report;
    for (const auto& sentence : takeAdvice(report))
        console.message(sentence);
    console.result(arguments.json ? toText(reportJson(report)) : reportText(report));
    if (report.error)
        console.message(report.error->message + " What was recorded is kept.");
    else if (stop.stop_requested() && arguments.seconds > 0)
        console.message("interrupted; what was recorded is kept");
    else
        return kDone;
    return kFailed;
}

} // namespace phono::cli
