#pragma once

#include "core/run/run_event.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace phono {

/// What a graphics card does, as its driver's management library (NVML) says. The library is looked
/// for at run time: neither it nor a card need be there.
class GpuMonitor {
public:
    /// For the card at `pciBusId` ("0000:3b:00.0"). Nothing when the library is missing, has not
    /// what is needed, or does not know the card.
    static std::optional<GpuMonitor> open(const std::string& pciBusId,
                                          const std::filesystem::path& library = kLibrary);
    /// Nothing when the driver does not answer.
    std::optional<GpuState> read() const;

private:
    static constexpr const char* kLibrary = "libnvidia-ml.so.1";
    struct Library;
    GpuMonitor(std::shared_ptr<const Library> library, void* device);

    std::shared_ptr<const Library> m_library;
    void* m_device; ///< NVML's handle
};

/// Where the CUDA runtime's device `index` sits, which counts only the cards that the process may
/// see. Nothing when the program was not linked with a CUDA runtime, or it knows no such device.
std::optional<std::string> pciBusIdOf(int index);

} // namespace phono
