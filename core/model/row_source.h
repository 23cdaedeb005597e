#pragma once

#include "core/base/result.h"
#include "core/base/sample_source.h"
#include "core/model/first_layer.h"
#include "core/model/row_math.h"
#include "core/model/row_store.h"
#include "core/model/workspace.h"

#include <cstdint>
#include <optional>
#include <span>

namespace phono {

/// The output rows of a layer, made from what is kept of it when somebody reads them.
///
/// rows() may be called from several threads, each with its own workspace.
class RowSource {
public:
    virtual ~RowSource() = default;
    virtual std::int64_t size() const = 0; ///< in rows
    virtual int channels() const = 0;
    /// Writes rows [first, first + count) to `out`, without gaps. `out` must not lie in
    /// `workspace.audio` or `workspace.stored`.
    virtual Result<void> rows(std::int64_t first, std::int64_t count, float* out,
                              Workspace& workspace) const = 0;
};

/// The first layer's rows, computed from the audio each time: cheaper than keeping them.
class FirstLayerRows : public RowSource {
public:
    /// All arguments must outlive this.
    FirstLayerRows(const FirstLayer& layer, const FoldedFirstLayer& folded, Activation activation,
                   const SampleSource& audio);
    std::int64_t size() const override { return m_rows; }
    int channels() const override { return m_layer.channels(); }
    Result<void> rows(std::int64_t first, std::int64_t count, float* out,
                      Workspace& workspace) const override;

private:
    const FirstLayer& m_layer;
    const FoldedFirstLayer& m_folded;
    Activation m_activation;
    const SampleSource& m_audio;
    std::int64_t m_rows;
};

/// Rows kept in a store: as they are, or before their group norm and activation.
class StoredRows : public RowSource {
public:
    /// The store must outlive this.
    explicit StoredRows(const RowStore& store)
        : m_store(store)
    {
    }
    StoredRows(const RowStore& store, ChannelAffine affine, Activation activation)
        : m_store(store)
        , m_affine(std::move(affine))
        , m_activation(activation)
    {
    }
    std::int64_t size() const override { return m_store.rows(); }
    int channels() const override { return m_store.channels(); }
    Result<void> rows(std::int64_t first, std::int64_t count, float* out,
                      Workspace& workspace) const override;

private:
    const RowStore& m_store;
    std::optional<ChannelAffine> m_affine;
    Activation m_activation = Activation::Relu;
};

/// Rows kept from before, followed by those of a source.
class ContinuedRows : public RowSource {
public:
    /// Both must outlive this; `kept` holds whole rows.
    ContinuedRows(std::span<const float> kept, const RowSource& fresh);
    std::int64_t size() const override { return m_keptRows + m_fresh.size(); }
    int channels() const override { return m_fresh.channels(); }
    Result<void> rows(std::int64_t first, std::int64_t count, float* out,
                      Workspace& workspace) const override;

private:
    std::span<const float> m_kept;
    const RowSource& m_fresh;
    std::int64_t m_keptRows;
};

} // namespace phono
