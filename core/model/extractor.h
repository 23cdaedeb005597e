#pragma once

#include "core/base/feature_info.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"
#include "core/checkpoint/checkpoint.h"
#include "core/model/live_extractor.h"
#include "core/model/precision.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

struct FeatureRequest {
    std::string name;
    FeatureSink* sink = nullptr;
};

struct ExtractorOptions {
    std::string device = "auto"; ///< auto, cpu, cuda, cuda:N
    Precision precision = Precision::Fp32;
    int threads = 0; ///< 0: the physical cores
    /// Bytes beyond the model, in bytes. More audio than fits goes through temporary files.
    std::size_t memoryLimit = std::size_t(1) << 30;
    /// "" chooses by the processor; "portable", "avx2", "avx512", "avx512bf16", "amx"
    /// insist on one.
    std::string kernel;
};

/// What was really used, for sidecars and status bars.
struct ExtractorBackend {
    std::string device; ///< "cpu", "cuda:0"
    std::string precision; ///< "fp32", "bf16x3", "bf16"
    std::string kernel; ///< "portable", "avx512", …, "cuda"
    int threads = 1;
    std::string note; ///< why it is not what was asked for; empty otherwise
    std::string libtorch; ///< "2.6.0"
};

/// Computes features of whole recordings exactly (group norm over the whole file, SPEC 1.2), in
/// bounded memory, without showing the caller any of torch. The same audio gives the same bits for
/// every memory limit and thread count.
///
/// Use from one thread at a time.
class Extractor {
public:
    static Result<Extractor> create(const Checkpoint& checkpoint, const ExtractorOptions& options);
    ~Extractor();
    Extractor(Extractor&&) noexcept;
    Extractor& operator=(Extractor&&) noexcept;
    Extractor(const Extractor&) = delete;
    Extractor& operator=(const Extractor&) = delete;

    const ModelConfig& config() const;
    const ExtractorBackend& backend() const;
    /// Everything that can be asked for, z and c first.
    const std::vector<FeatureInfo>& features() const;

    /// Fails when a name is unknown, when the audio is shorter than the receptive field, or when
    /// cancelled.
    Result<void> extract(const SampleSource& audio, std::span<const FeatureRequest> requests,
                         const Progress& progress = {});

    /// Features of sound while it comes, with the weights of this extractor, in its precision. On
    /// the processor whatever the device: from a GPU, the first call prepares the weights for it.
    Result<LiveExtractor> live();

private:
    struct Impl;
    explicit Extractor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// The devices this build of LibTorch can use now: "cpu", "cuda:0", …
std::vector<std::string> availableDevices();

} // namespace phono
