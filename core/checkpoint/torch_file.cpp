#include "core/checkpoint/torch_file.h"

#include "core/checkpoint/foreign.h"
#include "core/checkpoint/pickle_reader.h"
#include "core/checkpoint/printable.h"
#include "core/checkpoint/zip_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

namespace phono {
namespace {

using Kind = PickleValue::Kind;

constexpr std::array kStorageTypes = {
    StorageType{"torch.FloatStorage", "float32", 4, DType::Float32},
    StorageType{"torch.DoubleStorage", "float64", 8, DType::Float64},
    StorageType{"torch.HalfStorage", "float16", 2, DType::Float16},
    StorageType{"torch.BFloat16Storage", "bfloat16", 2, DType::BFloat16},
    StorageType{"torch.LongStorage", "int64", 8, DType::Int64},
    StorageType{"torch.IntStorage", "int32", 4, DType::Int32},
    StorageType{"torch.ShortStorage", "int16", 2, DType::Int16},
    StorageType{"torch.CharStorage", "int8", 1, DType::Int8},
    StorageType{"torch.ByteStorage", "uint8", 1, DType::UInt8},
    StorageType{"torch.BoolStorage", "bool", 1, DType::Bool},
    StorageType{"torch.ComplexFloatStorage", "complex64", 8, std::nullopt},
    StorageType{"torch.ComplexDoubleStorage", "complex128", 16, std::nullopt},
};

/// 0x1950a86a20f9469cfc6c as the legacy container's first pickle holds it.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyProtocol = 1001;

/// Refuses what the machine could not read to the end or does not know.
Result<void> accept(const InputFile& file, const PickleDocument& document)
{
    if (!document.unknown)
        return document.failure ? Result<void>(*document.failure) : Result<void>();
    const auto& unknown = *document.unknown;
    const auto place =
        printable(unknown.name) + " (at offset " + std::to_string(unknown.offset) + ")";
    if (const auto kind = foreignModel(document))
        return file.error(foreignRefusal(*kind) + " (It also names " + place
                          + ", which is never looked up.)");
    return file.error("refused, because it names " + place
                      + ", which has no place in a wav2vec checkpoint. Nothing was executed; "
                        "do not open this file with torch.load unless you trust where it is from");
}

Result<void> resolveZip(const InputFile& file, const ZipReader& zip, const std::string& root,
                        TorchFile& torch)
{
    for (const auto* persistent : torch.document.persistent) {
        const auto id = readStorageId(file, *persistent);
        if (!id)
            return id.error();
        const auto* record = zip.find(root + "data/" + id->key);
        if (!record)
            return file.error("the record " + printable(root + "data/" + id->key)
                              + " with a tensor's values is missing from the archive");
        if (record->bytes != id->bytes)
            return file.error("the record " + printable(record->name) + " has "
                              + std::to_string(record->bytes) + " bytes; its tensor needs "
                              + std::to_string(id->bytes));
        if (torch.storages.contains(id->key))
            continue;
        const auto offset = zip.locate(file, *record);
        if (!offset)
            return offset.error();
        torch.storages.emplace(id->key, StoredStorage{*offset, record->bytes, record->crc32});
    }
    return {};
}

/// "archive/" for a record "archive/data.pkl"; every torch archive has exactly one.
Result<std::string> findRoot(const InputFile& file, const ZipReader& zip)
{
    constexpr std::string_view kPickle = "data.pkl";
    if (const auto kind = foreignArchive(zip))
        return file.error(foreignRefusal(*kind));
    std::optional<std::string> root;
    for (const auto& record : zip.records()) {
        if (!record.name.ends_with("/data.pkl") || record.name.find("/.data/") != std::string::npos)
            continue;
        if (root)
            return file.error("the zip archive holds two models; give one with a single data.pkl");
        root = record.name.substr(0, record.name.size() - kPickle.size());
    }
    if (!root)
        return file.error("this zip archive holds no data.pkl, so it is no PyTorch checkpoint");
    return *root;
}

Result<void> checkByteOrder(const InputFile& file, const ZipReader& zip, const std::string& root)
{
    const auto* record = zip.find(root + "byteorder");
    if (!record)
        return {};
    const auto offset = zip.locate(file, *record);
    if (!offset)
        return offset.error();
    constexpr std::string_view kLittle = "little";
    const auto text = file.read(*offset, std::min<std::int64_t>(record->bytes, 16));
    if (!text)
        return text.error();
    if (text->size() != kLittle.size()
        || std::memcmp(text->data(), kLittle.data(), kLittle.size()) != 0)
        return file.error("its numbers are not little-endian; save it again on a little-endian "
                          "machine");
    return {};
}

Result<TorchFile> openZip(const InputFile& file)
{
    const auto zip = ZipReader::open(file);
    if (!zip)
        return zip.error();
    const auto root = findRoot(file, *zip);
    if (!root)
        return root.error();
    if (auto done = checkByteOrder(file, *zip, *root); !done)
        return done.error();
    const auto* record = zip->find(*root + "data.pkl");
    const auto offset = zip->locate(file, *record);
    if (!offset)
        return offset.error();
    const auto crc = crc32OfRange(file, *offset, record->bytes);
    if (!crc)
        return crc.error();
    if (*crc != record->crc32)
        return file.error("damaged: the checksum (CRC-32) of " + printable(record->name)
                          + " is wrong. Download or copy the file again");
    InputStream stream(file, *offset, *offset + record->bytes);
    TorchFile torch{"zip", readPickle(stream), {}};
    if (auto done = accept(file, torch.document); !done)
        return done.error();
    if (auto done = resolveZip(file, *zip, *root, torch); !done)
        return done.error();
    return torch;
}

/// The three pickles before the object: a magic number, a version, facts about the machine.
Result<void> readLegacyPrologue(const InputFile& file, InputStream& stream)
{
    const auto magic = readPickle(stream);
    if (!magic.root || !magic.root->is(Kind::BigInt) || magic.root->text != kLegacyMagic) {
        if (const auto kind = foreignModel(magic))
            return file.error(foreignRefusal(*kind));
        return file.error("this is a Python pickle, but not one of PyTorch's. Nothing in it was "
                          "executed");
    }
    const auto version = readPickle(stream);
    if (auto done = accept(file, version); !done)
        return done;
    if (!version.root->is(Kind::Int) || version.root->integer != kLegacyProtocol)
        return file.error("unknown version of PyTorch's old file format (expected 1001)");
    const auto machine = readPickle(stream);
    if (auto done = accept(file, machine); !done)
        return done;
    const auto* little = machine.root->find("little_endian");
    if (!little || !little->is(Kind::Bool) || little->integer != 1)
        return file.error("its numbers are not little-endian; save it again on a little-endian "
                          "machine");
    return {};
}

/// The keys and, behind them in the same order, each storage: its number of items, its bytes.
Result<void> readLegacyStorages(const InputFile& file, InputStream& stream, TorchFile& torch)
{
    std::unordered_map<std::string, StorageId> wanted;
    for (const auto* persistent : torch.document.persistent) {
        auto id = readStorageId(file, *persistent);
        if (!id)
            return id.error();
        const auto [known, added] = wanted.emplace(id->key, *id);
        if (!added && (known->second.type != id->type || known->second.numel != id->numel))
            return file.error("the storage " + printable(id->key) + " is described in two ways");
    }
    const auto keys = readPickle(stream);
    if (auto done = accept(file, keys); !done)
        return done;
    if (!keys.root->is(Kind::List))
        return file.error("the list of storages is missing");
    auto at = stream.position();
    for (const auto* key : keys.root->items) {
        const auto found = key->is(Kind::String) ? wanted.find(key->text) : wanted.end();
        if (found == wanted.end())
            return file.error("it lists a storage that no tensor uses");
        const auto& id = found->second;
        std::int64_t numel = 0;
        if (auto done = file.read(at, &numel, sizeof numel); !done)
            return done;
        at += static_cast<std::int64_t>(sizeof numel);
        if (numel != id.numel)
            return file.error("the storage " + printable(id.key) + " has " + std::to_string(numel)
                              + " items where " + std::to_string(id.numel) + " were announced");
        if (!file.contains(at, id.bytes))
            return file.error("the file ends too early: the storage " + printable(id.key)
                              + " needs " + std::to_string(id.bytes) + " bytes at offset "
                              + std::to_string(at) + ". Download or copy it again");
        if (!torch.storages.emplace(id.key, StoredStorage{at, id.bytes, std::nullopt}).second)
            return file.error("it lists the storage " + printable(id.key) + " twice");
        at += id.bytes;
    }
    if (torch.storages.size() != wanted.size())
        return file.error("it does not hold all the storages that its tensors use");
    return {};
}

Result<TorchFile> openLegacy(const InputFile& file)
{
    InputStream stream(file, 0, file.size());
    if (auto done = readLegacyPrologue(file, stream); !done)
        return done.error();
    TorchFile torch{"legacy", readPickle(stream), {}};
    if (auto done = accept(file, torch.document); !done)
        return done.error();
    if (auto done = readLegacyStorages(file, stream, torch); !done)
        return done.error();
    return torch;
}

} // namespace

Result<StorageId> readStorageId(const InputFile& file, const PickleValue& persistent)
{
    const auto malformed = [&] {
        return file.error("a tensor's storage is described wrongly");
    };
    const auto& tuple = *persistent.items.front();
    if (!tuple.is(Kind::Tuple) || tuple.items.size() < 5 || tuple.items.size() > 6)
        return malformed();
    const auto& items = tuple.items;
    if (!items[0]->is(Kind::String) || items[0]->text != "storage" || !items[1]->is(Kind::Global)
        || !items[2]->is(Kind::String) || !items[4]->is(Kind::Int))
        return malformed();
    if (items.size() == 6 && !items[5]->is(Kind::None))
        return file.error("its storages are views of one another, as PyTorch wrote them before "
                          "2018; load and save it again with a newer PyTorch");
    const auto type = std::ranges::find(kStorageTypes, items[1]->text, &StorageType::global);
    if (type == kStorageTypes.end())
        return file.error("a tensor's storage is of the unknown type " + printable(items[1]->text));
    StorageId id{&*type, items[2]->text, items[4]->integer, 0};
    if (id.numel < 0 || __builtin_mul_overflow(id.numel, type->itemBytes, &id.bytes))
        return file.error("the storage " + printable(id.key) + " claims the impossible size of "
                          + std::to_string(id.numel) + " items");
    return id;
}

Result<TorchFile> openTorchFile(const InputFile& file)
{
    std::array<char, 4> start = {};
    const auto bytes = std::min<std::int64_t>(file.size(), start.size());
    if (auto done = file.read(0, start.data(), static_cast<std::size_t>(bytes)); !done)
        return done.error();
    if (std::string_view(start.data(), start.size()).starts_with("PK\3\4"))
        return openZip(file);
    return openLegacy(file);
}

} // namespace phono
