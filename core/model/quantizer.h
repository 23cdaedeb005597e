#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/model/row_source.h"

#include <memory>
#include <vector>

namespace phono {

/// The vector quantizer of vq-wav2vec in evaluation (SPEC 1.5): z to zq and its codes.
///
/// Always in fp32, so that the choice of a code does not hang on the precision of the rest.
/// Constant after construction.
class Quantizer {
public:
    static Result<std::unique_ptr<Quantizer>> create(const Checkpoint& checkpoint);
    virtual ~Quantizer() = default;

    virtual int groups() const = 0;
    virtual int channels() const = 0; ///< of zq
    /// One per group; none for a quantizer without norms.
    using Norms = std::vector<ChannelAffine>;
    /// The norms for these frames. Merges what they follow from into `moments`, which is empty in
    /// the beginning.
    virtual Result<Norms> prepare(const RowSource& z, int threads, const Progress& progress,
                                  std::vector<Moments>& moments) const = 0;
    /// Codes [count, groups] and, when `zq` is not null, zq [count, channels] of frames
    /// [first, first + count). May be called from several threads at once.
    virtual Result<void> quantize(const RowSource& z, const Norms& norms, std::int64_t first,
                                  std::int64_t count, int* codes, float* zq,
                                  Workspace& workspace) const = 0;
};

} // namespace phono
