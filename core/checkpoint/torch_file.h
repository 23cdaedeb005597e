#pragma once

#include "core/checkpoint/input_file.h"
#include "core/checkpoint/pickle_value.h"
#include "core/checkpoint/tensor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace phono {

/// The element type of a torch storage, by the name of its class.
struct StorageType {
    std::string_view global; ///< "torch.FloatStorage"
    std::string_view name; ///< "float32"
    std::int64_t itemBytes = 0;
    std::optional<DType> dtype; ///< empty for types that a Tensor cannot hold
};

/// Where the bytes of one storage lie in the file; checked to lie there.
struct StoredStorage {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
    std::optional<std::uint32_t> crc32; ///< zip only
};

/// A `.pt` file with its pickle read and its storages found, but not read. SPEC 8.1 to 8.3.
struct TorchFile {
    std::string container; ///< "zip" or "legacy"
    PickleDocument document; ///< complete, without unknown classes
    std::unordered_map<std::string, StoredStorage> storages; ///< by key
};

/// Reads either container. A file whose pickle is broken or names classes that are not on the
/// allow-list is refused, and so is one with storages that do not lie in the file.
Result<TorchFile> openTorchFile(const InputFile& file);

/// What a persistent id of torch says: ('storage', class, key, location, numel[, None]).
struct StorageId {
    const StorageType* type = nullptr;
    std::string key;
    std::int64_t numel = 0;
    std::int64_t bytes = 0; ///< numel items, does not overflow
};
Result<StorageId> readStorageId(const InputFile& file, const PickleValue& persistent);

} // namespace phono
