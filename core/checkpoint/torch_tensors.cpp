#include "core/checkpoint/torch_tensors.h"

#include "core/checkpoint/printable.h"

#include <cstring>

namespace phono {
namespace {

using Kind = PickleValue::Kind;
using Numbers = std::vector<std::int64_t>;

constexpr std::size_t kMaxDimensions = 32;
/// Views may take more than their storages (expanded, overlapping), but only so much.
constexpr std::int64_t kAllowanceBeyondFile = 64 << 20;

/// The tuple of whole numbers not below zero that a size or a stride is.
bool readNumbers(const PickleValue& value, Numbers& numbers)
{
    if (!value.is(Kind::Tuple) || value.items.size() > kMaxDimensions)
        return false;
    for (const auto* item : value.items) {
        if (!item->is(Kind::Int) || item->integer < 0)
            return false;
        numbers.push_back(item->integer);
    }
    return true;
}

/// The tensor record itself, of a tensor or of the parameter around it; null for anything else.
const PickleValue* tensorRecord(const PickleValue& value)
{
    const auto* tensor = &value;
    if (tensor->isObject("torch._utils._rebuild_parameter") && !tensor->items.empty())
        tensor = tensor->items.front();
    return tensor->isObject("torch._utils._rebuild_tensor_v2") ? tensor : nullptr;
}

} // namespace

struct TorchTensors::View {
    StorageId storage;
    std::int64_t offset = 0; ///< in items, like the strides
    Numbers shape;
    Numbers strides;
    std::int64_t numel = 0;
    std::int64_t last = 0; ///< index of the last item used, if there is any

    bool isDense() const
    {
        std::int64_t expected = 1;
        for (std::size_t i = shape.size(); i-- > 0; expected *= shape[i])
            if (shape[i] != 1 && strides[i] != expected)
                return false;
        return true;
    }

    /// Equal for equal views only.
    std::string identity() const
    {
        return storage.key + " " + std::string(storage.type->name) + " " + std::to_string(offset)
            + " " + toString(shape) + toString(strides);
    }
};

TorchTensors::TorchTensors(const InputFile& file, const TorchFile& torch)
    : m_file(file)
    , m_torch(torch)
    , m_allowance(file.size() + kAllowanceBeyondFile)
{
}

bool TorchTensors::isTensor(const PickleValue& value)
{
    return tensorRecord(value) != nullptr;
}

Result<TorchTensors::View> TorchTensors::view(const std::string& name,
                                              const PickleValue& value) const
{
    const auto wrong = [&](const std::string& problem) {
        return m_file.error("the tensor " + printable(name) + " " + problem);
    };
    const auto* record = tensorRecord(value);
    View view;
    if (!record || record->items.size() < 4 || !record->items[0]->is(Kind::Persistent)
        || !record->items[1]->is(Kind::Int) || !readNumbers(*record->items[2], view.shape)
        || !readNumbers(*record->items[3], view.strides)
        || view.shape.size() != view.strides.size())
        return wrong("is described wrongly (its offset, shape or strides)");
    auto storage = readStorageId(m_file, *record->items[0]);
    if (!storage)
        return storage.error();
    view.storage = std::move(*storage);
    view.offset = record->items[1]->integer;

    view.numel = 1;
    view.last = view.offset;
    bool overflow = view.offset < 0;
    for (std::size_t i = 0; i < view.shape.size(); ++i)
        overflow |= __builtin_mul_overflow(view.numel, view.shape[i], &view.numel);
    for (std::size_t i = 0; i < view.shape.size() && view.numel > 0; ++i) {
        std::int64_t reach = 0;
        overflow |= __builtin_mul_overflow(view.shape[i] - 1, view.strides[i], &reach)
            || __builtin_add_overflow(view.last, reach, &view.last);
        if (view.shape[i] == 1)
            view.strides[i] = 0; // never used, and may be any number
    }
    if (overflow || (view.numel > 0 && view.last >= view.storage.numel))
        return wrong(toString(view.shape) + " (offset " + std::to_string(view.offset) + ", strides "
                     + toString(view.strides) + ") does not lie in its storage of "
                     + std::to_string(view.storage.numel) + " items");
    return view;
}

Result<TensorInfo> TorchTensors::describe(const std::string& name, const PickleValue& value) const
{
    auto viewed = view(name, value);
    if (!viewed)
        return viewed.error();
    const auto& type = *viewed->storage.type;
    return TensorInfo{name, std::string(type.name), type.dtype, std::move(viewed->shape)};
}

Result<Tensor> TorchTensors::read(const std::string& name, const PickleValue& value)
{
    const auto viewed = view(name, value);
    if (!viewed)
        return viewed.error();
    const auto& type = *viewed->storage.type;
    if (!type.dtype)
        return m_file.error("the tensor " + printable(name) + " holds " + std::string(type.name)
                            + " numbers, which cannot be read");
    auto& bytes = m_shared[viewed->identity()];
    if (!bytes) {
        auto read = readView(name, *viewed);
        if (!read)
            return read.error();
        bytes = std::move(*read);
    }
    return Tensor{name, *type.dtype, viewed->shape, bytes};
}

Result<TorchTensors::Bytes> TorchTensors::readView(const std::string& name, const View& view)
{
    if (view.numel == 0)
        return Bytes(std::make_shared<std::vector<std::byte>>());
    const auto item = view.storage.type->itemBytes;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(view.numel, item, &bytes) || bytes > m_allowance)
        return m_file.error("the tensor " + printable(name) + " " + toString(view.shape)
                            + " would take more memory than its file could fill");
    m_allowance -= bytes;
    if (auto done = verifyChecksum(view); !done)
        return done.error();
    const auto& storage = m_torch.storages.at(view.storage.key);
    auto used =
        m_file.read(storage.offset + view.offset * item, (view.last - view.offset + 1) * item);
    if (!used)
        return used.error();
    if (view.isDense())
        return Bytes(std::make_shared<std::vector<std::byte>>(std::move(*used)));

    auto dense = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(bytes));
    Numbers index(view.shape.size(), 0);
    auto* to = dense->data();
    std::int64_t from = 0;
    for (std::int64_t i = 0; i < view.numel; ++i, to += item) {
        std::memcpy(to, used->data() + from * item, static_cast<std::size_t>(item));
        for (std::size_t axis = index.size(); axis-- > 0;) {
            from += view.strides[axis];
            if (++index[axis] < view.shape[axis])
                break;
            from -= view.strides[axis] * view.shape[axis];
            index[axis] = 0;
        }
    }
    return Bytes(std::move(dense));
}

Result<void> TorchTensors::verifyChecksum(const View& view)
{
    const auto& storage = m_torch.storages.at(view.storage.key);
    if (!storage.crc32 || !m_verified.insert(view.storage.key).second)
        return {};
    const auto crc = crc32OfRange(m_file, storage.offset, storage.bytes);
    if (!crc)
        return crc.error();
    if (*crc != *storage.crc32)
        return m_file.error("damaged: the checksum (CRC-32) of the record data/"
                            + printable(view.storage.key)
                            + " is wrong. Download or copy the file again");
    return {};
}

} // namespace phono
