#include "core/model/conv_kernel.h"

#include "core/model/packed_kernels.h"

#include <array>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace phono {
namespace {

struct KernelTraits {
    KernelKind kind;
    std::string_view name;
};

constexpr std::array kKernels = {
    KernelTraits{KernelKind::Portable, "portable"},
    KernelTraits{KernelKind::Avx2, "avx2"},
    KernelTraits{KernelKind::Avx512, "avx512"},
    KernelTraits{KernelKind::Avx512Bf16, "avx512bf16"},
    KernelTraits{KernelKind::Amx, "amx"},
};

bool canCompute(KernelKind kind, Precision precision)
{
    switch (kind) {
    case KernelKind::Portable:
    case KernelKind::Avx2:
    case KernelKind::Avx512:
        return precision == Precision::Fp32;
    case KernelKind::Avx512Bf16:
        return precision == Precision::Bf16;
    case KernelKind::Amx:
        return precision != Precision::Fp32;
    }
    return false;
}

/// The processor has AMX with bf16, and Linux lets this process use its tiles: all of its threads,
/// from then on.
bool amxIsUsable()
{
#if defined(__x86_64__)
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    constexpr unsigned kOsxsave = 1U << 27;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & kOsxsave) == 0)
        return false;
    unsigned enabled = 0; // the lower half of XCR0
    asm("xgetbv" : "=a"(enabled), "=d"(edx) : "c"(0));
    constexpr unsigned kTileState = 3U << 17; // XTILECFG and XTILEDATA
    if ((enabled & kTileState) != kTileState)
        return false;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
        return false;
    constexpr unsigned kAmxBf16 = 1U << 22;
    constexpr unsigned kAmxTile = 1U << 24;
    if ((edx & kAmxBf16) == 0 || (edx & kAmxTile) == 0)
        return false;
    constexpr long kRequestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
    constexpr long kTileData = 18; // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
    return false;
#endif
}

} // namespace

std::string toString(KernelKind kind)
{
    return std::string(kKernels[static_cast<std::size_t>(kind)].name);
}

bool isAvailable(KernelKind kind)
{
#if defined(__x86_64__)
    switch (kind) {
    case KernelKind::Portable:
        return true;
    case KernelKind::Avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case KernelKind::Avx512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512bw");
    case KernelKind::Avx512Bf16:
        return isAvailable(KernelKind::Avx512) && __builtin_cpu_supports("avx512bf16");
    case KernelKind::Amx: {
        static const bool usable = amxIsUsable();
        return usable;
    }
    }
    return false;
#else
    return kind == KernelKind::Portable;
#endif
}

Result<KernelChoice> chooseKernel(Precision precision, const std::string& name)
{
    if (!name.empty()) {
        for (const auto& kernel : kKernels) {
            if (kernel.name != name)
                continue;
            if (!isAvailable(kernel.kind))
                return Error{"this processor cannot run the " + name + " kernels"};
            if (!canCompute(kernel.kind, precision))
                return Error{"the " + name + " kernels do not compute in " + toString(precision)};
            return KernelChoice{kernel.kind, precision, {}};
        }
        return Error{"unknown kernels \"" + name
                     + "\": expected portable, avx2, avx512, avx512bf16 or amx"};
    }
    if (precision != Precision::Fp32 && isAvailable(KernelKind::Amx))
        return KernelChoice{KernelKind::Amx, precision, {}};
    if (precision == Precision::Bf16 && isAvailable(KernelKind::Avx512Bf16))
        return KernelChoice{KernelKind::Avx512Bf16, precision, {}};
    KernelChoice choice;
    choice.kind = isAvailable(KernelKind::Avx512) ? KernelKind::Avx512
        : isAvailable(KernelKind::Avx2)           ? KernelKind::Avx2
                                                  : KernelKind::Portable;
    if (precision != Precision::Fp32)
        choice.note = "this processor has no fast " + toString(precision)
            + " instructions; computing in fp32, which is faster here and more exact";
    return choice;
}

std::unique_ptr<ConvKernel> makeConvKernel(const KernelChoice& choice, const ConvWeights& weights)
{
#if defined(__x86_64__)
    switch (choice.kind) {
    case KernelKind::Portable:
        break;
    case KernelKind::Avx2:
        return makePackedKernel(weights, kAvx2Panel, convolveAvx2);
    case KernelKind::Avx512:
        return makePackedKernel(weights, kAvx512Panel, convolveAvx512);
    case KernelKind::Avx512Bf16:
        return std::make_unique<Bf16PairKernel>(weights, convolveAvx512Bf16);
    case KernelKind::Amx:
        return std::make_unique<Bf16TileKernel>(weights, choice.precision, addProductsAmx);
    }
#endif
    return makePortableKernel(weights);
}

} // namespace phono
