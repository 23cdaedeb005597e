#include "core/checkpoint/safetensors.h"

#include "core/base/atomic_file.h"
#include "core/checkpoint/printable.h"
#include "core/checkpoint/safetensors_header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace phono {
namespace {

constexpr std::int64_t kLengthBytes = 8;
/// A wav2vec model's header has about 10 kB.
constexpr std::int64_t kMaxHeader = 4 << 20;
constexpr std::size_t kAlignment = 8;
constexpr const char* kMetadata = "__metadata__";

struct Type {
    std::string_view code;
    DType dtype;
};

constexpr std::array kTypes = {
    Type{"F32", DType::Float32},   Type{"F64", DType::Float64}, Type{"F16", DType::Float16},
    Type{"BF16", DType::BFloat16}, Type{"I64", DType::Int64},   Type{"I32", DType::Int32},
    Type{"I16", DType::Int16},     Type{"I8", DType::Int8},     Type{"U8", DType::UInt8},
    Type{"BOOL", DType::Bool},
};

/// One tensor of the header; [begin, end) counts from the first byte behind it.
struct Entry {
    TensorInfo info;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

Error malformed(const InputFile& file, const std::string& problem)
{
    return file.error("malformed safetensors file: " + problem);
}

Result<std::int64_t> headerLength(const InputFile& file)
{
    std::uint64_t length = 0;
    if (auto done = file.read(0, &length, sizeof length); !done)
        return malformed(file, "it is shorter than its first field");
    if (length > static_cast<std::uint64_t>(file.size() - kLengthBytes))
        return malformed(file,
                         "its header claims " + std::to_string(length)
                             + " bytes, more than the file has. Download or copy it again");
    if (length > kMaxHeader)
        return malformed(file,
                         "its header of " + std::to_string(length)
                             + " bytes is far larger than a wav2vec model's");
    return static_cast<std::int64_t>(length);
}

/// The tensor with its type known and its size agreeing with its place.
Result<Entry> checkEntry(const InputFile& file, SafetensorsHeader::Entry& stored)
{
    const auto wrong = [&](const std::string& problem) {
        return malformed(file, "the tensor " + printable(stored.name) + " " + problem);
    };
    const auto type = std::ranges::find(kTypes, stored.dtype, &Type::code);
    if (type == kTypes.end())
        return wrong("is of type " + printable(stored.dtype) + ", which cannot be read");
    auto bytes = static_cast<std::int64_t>(itemSize(type->dtype));
    for (const auto size : stored.shape)
        if (__builtin_mul_overflow(bytes, size, &bytes))
            return wrong("claims the impossible shape " + toString(stored.shape));
    Entry entry{{stored.name, toString(type->dtype), type->dtype, std::move(stored.shape)},
                stored.offsets[0],
                stored.offsets[1]};
    if (entry.begin > entry.end || entry.end - entry.begin != bytes)
        return wrong(entry.info.describe() + " needs " + std::to_string(bytes)
                     + " bytes, but its data_offsets are " + toString(stored.offsets));
    return entry;
}

/// The tensors, by their places, must fill the rest of the file exactly.
Result<void> checkLayout(const InputFile& file, const std::vector<Entry>& entries,
                         std::int64_t bytes)
{
    std::int64_t at = 0;
    for (const auto& entry : entries) {
        if (entry.begin != at)
            return malformed(file,
                             "the tensor " + printable(entry.info.name) + " begins at "
                                 + std::to_string(entry.begin) + ", but the one before it ends at "
                                 + std::to_string(at));
        at = entry.end;
    }
    if (at != bytes)
        return malformed(file,
                         "its tensors take " + std::to_string(at) + " bytes, but "
                             + std::to_string(bytes)
                             + " follow its header. Download or copy it again");
    return {};
}

WeightList weightList(const InputFile& file, std::vector<Entry> entries, std::int64_t dataOffset)
{
    WeightList list;
    for (const auto& entry : entries)
        list.tensors.push_back(entry.info);
    list.read = [&file, dataOffset,
                 entries = std::move(entries)](std::size_t index) -> Result<Tensor> {
        const auto& entry = entries[index];
        auto bytes = file.read(dataOffset + entry.begin, entry.end - entry.begin);
        if (!bytes)
            return bytes.error();
        return Tensor{entry.info.name, *entry.info.dtype, entry.info.shape,
                      std::make_shared<std::vector<std::byte>>(std::move(*bytes))};
    };
    return list;
}

Result<std::string> makeHeader(const std::vector<Tensor>& tensors, const TextMap& metadata)
{
    nlohmann::ordered_json header;
    header[kMetadata] = metadata;
    std::int64_t at = 0;
    for (const auto& tensor : tensors) {
        const auto type = std::ranges::find(kTypes, tensor.dtype, &Type::dtype);
        const auto end = at + static_cast<std::int64_t>(tensor.bytes->size());
        if (header.contains(tensor.name))
            return Error{"the tensor " + printable(tensor.name) + " would be written twice"};
        header[tensor.name] = {
            {"dtype", type->code}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    auto text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
    return text;
}

} // namespace

bool looksLikeSafetensors(const InputFile& file)
{
    std::uint64_t length = 0;
    char brace = 0;
    return file.read(0, &length, sizeof length) && file.read(kLengthBytes, &brace, 1) && length >= 2
        && length <= static_cast<std::uint64_t>(file.size() - kLengthBytes) && brace == '{';
}

Result<SafetensorsFile> openSafetensors(const InputFile& file)
{
    const auto length = headerLength(file);
    if (!length)
        return length.error();
    const auto bytes = file.read(kLengthBytes, *length);
    if (!bytes)
        return bytes.error();
    auto header =
        parseSafetensorsHeader({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!header)
        return malformed(file, header.error().message);
    std::vector<Entry> entries;
    for (auto& stored : header->entries) {
        auto entry = checkEntry(file, stored);
        if (!entry)
            return entry.error();
        entries.push_back(std::move(*entry));
    }
    std::ranges::sort(entries, {},
                      [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
    const auto dataOffset = kLengthBytes + *length;
    if (auto done = checkLayout(file, entries, file.size() - dataOffset); !done)
        return done.error();
    return SafetensorsFile{weightList(file, std::move(entries), dataOffset),
                           std::move(header->metadata)};
}

Result<void> writeSafetensors(const std::vector<Tensor>& tensors, const TextMap& metadata,
                              const std::filesystem::path& path, bool force)
{
    const auto header = makeHeader(tensors, metadata);
    if (!header)
        return header.error();
    auto file = AtomicFile::create(path, force);
    if (!file)
        return file.error();
    const std::uint64_t length = header->size();
    if (auto done = file->write(&length, sizeof length); !done)
        return done;
    if (auto done = file->write(header->data(), header->size()); !done)
        return done;
    for (const auto& tensor : tensors)
        if (auto done = file->write(tensor.bytes->data(), tensor.bytes->size()); !done)
            return done;
    return file->commit();
}

} // namespace phono
