#pragma once

#include "core/checkpoint/checkpoint.h"
#include "tests/support/golden.h"

#include <QTest>

#include <ATen/ATen.h>

#include <stdexcept>
#include <vector>

// The golden cases of the contrastive loss (20_loss).
namespace phono::golden {

/// A golden checkpoint with the changes that a loss case makes to its configuration.
inline Checkpoint modelOf(const QJsonObject& meta)
{
    auto model = readCheckpoint(path(meta["case"].toString().toStdString() + "/ckpt_zip_cfg.pt"));
    if (!model)
        throw std::runtime_error(model.error().message);
    auto& config = model->config;
    const auto over = meta["over"].toObject();
    for (const auto& key : over.keys()) {
        const auto value = over[key];
        if (key == "num_negatives")
            config.numNegatives = value.toInt();
        else if (key == "cross_sample_negatives")
            config.crossSampleNegatives = value.toInt();
        else if (key == "sample_distance")
            config.sampleDistance = value.toInt();
        else if (key == "balanced_classes")
            config.balancedClasses = value.toBool();
        else if (key == "infonce")
            config.infonce = value.toBool();
        else if (key == "prediction_steps")
            config.predictionSteps = value.toInt();
        else if (key == "offset")
            config.offset = value.toVariant().toInt();
        else
            throw std::runtime_error("unknown change: " + key.toStdString());
    }
    // A case with fewer steps uses the first of the head's.
    for (auto& tensor : model->tensors) {
        if (tensor.name != "wav2vec_predictions.project_to_steps.weight"
            || tensor.shape[3] == config.predictionSteps)
            continue;
        const auto all = tensor.toFloat();
        std::vector<float> some;
        for (std::size_t i = 0; i < all->size(); ++i) {
            if (static_cast<std::int64_t>(i) % tensor.shape[3] < config.predictionSteps)
                some.push_back((*all)[i]);
        }
        tensor = Tensor::fromFloat(
            tensor.name, {tensor.shape[0], tensor.shape[1], 1, config.predictionSteps}, some);
    }
    return std::move(*model);
}

/// The batch that all loss cases hear, cut for those with fewer frames.
inline std::vector<Waveform> batchOf(const Checkpoint& model, int frames)
{
    const auto all = readNpy("20_loss/batch.npy");
    std::vector<Waveform> batch;
    const auto samples = static_cast<std::size_t>(all.shape[1]);
    // Shorter cases hear just as many samples as their frames need.
    const auto used = model.config.frames(static_cast<std::int64_t>(samples)) == frames
        ? samples
        : static_cast<std::size_t>(model.config.encoderReceptiveField()
                                   + (frames - 1) * model.config.hop());
    for (std::size_t i = 0; i < static_cast<std::size_t>(all.shape[0]); ++i) {
        const auto from = all.values.begin() + static_cast<std::ptrdiff_t>(i * samples);
        batch.emplace_back(std::vector<float>(from, from + static_cast<std::ptrdiff_t>(used)));
    }
    return batch;
}

inline at::Tensor toTensor(const std::vector<Waveform>& batch)
{
    std::vector<at::Tensor> rows;
    for (const auto& item : batch)
        rows.push_back(
            at::from_blob(const_cast<float*>(item.samples().data()), {item.size()}, at::kFloat));
    return at::stack(rows);
}

inline void addLossCases()
{
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"large_bce", "large_bce_balanced", "large_infonce", "large_bce_cross5_neg5",
          "large_infonce_cross5_neg5", "large_bce_balanced_cross5_neg5", "large_bce_sampledist20",
          "large_bce_steps4_offset1", "large_bce_neg1", "01_base_bce", "03_gru_bce",
          "04a_options_projsame_bce", "short_T8_bce", "short_T8_infonce"})
        QTest::newRow(name) << QString(name);
}

} // namespace phono::golden
