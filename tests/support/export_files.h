#pragma once

#include "core/base/feature_info.h"
#include "core/export/feature_writer.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <csignal>
#include <span>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace phono::test {

inline FeatureInfo zInfo(int channels)
{
    return {"z", channels, false, 160, 465};
}

inline QByteArray fileBytes(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Names in the folder, hidden ones too, sorted.
inline QStringList namesIn(const QString& folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                                  QDir::Name);
}

/// Distinct values with signs and fractions; whole ones if asked for.
inline std::vector<float> someValues(std::size_t count, bool integers = false)
{
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] =
            integers ? static_cast<float>(i * 7 % 320) : (static_cast<float>(i) - 3.5F) * 0.37F;
    return values;
}

/// Writes `values` in pieces of `framesPerCall` frames and makes the file appear.
inline Result<void> writeFeature(ExportFormat format, const std::filesystem::path& path,
                                 const FeatureInfo& info, std::span<const float> values,
                                 const WriterOptions& options = {}, std::size_t framesPerCall = 3)
{
    auto writer = FeatureWriter::create(format, path, options);
    if (!writer)
        return writer.error();
    const auto channels = static_cast<std::size_t>(info.channels);
    const std::size_t frames = values.size() / channels;
    if (auto begun = (*writer)->begin(info, static_cast<std::int64_t>(frames)); !begun)
        return begun;
    for (std::size_t frame = 0; frame < frames; frame += framesPerCall) {
        const std::size_t count = std::min(framesPerCall, frames - frame);
        auto written = (*writer)->write(static_cast<std::int64_t>(frame),
                                        values.subspan(frame * channels, count * channels));
        if (!written)
            return written;
    }
    if (auto completed = (*writer)->complete(); !completed)
        return completed;
    return (*writer)->commit();
}

/// While it lives, no file of this process can grow beyond `bytes`, as on a disk that is full.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit = {bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit m_before = {};
};

} // namespace phono::test
