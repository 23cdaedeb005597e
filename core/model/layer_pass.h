#pragma once

#include "core/base/progress.h"
#include "core/model/prepared_model.h"
#include "core/model/row_source.h"
#include "core/model/row_store.h"
#include "core/model/tiles.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace phono {

/// Multiplications that one output row of a layer takes: the measure of progress.
double rowCost(const ConvLayer& layer, int inChannels);
/// Output rows of a convolution without padding.
std::int64_t convolvedRows(std::int64_t rows, const ConvLayer& layer);

/// A layer's output before its group norm, and the norm.
struct Convolved {
    std::unique_ptr<RowStore> rows;
    ChannelAffine affine;
};

/// The steps that layers are made of, tile by tile over one recording: on all threads, with
/// progress, rows kept in memory or in files.
class LayerPass {
public:
    /// `totalCost` in multiplications; config and progress must outlive this.
    LayerPass(const ModelConfig& config, RowStore::Place place, int threads, double totalCost,
              const Progress& progress);

    int threads() const { return m_threads; }
    const Progress& progress() const { return m_progress; }
    /// What the progress report says is being done.
    void setStage(std::string stage) { m_stage = std::move(stage); }

    /// Runs `work` for every tile of kTileRows rows, with a workspace of its thread's own.
    Result<void> forTiles(std::int64_t rows, double costPerRow,
                          const std::function<Result<void>(const Block&, Workspace&)>& work);

    Result<std::unique_ptr<RowStore>> newStore(std::int64_t rows, int channels);
    /// Keeps a store that is no longer needed for the next one of its size. May be null.
    void recycle(std::unique_ptr<RowStore> store);

    /// Convolves the rows of `in` from `first` on. Merges the output's moments into `moments`,
    /// which its norm then follows from.
    Result<Convolved> convolve(const ConvBlock& block, const RowSource& in, std::int64_t first,
                               Moments& moments);
    /// Turns y in place into (activation(norm(y)) + residual) * sqrt(residual_scale), where row t's
    /// residual is row first + t * step of `in`, projected where the block says so (step is then
    /// 1).
    Result<void> addResidual(const ConvBlock& block, Convolved& convolved, const RowSource& in,
                             std::int64_t first, std::int64_t step);
    /// Makes rows [first, first + count) of `in` a kernel's input in workspace.packed.
    Result<void> packRows(const ConvKernel& kernel, const RowSource& in, std::int64_t first,
                          std::int64_t count, Workspace& workspace) const;

private:
    const ModelConfig& m_config;
    RowStore::Place m_place;
    int m_threads;
    const Progress& m_progress;
    std::vector<Workspace> m_workspaces;
    std::string m_stage;
    double m_cost = 0; // multiplications done
    double m_totalCost;
    std::unique_ptr<RowStore> m_spare;
};

} // namespace phono
