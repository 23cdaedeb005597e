#include "core/model/row_source.h"

#include <algorithm>

namespace phono {

FirstLayerRows::FirstLayerRows(const FirstLayer& layer, const FoldedFirstLayer& folded,
                               Activation activation, const SampleSource& audio)
    : m_layer(layer)
    , m_folded(folded)
    , m_activation(activation)
    , m_audio(audio)
    , m_rows(layer.rows(audio.size()))
{
}

Result<void> FirstLayerRows::rows(std::int64_t first, std::int64_t count, float* out,
                                  Workspace& workspace) const
{
    const auto samples = static_cast<std::size_t>((count - 1) * m_layer.stride() + m_layer.taps());
    workspace.audio.ensure(samples);
    if (auto read = m_audio.read(first * m_layer.stride(), {workspace.audio.data(), samples});
        !read)
        return read.error();
    const auto n = static_cast<std::size_t>(channels());
    for (std::int64_t r = 0; r < count; ++r, out += n) {
        convolveSamples(workspace.audio.data() + r * m_layer.stride(),
                        static_cast<std::size_t>(m_layer.taps()), m_folded.weights.data(),
                        m_folded.bias.data(), out, n);
        activate(m_activation, out, n);
    }
    return {};
}

Result<void> StoredRows::rows(std::int64_t first, std::int64_t count, float* out,
                              Workspace& workspace) const
{
    const auto n = static_cast<std::size_t>(channels());
    workspace.stored.ensure(static_cast<std::size_t>(count) * n);
    const auto stored = m_store.read(first, count, workspace.stored.data());
    if (!stored)
        return stored.error();
    if (!m_affine) {
        std::copy_n(*stored, static_cast<std::size_t>(count) * n, out);
        return {};
    }
    for (std::int64_t r = 0; r < count; ++r)
        affineActivate(*stored + r * static_cast<std::int64_t>(n), *m_affine, m_activation,
                       out + r * static_cast<std::int64_t>(n), n);
    return {};
}

ContinuedRows::ContinuedRows(std::span<const float> kept, const RowSource& fresh)
    : m_kept(kept)
    , m_fresh(fresh)
    , m_keptRows(static_cast<std::int64_t>(kept.size()) / fresh.channels())
{
}

Result<void> ContinuedRows::rows(std::int64_t first, std::int64_t count, float* out,
                                 Workspace& workspace) const
{
    const auto kept = std::clamp(m_keptRows - first, std::int64_t(0), count);
    if (kept > 0)
        out = std::copy_n(m_kept.data() + first * channels(), kept * channels(), out);
    if (kept == count)
        return {};
    return m_fresh.rows(first + kept - m_keptRows, count - kept, out, workspace);
}

} // namespace phono
