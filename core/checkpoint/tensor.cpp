#include "core/checkpoint/tensor.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace phono {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are used as they lie in memory");

float fromHalf(std::uint16_t half)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
    const std::uint32_t exponent = half >> 10 & 0x1f;
    const std::uint32_t fraction = half & 0x3ff;
    if (exponent == 0) // zero or subnormal: fraction * 2^-24
        return std::bit_cast<float>(
            sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24f));
    const std::uint32_t widened = exponent == 0x1f ? 0xff : exponent + 112;
    return std::bit_cast<float>(sign | widened << 23 | fraction << 13);
}

float fromBfloat16(std::uint16_t value)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

template <typename Stored, typename Convert>
std::vector<float> convert(const std::vector<std::byte>& bytes, Convert toFloat)
{
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = toFloat(stored);
    }
    return values;
}

} // namespace

std::size_t itemSize(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
    case DType::Int64:
        return 8;
    case DType::Float32:
    case DType::Int32:
        return 4;
    case DType::Float16:
    case DType::BFloat16:
    case DType::Int16:
        return 2;
    case DType::Int8:
    case DType::UInt8:
    case DType::Bool:
        break;
    }
    return 1;
}

std::string toString(DType dtype)
{
    switch (dtype) {
    case DType::Float32:
        return "float32";
    case DType::Float64:
        return "float64";
    case DType::Float16:
        return "float16";
    case DType::BFloat16:
        return "bfloat16";
    case DType::Int64:
        return "int64";
    case DType::Int32:
        return "int32";
    case DType::Int16:
        return "int16";
    case DType::Int8:
        return "int8";
    case DType::UInt8:
        return "uint8";
    case DType::Bool:
        break;
    }
    return "bool";
}

bool isFloating(DType dtype)
{
    return dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16
        || dtype == DType::BFloat16;
}

std::string toString(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const auto size : shape)
        text += (text.empty() ? "" : ", ") + std::to_string(size);
    return "[" + text + "]";
}

std::int64_t Tensor::numel() const
{
    std::int64_t count = 1;
    for (const auto size : shape)
        count *= size;
    return count;
}

std::string Tensor::describe() const
{
    return toString(dtype) + " " + toString(shape);
}

Result<std::vector<float>> Tensor::toFloat() const
{
    assert(bytes && bytes->size() == static_cast<std::size_t>(numel()) * itemSize(dtype));
    switch (dtype) {
    case DType::Float32: {
        std::vector<float> values(bytes->size() / sizeof(float));
        if (!values.empty())
            std::memcpy(values.data(), bytes->data(), bytes->size());
        return values;
    }
    case DType::Float64:
        return convert<double>(*bytes, [](double value) { return static_cast<float>(value); });
    case DType::Float16:
        return convert<std::uint16_t>(*bytes, fromHalf);
    case DType::BFloat16:
        return convert<std::uint16_t>(*bytes, fromBfloat16);
    default:
        return Error{"the tensor " + name + " holds " + toString(dtype)
                     + " numbers where floating-point weights are expected"};
    }
}

Tensor Tensor::fromFloat(std::string name, std::vector<std::int64_t> shape,
                         const std::vector<float>& values)
{
    Tensor tensor{std::move(name), DType::Float32, std::move(shape), nullptr};
    assert(static_cast<std::size_t>(tensor.numel()) == values.size());
    auto bytes = std::make_shared<std::vector<std::byte>>(values.size() * sizeof(float));
    if (!values.empty())
        std::memcpy(bytes->data(), values.data(), bytes->size());
    tensor.bytes = std::move(bytes);
    return tensor;
}

} // namespace phono
