#include "core/model/quantizer.h"

#include "core/model/conv_kernel.h"
#include "core/model/tiles.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

const KernelChoice kExact = {KernelKind::Portable, Precision::Fp32, {}};

Result<std::vector<float>> weightsOf(const Checkpoint& checkpoint, const std::string& name)
{
    const auto* tensor = checkpoint.find(name);
    if (!tensor)
        return Error{checkpoint.path.string() + ": the model has no tensor " + name};
    return tensor->toFloat();
}

/// Packs rows of `in` for `kernel` and multiplies them; returns them in workspace.tile.
void multiply(const ConvKernel& kernel, const float* in, std::int64_t count, std::size_t channels,
              Workspace& workspace)
{
    workspace.packed.ensure(kernel.inputRows() * kernel.inputRowBytes());
    workspace.tile.ensure(kTileRows * kernel.outputPitch());
    for (std::int64_t r = 0; r < count; ++r)
        kernel.pack(in + r * static_cast<std::int64_t>(channels), workspace.packed.data(),
                    static_cast<std::size_t>(r));
    kernel.run(workspace.packed.data(), static_cast<int>(count), workspace.tile.data());
}

/// Logits by linear layers on every frame; the code is the first largest one.
class GumbelQuantizer : public Quantizer {
public:
    struct Linear {
        std::unique_ptr<ConvKernel> kernel;
        int in = 0;
        int out = 0;
    };
    static Result<std::unique_ptr<Quantizer>> create(const Checkpoint& checkpoint)
    {
        const auto& config = checkpoint.config;
        auto quantizer = std::make_unique<GumbelQuantizer>();
        quantizer->m_config = config;
        auto vars = weightsOf(checkpoint, "vector_quantizer.vars");
        if (!vars)
            return vars.error();
        quantizer->m_vars = std::move(*vars);
        for (int layer = 0; layer < config.vqDepth; ++layer) {
            std::string name = "vector_quantizer.weight_proj";
            if (config.vqDepth > 1)
                name += "." + std::to_string(layer) + (layer + 1 < config.vqDepth ? ".0" : "");
            auto weight = weightsOf(checkpoint, name + ".weight");
            auto bias = weightsOf(checkpoint, name + ".bias");
            if (!weight || !bias)
                return weight ? bias.error() : weight.error();
            const int out = static_cast<int>(bias->size());
            const int in = static_cast<int>(weight->size()) / out;
            quantizer->m_layers.push_back(
                {makeConvKernel(kExact, {out, in, 1, 1, weight->data(), std::move(*bias)}), in,
                 out});
        }
        return std::unique_ptr<Quantizer>(std::move(quantizer));
    }

    int groups() const override { return m_config.vqGroups; }
    int channels() const override { return m_config.quantizedDim(); }
    Result<Norms> prepare(const RowSource&, int, const Progress&,
                          std::vector<Moments>&) const override
    {
        return Norms();
    }

    Result<void> quantize(const RowSource& z, const Norms&, std::int64_t first, std::int64_t count,
                          int* codes, float* zq, Workspace& workspace) const override
    {
        workspace.block.ensure(static_cast<std::size_t>(count)
                               * static_cast<std::size_t>(widest()));
        if (auto read = z.rows(first, count, workspace.block.data(), workspace); !read)
            return read;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            const auto& layer = m_layers[i];
            multiply(*layer.kernel, workspace.block.data(), count,
                     static_cast<std::size_t>(layer.in), workspace);
            if (i + 1 == m_layers.size())
                break;
            for (std::int64_t r = 0; r < count; ++r) {
                float* row = workspace.block.data() + r * layer.out;
                std::copy_n(workspace.tile.data()
                                + r * static_cast<std::int64_t>(layer.kernel->outputPitch()),
                            layer.out, row);
                activate(m_config.activation, row, static_cast<std::size_t>(layer.out));
            }
        }
        const auto pitch = static_cast<std::int64_t>(m_layers.back().kernel->outputPitch());
        for (std::int64_t r = 0; r < count; ++r)
            choose(workspace.tile.data() + r * pitch, codes + r * groups(),
                   zq ? zq + r * channels() : nullptr);
        return {};
    }

private:
    int widest() const
    {
        int width = 0;
        for (const auto& layer : m_layers)
            width = std::max({width, layer.in, layer.out});
        return width;
    }

    void choose(const float* logits, int* codes, float* zq) const
    {
        const int vars = m_config.vqVars;
        const int width = channels() / groups();
        for (int g = 0; g < groups(); ++g) {
            const float* from = logits + g * vars;
            codes[g] = static_cast<int>(std::max_element(from, from + vars) - from);
            if (zq) {
                const int entry = (m_config.combineGroups ? 0 : g * vars) + codes[g];
                std::copy_n(m_vars.data() + static_cast<std::ptrdiff_t>(entry) * width, width,
                            zq + g * width);
            }
        }
    }

    ModelConfig m_config;
    std::vector<float> m_vars; // [groups or 1][vars][width]
    std::vector<Linear> m_layers;
};

/// A grouped 1x1 convolution and a group norm over the whole recording; the code is the nearest
/// code vector.
class KMeansQuantizer : public Quantizer {
public:
    static Result<std::unique_ptr<Quantizer>> create(const Checkpoint& checkpoint)
    {
        auto quantizer = std::make_unique<KMeansQuantizer>();
        quantizer->m_config = checkpoint.config;
        auto embedding = weightsOf(checkpoint, "vector_quantizer.embedding");
        auto projection = weightsOf(checkpoint, "vector_quantizer.projection.0.weight");
        auto weight = weightsOf(checkpoint, "vector_quantizer.projection.1.weight");
        auto bias = weightsOf(checkpoint, "vector_quantizer.projection.1.bias");
        for (const auto* part : {&embedding, &projection, &weight, &bias}) {
            if (!*part)
                return part->error();
        }
        quantizer->m_embedding = std::move(*embedding);
        quantizer->m_normWeight = std::move(*weight);
        quantizer->m_normBias = std::move(*bias);
        const int groups = quantizer->groups();
        const int width = quantizer->width();
        for (int g = 0; g < groups; ++g)
            quantizer->m_kernels.push_back(
                makeConvKernel(kExact,
                               {width,
                                width,
                                1,
                                1,
                                projection->data() + static_cast<std::ptrdiff_t>(g) * width * width,
                                {}}));
        return std::unique_ptr<Quantizer>(std::move(quantizer));
    }

    int groups() const override { return m_config.vqGroups; }
    int channels() const override { return m_config.encoderDim(); }
    int width() const { return channels() / groups(); }

    Result<Norms> prepare(const RowSource& z, int threads, const Progress& progress,
                          std::vector<Moments>& moments) const override
    {
        const auto tiles = static_cast<std::size_t>((z.size() + kTileRows - 1) / kTileRows);
        const auto groupCount = static_cast<std::size_t>(groups());
        std::vector<Moments> parts(tiles * groupCount);
        std::vector<Workspace> workspaces(static_cast<std::size_t>(threads));
        auto done = forBlocks(z.size(), kTileRows, threads, progress, [&](const Block& block) {
            auto& workspace = workspaces[static_cast<std::size_t>(block.thread)];
            auto projected = project(z, block.first, block.count, workspace);
            if (!projected)
                return projected;
            for (std::size_t g = 0; g < groupCount; ++g)
                parts[static_cast<std::size_t>(block.index) * groupCount + g] = momentsOf(
                    workspace.second.data() + g * static_cast<std::size_t>(width()),
                    static_cast<std::size_t>(block.count), static_cast<std::size_t>(channels()),
                    static_cast<std::size_t>(width()));
            return projected;
        });
        if (!done)
            return done.error();
        moments.resize(groupCount);
        Norms norms;
        for (std::size_t g = 0; g < groupCount; ++g) {
            for (std::size_t i = 0; i < tiles; ++i)
                moments[g].merge(parts[i * groupCount + g]);
            const auto from = static_cast<std::ptrdiff_t>(g) * width();
            norms.push_back(ChannelAffine::fromMoments(
                moments[g], {m_normWeight.begin() + from, m_normWeight.begin() + from + width()},
                {m_normBias.begin() + from, m_normBias.begin() + from + width()},
                static_cast<std::size_t>(width())));
        }
        return norms;
    }

    Result<void> quantize(const RowSource& z, const Norms& norms, std::int64_t first,
                          std::int64_t count, int* codes, float* zq,
                          Workspace& workspace) const override
    {
        if (auto projected = project(z, first, count, workspace); !projected)
            return projected;
        for (std::int64_t r = 0; r < count; ++r)
            for (int g = 0; g < groups(); ++g) {
                float* ze = workspace.second.data() + r * channels() + g * width();
                const auto& affine = norms[static_cast<std::size_t>(g)];
                for (int c = 0; c < width(); ++c)
                    ze[c] = ze[c] * affine.scale[static_cast<std::size_t>(c)]
                        + affine.shift[static_cast<std::size_t>(c)];
                const int code = nearest(ze, g);
                codes[r * groups() + g] = code;
                if (zq)
                    std::copy_n(entry(code, g), width(), zq + r * channels() + g * width());
            }
        return {};
    }

private:
    /// The grouped convolution of `count` frames, [count][channels] in workspace.second.
    Result<void> project(const RowSource& z, std::int64_t first, std::int64_t count,
                         Workspace& workspace) const
    {
        const auto values = static_cast<std::size_t>(count) * static_cast<std::size_t>(channels());
        workspace.block.ensure(values);
        workspace.second.ensure(values);
        if (auto read = z.rows(first, count, workspace.block.data(), workspace); !read)
            return read;
        for (int g = 0; g < groups(); ++g) {
            const auto& kernel = *m_kernels[static_cast<std::size_t>(g)];
            multiply(kernel, workspace.block.data() + g * width(), count,
                     static_cast<std::size_t>(channels()), workspace);
            for (std::int64_t r = 0; r < count; ++r)
                std::copy_n(workspace.tile.data()
                                + r * static_cast<std::int64_t>(kernel.outputPitch()),
                            width(), workspace.second.data() + r * channels() + g * width());
        }
        return {};
    }

    const float* entry(int code, int group) const
    {
        const int row = m_config.combineGroups ? code : code * groups() + group;
        return m_embedding.data() + static_cast<std::ptrdiff_t>(row) * width();
    }

    int nearest(const float* ze, int group) const
    {
        int best = 0;
        float bestDistance = INFINITY;
        for (int code = 0; code < m_config.vqVars; ++code) {
            const float* candidate = entry(code, group);
            float distance = 0;
#pragma omp simd reduction(+ : distance)
            for (int c = 0; c < width(); ++c)
                distance += (ze[c] - candidate[c]) * (ze[c] - candidate[c]);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = code;
            }
        }
        return best;
    }

    ModelConfig m_config;
    std::vector<float> m_embedding; // [vars][groups or 1][width]
    std::vector<float> m_normWeight;
    std::vector<float> m_normBias;
    std::vector<std::unique_ptr<ConvKernel>> m_kernels; // one per group
};

} // namespace

Result<std::unique_ptr<Quantizer>> Quantizer::create(const Checkpoint& checkpoint)
{
    return checkpoint.config.vqType == VqType::Gumbel ? GumbelQuantizer::create(checkpoint)
                                                      : KMeansQuantizer::create(checkpoint);
}

} // namespace phono
