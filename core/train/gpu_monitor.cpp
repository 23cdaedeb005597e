#include "core/train/gpu_monitor.h"

#include <array>
#include <dlfcn.h>

namespace phono {
namespace {

// As nvml.h lays them out.
struct Utilization {
    unsigned gpu = 0; // percent
    unsigned memory = 0;
};
struct Memory {
    unsigned long long total = 0;
    unsigned long long free = 0;
    unsigned long long used = 0;
};
constexpr int kSuccess = 0;
constexpr int kSensorOfTheChip = 0;

} // namespace

/// The opened and initialised library, and the functions that are used of it.
struct GpuMonitor::Library {
    void* handle = nullptr;
    int (*initialize)() = nullptr;
    int (*shutDown)() = nullptr;
    int (*deviceAt)(const char*, void**) = nullptr;
    int (*utilization)(void*, Utilization*) = nullptr;
    int (*memory)(void*, Memory*) = nullptr;
    int (*temperature)(void*, int, unsigned*) = nullptr;
    bool initialized = false;

    explicit Library(const std::filesystem::path& path)
        : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
    {
        initialized = handle && find(initialize, "nvmlInit_v2") && find(shutDown, "nvmlShutdown")
            && find(deviceAt, "nvmlDeviceGetHandleByPciBusId_v2")
            && find(utilization, "nvmlDeviceGetUtilizationRates")
            && find(memory, "nvmlDeviceGetMemoryInfo")
            && find(temperature, "nvmlDeviceGetTemperature") && initialize() == kSuccess;
    }
    ~Library()
    {
        if (initialized)
            shutDown();
        if (handle)
            dlclose(handle);
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    template <typename Function>
    bool find(Function& function, const char* name)
    {
        function = reinterpret_cast<Function>(dlsym(handle, name));
        return function != nullptr;
    }
};

GpuMonitor::GpuMonitor(std::shared_ptr<const Library> library, void* device)
    : m_library(std::move(library))
    , m_device(device)
{
}

std::optional<GpuMonitor> GpuMonitor::open(const std::string& pciBusId,
                                           const std::filesystem::path& library)
{
    auto opened = std::make_shared<const Library>(library);
    void* device = nullptr;
    if (!opened->initialized || opened->deviceAt(pciBusId.c_str(), &device) != kSuccess)
        return {};
    return GpuMonitor(std::move(opened), device);
}

std::optional<GpuState> GpuMonitor::read() const
{
    Utilization utilization;
    Memory memory;
    unsigned temperature = 0;
    if (m_library->utilization(m_device, &utilization) != kSuccess
        || m_library->memory(m_device, &memory) != kSuccess
        || m_library->temperature(m_device, kSensorOfTheChip, &temperature) != kSuccess)
        return {};
    return GpuState{utilization.gpu / 100.0, static_cast<std::int64_t>(memory.used),
                    static_cast<double>(temperature)};
}

std::optional<std::string> pciBusIdOf(int index)
{
    // Asked for by name, so that one program runs with and without CUDA.
    using Ask = int (*)(char*, int, int);
    const auto ask = reinterpret_cast<Ask>(dlsym(RTLD_DEFAULT, "cudaDeviceGetPCIBusId"));
    std::array<char, 32> id = {};
    if (!ask || ask(id.data(), static_cast<int>(id.size()) - 1, index) != kSuccess)
        return {};
    return std::string(id.data());
}

} // namespace phono
