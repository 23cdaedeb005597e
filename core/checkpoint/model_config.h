#pragma once

#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// One convolution: output channels, kernel length and stride, in frames of its input.
struct ConvLayer {
    int dim = 0;
    int kernel = 0;
    int stride = 0;
    bool operator==(const ConvLayer&) const = default;
};

enum class Activation { Relu, Gelu };
enum class Aggregator { Cnn, Gru };
enum class ProjectFeatures { None, Same, New };
enum class VqType { None, Gumbel, KMeans };

/// The architecture of a wav2vec model and the options of its contrastive task, named as fairseq's
/// Wav2VecConfig names them. Defaults are the 2019 base architecture's (paper section 3, fairseq
/// `base_wav2vec_architecture`); a checkpoint's own values always take precedence.
struct ModelConfig {
    std::vector<ConvLayer> convFeatureLayers;
    std::vector<ConvLayer> convAggregatorLayers;
    Activation activation = Activation::Relu;
    Aggregator aggregator = Aggregator::Cnn;
    int gruDim = 512;

    bool logCompression = false;
    bool skipConnectionsFeat = false;
    bool skipConnectionsAgg = false;
    double residualScale = 0.5;
    bool noConvBias = false;
    bool aggZeroPad = false;
    bool nonAffineGroupNorm = false;

    double dropout = 0;
    double dropoutFeatures = 0;
    double dropoutAgg = 0;

    VqType vqType = VqType::None;
    int vqVars = 320;
    int vqGroups = 2;
    int vqDim = 0; ///< 0 means the encoder's width
    int vqDepth = 1;
    bool combineGroups = false;
    std::array<double, 3> vqTemp = {2.0, 0.5, 0.999995};
    double vqGamma = 0.25;

    int predictionSteps = 12;
    int numNegatives = 1;
    int crossSampleNegatives = 0;
    std::optional<int> sampleDistance;
    std::optional<int> offset; ///< empty means "auto"
    ProjectFeatures projectFeatures = ProjectFeatures::None;
    bool balancedClasses = false;
    bool infonce = false;

    bool operator==(const ModelConfig&) const = default;

    static ModelConfig base();
    static ModelConfig large();
    static ModelConfig tiny(); ///< the large layout, 32 wide: for tests and demonstrations

    /// What cannot be computed, in words; ok for every configuration fairseq can build.
    Result<void> validate() const;

    int encoderDim() const { return convFeatureLayers.back().dim; }
    int contextDim() const; ///< width of c
    int quantizedDim() const { return vqDim > 0 ? vqDim : encoderDim(); }

    /// Samples between two frames (160) and samples that one frame of z or c sees (465 and 3345 for
    /// base, 12945 for large), from the layers alone.
    int hop() const;
    int encoderReceptiveField() const;
    int contextReceptiveField() const;
    /// Frames of z and c for `samples` samples: floor((n - 465) / 160) + 1 for the usual layers,
    /// 0 when there are too few.
    std::int64_t frames(std::int64_t samples) const;
    /// `offset`, or what "auto" computes (SPEC 1.6): the encoder's receptive field in frames.
    int predictionOffset() const;
};

/// Parses "[(512, 10, 5)] + [(512, 4, 2)] * 3": lists of int triples, `+`, `* int`. Nothing else;
/// at most 64 layers of at most 65536 channels.
Result<std::vector<ConvLayer>> parseConvLayers(std::string_view text);
std::string toString(const std::vector<ConvLayer>& layers);

} // namespace phono
