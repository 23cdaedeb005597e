#include "core/model/layer_pass.h"

#include "core/model/tiles.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace phono {
namespace {

// Activated and packed together: small enough for the first two caches.
constexpr std::int64_t kPackRows = 32;

} // namespace

double rowCost(const ConvLayer& layer, int inChannels)
{
    return static_cast<double>(layer.kernel) * inChannels * layer.dim;
}

std::int64_t convolvedRows(std::int64_t rows, const ConvLayer& layer)
{
    return rows < layer.kernel ? 0 : (rows - layer.kernel) / layer.stride + 1;
}

LayerPass::LayerPass(const ModelConfig& config, RowStore::Place place, int threads,
                     double totalCost, const Progress& progress)
    : m_config(config)
    , m_place(place)
    , m_threads(threads)
    , m_progress(progress)
    , m_workspaces(static_cast<std::size_t>(threads))
    , m_totalCost(totalCost)
{
}

Result<std::unique_ptr<RowStore>> LayerPass::newStore(std::int64_t rows, int channels)
{
    auto spare = std::move(m_spare);
    if (spare && spare->rows() == rows && spare->channels() == channels)
        return spare;
    spare.reset();
    auto store = RowStore::create(m_place, rows, channels);
    if (!store)
        return store.error();
    return std::make_unique<RowStore>(std::move(*store));
}

void LayerPass::recycle(std::unique_ptr<RowStore> store)
{
    m_spare = std::move(store);
}

Result<void> LayerPass::forTiles(std::int64_t rows, double costPerRow,
                                 const std::function<Result<void>(const Block&, Workspace&)>& work)
{
    auto done = forBlocks(
        rows, kTileRows, m_threads, m_progress,
        [&](const Block& block) {
            return work(block, m_workspaces[static_cast<std::size_t>(block.thread)]);
        },
        [&](std::int64_t rowsDone) {
            m_progress(
                m_stage,
                std::min(1.0, (m_cost + static_cast<double>(rowsDone) * costPerRow) / m_totalCost));
        });
    m_cost += static_cast<double>(rows) * costPerRow;
    return done;
}

Result<void> LayerPass::packRows(const ConvKernel& kernel, const RowSource& in, std::int64_t first,
                                 std::int64_t count, Workspace& workspace) const
{
    const auto channels = static_cast<std::size_t>(in.channels());
    workspace.packed.ensure(kernel.inputRows() * kernel.inputRowBytes());
    workspace.block.ensure(static_cast<std::size_t>(kPackRows) * channels);
    std::size_t to = 0;
    while (count > 0) {
        const auto some = std::min(count, kPackRows);
        if (auto read = in.rows(first, some, workspace.block.data(), workspace); !read)
            return read;
        for (std::int64_t r = 0; r < some; ++r)
            kernel.pack(workspace.block.data() + static_cast<std::size_t>(r) * channels,
                        workspace.packed.data(), to++);
        first += some;
        count -= some;
    }
    return {};
}

Result<Convolved> LayerPass::convolve(const ConvBlock& block, const RowSource& in,
                                      std::int64_t first, Moments& moments)
{
    const auto rows = convolvedRows(in.size() - first, block.layer);
    const auto channels = static_cast<std::size_t>(block.layer.dim);
    auto store = newStore(rows, block.layer.dim);
    if (!store)
        return store.error();
    std::vector<Moments> tiles(static_cast<std::size_t>((rows + kTileRows - 1) / kTileRows));
    const auto& kernel = *block.conv;
    const auto pitch = kernel.outputPitch();
    auto done =
        forTiles(rows, rowCost(block.layer, block.inChannels),
                 [&](const Block& tile, Workspace& workspace) -> Result<void> {
                     const auto from = first + tile.first * block.layer.stride;
                     const auto inRows = (tile.count - 1) * block.layer.stride + block.layer.kernel;
                     if (auto packed = packRows(kernel, in, from, inRows, workspace); !packed)
                         return packed;
                     workspace.tile.ensure((kTileRows + 16) * pitch);
                     float* out = workspace.tile.data();
                     kernel.run(workspace.packed.data(), static_cast<int>(tile.count), out);
                     const auto count = static_cast<std::size_t>(tile.count);
                     tiles[static_cast<std::size_t>(tile.index)] =
                         momentsOf(out, count, pitch, channels);
                     if (pitch != channels) {
                         for (std::size_t r = 1; r < count; ++r)
                             std::copy_n(out + r * pitch, channels, out + r * channels);
                     }
                     return (*store)->write(tile.first, tile.count, out);
                 });
    if (!done)
        return done.error();
    for (const auto& tile : tiles)
        moments.merge(tile);
    return Convolved{
        std::move(*store),
        ChannelAffine::fromMoments(moments, block.normWeight, block.normBias, channels)};
}

Result<void> LayerPass::addResidual(const ConvBlock& block, Convolved& convolved,
                                    const RowSource& in, std::int64_t first, std::int64_t step)
{
    const auto rows = convolved.rows->rows();
    const auto channels = static_cast<std::size_t>(block.layer.dim);
    const StoredRows activated(*convolved.rows, convolved.affine, m_config.activation);
    const auto factor = static_cast<float>(std::sqrt(m_config.residualScale));
    const auto* projection = block.residualProjection.get();
    return forTiles(rows, 0, [&](const Block& tile, Workspace& workspace) -> Result<void> {
        const auto count = static_cast<std::size_t>(tile.count);
        workspace.second.ensure(kTileRows * channels);
        float* out = workspace.second.data();
        if (auto read = activated.rows(tile.first, tile.count, out, workspace); !read)
            return read;
        const auto residualRows = (tile.count - 1) * step + 1;
        const float* residual = nullptr;
        auto residualPitch = static_cast<std::size_t>(step) * channels;
        if (projection) {
            if (auto packed = packRows(*projection, in, first + tile.first, tile.count, workspace);
                !packed)
                return packed;
            residualPitch = projection->outputPitch();
            workspace.tile.ensure((kTileRows + 16) * residualPitch);
            projection->run(workspace.packed.data(), static_cast<int>(tile.count),
                            workspace.tile.data());
            residual = workspace.tile.data();
        } else {
            workspace.block.ensure(static_cast<std::size_t>(residualRows) * channels);
            if (auto read = in.rows(first + tile.first * step, residualRows, workspace.block.data(),
                                    workspace);
                !read)
                return read;
            residual = workspace.block.data();
        }
        for (std::size_t r = 0; r < count; ++r)
            addScaled(out + r * channels, residual + r * residualPitch, factor, channels);
        return convolved.rows->write(tile.first, tile.count, out);
    });
}

} // namespace phono
