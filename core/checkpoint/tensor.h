#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace phono {

// GCC takes a scoped enumerator for the shadow of a type of that name.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
enum class DType { Float32, Float64, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool };
#pragma GCC diagnostic pop

std::size_t itemSize(DType dtype);
/// "float32", "bfloat16", …
std::string toString(DType dtype);
/// Of floating-point numbers, as weights are.
bool isFloating(DType dtype);
/// "[512, 1, 10]"
std::string toString(const std::vector<std::int64_t>& shape);

/// A named array read from or written to a checkpoint: dense, row-major, little-endian.
///
/// The bytes are immutable and shared by copies; tensors that shared a storage in the file share it
/// here when they are equal views.
struct Tensor {
    std::string name;
    DType dtype = DType::Float32;
    std::vector<std::int64_t> shape; ///< empty for a scalar
    std::shared_ptr<const std::vector<std::byte>> bytes;

    std::int64_t numel() const;
    /// "float32 [512, 1, 10]"
    std::string describe() const;
    /// The values as float32, whatever floating type they are stored in. Integers are an error.
    Result<std::vector<float>> toFloat() const;

    static Tensor fromFloat(std::string name, std::vector<std::int64_t> shape,
                            const std::vector<float>& values);
};

} // namespace phono
