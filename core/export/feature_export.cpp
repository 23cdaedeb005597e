#include "core/export/feature_export.h"

#include <algorithm>
#include <cassert>
#include <system_error>
#include <utility>

namespace phono {
namespace {

Result<void> checkStem(const std::string& stem)
{
    if (stem.empty() || stem.find('/') != std::string::npos || stem.find('\0') != std::string::npos)
        return Error{"cannot name a file after '" + stem
                     + "': give a name without slashes for the exported files"};
    return {};
}

Result<void> makeFolder(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed && !std::filesystem::is_directory(folder))
        return Error{"cannot make the folder " + folder.string() + ": " + failed.message()};
    return {};
}

} // namespace

Result<FeatureExport> FeatureExport::create(const ExportOptions& options, int encoderReceptiveField)
{
    assert(!options.features.empty());
    if (auto named = checkStem(options.stem); !named)
        return named.error();
    if (auto made = makeFolder(options.folder); !made)
        return made.error();
    FeatureExport files;
    files.m_format = options.format;
    const WriterOptions writerOptions = {options.significantDigits, encoderReceptiveField,
                                         options.force};
    for (const std::string& feature : options.features) {
        const auto path = options.folder / exportFileName(options.stem, feature, options.format);
        auto writer = FeatureWriter::create(options.format, path, writerOptions);
        if (!writer)
            return writer.error();
        auto sidecar = AtomicFile::create(sidecarPath(path), options.force);
        if (!sidecar)
            return sidecar.error();
        files.m_items.push_back({feature, *std::move(writer), *std::move(sidecar)});
    }
    return files;
}

FeatureSink* FeatureExport::sink(std::string_view feature)
{
    const auto item = std::ranges::find(m_items, feature, &Item::feature);
    return item == m_items.end() ? nullptr : item->writer.get();
}

std::vector<std::filesystem::path> FeatureExport::files() const
{
    std::vector<std::filesystem::path> paths;
    for (const Item& item : m_items)
        paths.push_back(item.writer->path());
    return paths;
}

Result<void> FeatureExport::commit(const ExportOrigin& origin)
{
    if (origin.audio.sha256.empty() || origin.checkpoint.sha256.empty())
        return Error{"cannot write " + sidecarPath(m_items.front().writer->path()).string()
                     + ": the recording and the checkpoint have to be hashed first."};
    if (auto filled = fillItems(origin); !filled)
        return filled;
    std::vector<std::filesystem::path> appeared;
    const auto put = [&](Result<void> committed, const std::filesystem::path& path) {
        if (committed)
            appeared.push_back(path);
        return committed;
    };
    for (Item& item : m_items) {
        const auto path = item.writer->path();
        auto done = put(item.writer->commit(), path);
        if (done)
            done = put(item.sidecar.commit(), sidecarPath(path));
        if (done)
            continue;
        for (const auto& file : appeared) {
            std::error_code ignored;
            std::filesystem::remove(file, ignored);
        }
        return done;
    }
    return {};
}

/// Everything that can fail for want of space happens here, before the first file appears.
Result<void> FeatureExport::fillItems(const ExportOrigin& origin)
{
    for (Item& item : m_items) {
        FeatureWriter& writer = *item.writer;
        if (auto completed = writer.complete(); !completed)
            return completed;
        const std::string json =
            sidecarJson(writer.path(), m_format, writer.info(), writer.frames(), origin);
        if (auto written = item.sidecar.write(json.data(), json.size()); !written)
            return written;
    }
    return {};
}

} // namespace phono
