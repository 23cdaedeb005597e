#pragma once

#include "core/checkpoint/input_file.h"
#include "core/checkpoint/torch_file.h"
#include "core/checkpoint/weight_list.h"

#include <map>
#include <memory>
#include <set>

namespace phono {

/// Reads tensors out of an open `.pt` file: views of storages with an offset and strides
/// (SPEC 8.3).
///
/// `file` and `torch` outlive this. Use from one thread.
class TorchTensors {
public:
    TorchTensors(const InputFile& file, const TorchFile& torch);

    /// The value is a tensor or a parameter.
    static bool isTensor(const PickleValue& value);
    Result<TensorInfo> describe(const std::string& name, const PickleValue& value) const;
    /// Dense and row-major. Equal views of one storage share their bytes. What all tensors take
    /// together is bounded by the file's size, whatever shapes it claims.
    Result<Tensor> read(const std::string& name, const PickleValue& value);

private:
    struct View;
    using Bytes = std::shared_ptr<const std::vector<std::byte>>;

    Result<View> view(const std::string& name, const PickleValue& value) const;
    Result<Bytes> readView(const std::string& name, const View& view);
    Result<void> verifyChecksum(const View& view);

    const InputFile& m_file;
    const TorchFile& m_torch;
    std::set<std::string> m_verified; ///< storages whose checksum was right
    std::map<std::string, Bytes> m_shared; ///< by what describes the view
    std::int64_t m_allowance; ///< bytes that may still be taken
};

} // namespace phono
