#include "core/export/feature_writer.h"

#include "core/export/csv_writer.h"
#include "core/export/hdf5_header.h"
#include "core/export/raw_writer.h"

#include <cassert>
#include <string>
#include <utility>

namespace phono {

Result<std::unique_ptr<FeatureWriter>> FeatureWriter::create(ExportFormat format,
                                                             const std::filesystem::path& path,
                                                             const WriterOptions& options)
{
    auto file = AtomicFile::create(path, options.force);
    if (!file)
        return file.error();
    std::unique_ptr<FeatureWriter> writer;
    switch (format) {
    case ExportFormat::Csv:
        writer = std::make_unique<CsvWriter>(path, *std::move(file), options);
        break;
    case ExportFormat::Npy:
        writer = std::make_unique<RawWriter>(path, *std::move(file), npyHeader);
        break;
    case ExportFormat::Hdf5:
        writer = std::make_unique<RawWriter>(path, *std::move(file), hdf5Header);
        break;
    case ExportFormat::Safetensors:
        writer = std::make_unique<RawWriter>(path, *std::move(file), safetensorsHeader);
        break;
    }
    return writer;
}

FeatureWriter::FeatureWriter(std::filesystem::path path, AtomicFile file)
    : m_path(std::move(path))
    , m_file(std::move(file))
{
}

Result<void> FeatureWriter::begin(const FeatureInfo& info, std::int64_t frames)
{
    assert(m_frames < 0 && frames >= 0 && info.channels > 0);
    m_info = info;
    m_frames = frames;
    return writeHeader();
}

Result<void> FeatureWriter::write(std::int64_t first, std::span<const float> rows)
{
    const auto channels = static_cast<std::size_t>(m_info.channels);
    assert(m_frames >= 0 && first == m_rowsDone && rows.size() % channels == 0);
    const auto count = static_cast<std::int64_t>(rows.size() / channels);
    assert(m_rowsDone + count <= m_frames);
    if (auto written = writeRows(rows); !written)
        return written;
    m_rowsDone = first + count;
    return {};
}

Result<void> FeatureWriter::complete()
{
    if (m_frames < 0 || m_rowsDone < m_frames)
        return Error{m_path.string() + " is not complete: "
                     + (m_frames < 0 ? "nothing was computed for it"
                                     : "only " + std::to_string(m_rowsDone) + " of "
                                + std::to_string(m_frames) + " frames came")
                     + ". It was not written."};
    return writeRest();
}

Result<void> FeatureWriter::commit()
{
    return m_file.commit();
}

Result<void> FeatureWriter::writeRest()
{
    return {};
}

} // namespace phono
