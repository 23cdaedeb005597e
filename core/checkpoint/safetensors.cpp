#include "core/checkpoint/safetensors.h"

#include "core/base/atomic_file.h"
#include "core/checkpoint/printable.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace phono {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLengthBytes = 8;
/// A wav2vec model's header has about 10 kB. Parsed, it takes many times its size.
constexpr std::int64_t kMaxHeader = 4 << 20;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMaxDimensions = 32;
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

/// The header as JSON, without names that occur twice and without deep nesting.
Result<Json> parseHeader(const InputFile& file, const std::vector<std::byte>& bytes)
{
    constexpr int kMaxDepth = 3;
    bool deep = false;
    std::string twice;
    std::array<std::unordered_set<std::string>, kMaxDepth + 2> names;
    const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
        const auto level = static_cast<std::size_t>(std::clamp(depth, 0, kMaxDepth + 1));
        deep |= depth > kMaxDepth;
        if (event == Json::parse_event_t::object_start)
            names[std::min(level + 1, names.size() - 1)].clear();
        else if (event == Json::parse_event_t::key
                 && !names[level].insert(value.get<std::string>()).second)
            twice = value.get<std::string>();
        return !deep;
    };
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    auto header = Json::parse(text, text + bytes.size(), check, /*allow_exceptions=*/false);
    if (deep || header.is_discarded() || !header.is_object())
        return malformed(file, "its header is not a flat JSON object");
    if (!twice.empty())
        return malformed(file, "its header has " + printable(twice) + " twice");
    return header;
}

/// A whole number from 0 to 2^63 - 1.
bool readNumber(const Json& value, std::int64_t& number)
{
    if (!value.is_number_unsigned()
        || value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return false;
    number = value.get<std::int64_t>();
    return true;
}

bool readNumbers(const Json& values, std::size_t limit, std::vector<std::int64_t>& numbers)
{
    if (!values.is_array() || values.size() > limit)
        return false;
    numbers.resize(values.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!readNumber(values[i], numbers[i]))
            return false;
    return true;
}

Result<Entry> readEntry(const InputFile& file, const std::string& name, const Json& value)
{
    const auto wrong = [&](const std::string& problem) {
        return malformed(file, "the tensor " + printable(name) + " " + problem);
    };
    Entry entry;
    entry.info.name = name;
    std::vector<std::int64_t> offsets;
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype")
        || !value["dtype"].is_string() || !value.contains("shape")
        || !readNumbers(value["shape"], kMaxDimensions, entry.info.shape)
        || !value.contains("data_offsets") || !readNumbers(value["data_offsets"], 2, offsets)
        || offsets.size() != 2)
        return wrong("is not described by dtype, shape and data_offsets");
    const auto code = value["dtype"].get<std::string>();
    const auto type = std::ranges::find(kTypes, code, &Type::code);
    if (type == kTypes.end())
        return wrong("is of type " + printable(code) + ", which cannot be read");
    entry.info.dtype = type->dtype;
    entry.info.dtypeName = toString(type->dtype);
    entry.begin = offsets[0];
    entry.end = offsets[1];
    auto bytes = static_cast<std::int64_t>(itemSize(type->dtype));
    for (const auto size : entry.info.shape)
        if (__builtin_mul_overflow(bytes, size, &bytes))
            return wrong("claims the impossible shape " + toString(entry.info.shape));
    if (entry.begin > entry.end || entry.end - entry.begin != bytes)
        return wrong(entry.info.describe() + " needs " + std::to_string(bytes)
                     + " bytes, but its data_offsets are " + toString(offsets));
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

Result<TextMap> readMetadata(const InputFile& file, const Json& header)
{
    TextMap metadata;
    const auto found = header.find(kMetadata);
    if (found == header.end())
        return metadata;
    if (!found->is_object())
        return malformed(file, "its metadata is no object");
    for (const auto& [name, value] : found->items()) {
        if (!value.is_string())
            return malformed(file, "its metadata " + printable(name) + " is no text");
        metadata.emplace(name, value.get<std::string>());
    }
    return metadata;
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
    auto text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
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
    const auto header = parseHeader(file, *bytes);
    if (!header)
        return header.error();
    auto metadata = readMetadata(file, *header);
    if (!metadata)
        return metadata.error();
    std::vector<Entry> entries;
    for (const auto& [name, value] : header->items()) {
        if (name == kMetadata)
            continue;
        auto entry = readEntry(file, name, value);
        if (!entry)
            return entry.error();
        entries.push_back(std::move(*entry));
    }
    std::ranges::sort(entries, {},
                      [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
    const auto dataOffset = kLengthBytes + *length;
    if (auto done = checkLayout(file, entries, file.size() - dataOffset); !done)
        return done.error();
    return SafetensorsFile{weightList(file, std::move(entries), dataOffset), std::move(*metadata)};
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
