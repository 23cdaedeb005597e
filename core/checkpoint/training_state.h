#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/tensor.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phono {

using NamedFields = std::vector<std::pair<std::string, FieldValue>>;

/// What a training run needs beside the model to go on exactly where a checkpoint was written, in
/// the places where fairseq keeps it (SPEC 7).
struct TrainingState {
    std::int64_t updates = 0;
    std::int64_t epoch = 1; ///< counted from 1, as fairseq does
    std::int64_t batch = 0; ///< batches of that epoch that are done
    double lr = 0; ///< of the newest update
    std::array<double, 2> adamBetas = {0.9, 0.999};
    double adamEps = 1e-8;
    double weightDecay = 0;
    /// Adam's moments, one per parameter in the model's order; tensors that the file holds under
    /// two names have one.
    std::vector<Tensor> expAvg;
    std::vector<Tensor> expAvgSq;
    /// Whatever else the run keeps, as it gave it (numbers and texts).
    NamedFields progress;
    /// Sections of cfg under fairseq's names: written, for fairseq and for people, not read back.
    std::vector<std::pair<std::string, NamedFields>> settings;

    /// In `progress`, if it is there, of that kind (double or std::int64_t), and finite.
    template <typename Number>
    std::optional<Number> number(std::string_view name) const
    {
        for (const auto& [key, value] : progress)
            if (const auto* found = std::get_if<Number>(&value); found && key == name)
                return std::isfinite(static_cast<double>(*found)) ? std::optional(*found)
                                                                  : std::nullopt;
        return std::nullopt;
    }
};

/// The training state of a `.pt` file that writeCheckpoint() wrote; fails, saying what is missing,
/// for a file without one.
Result<TrainingState> readTrainingState(const std::filesystem::path& path);

} // namespace phono
