#pragma once

#include "core/checkpoint/tensor.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// What a file says of one of its tensors, before any of its values are read.
struct TensorInfo {
    std::string name;
    std::string dtypeName; ///< "float32", "complex64", …
    std::optional<DType> dtype; ///< empty for types that a Tensor cannot hold
    std::vector<std::int64_t> shape;

    /// "float32 [512, 1, 10]"
    std::string describe() const { return dtypeName + " " + toString(shape); }
};

/// The tensors of an open file, read one by one as they are wanted.
struct WeightList {
    std::vector<TensorInfo> tensors;
    /// Reads tensors[index]. Must not outlive the file it reads from.
    std::function<Result<Tensor>(std::size_t index)> read;

    const TensorInfo* find(std::string_view name) const
    {
        for (const auto& tensor : tensors)
            if (tensor.name == name)
                return &tensor;
        return nullptr;
    }
};

} // namespace phono
