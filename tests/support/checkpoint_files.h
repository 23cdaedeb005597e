#pragma once

#include "core/base/atomic_file.h"
#include "core/checkpoint/pickle_writer.h"
#include "core/checkpoint/zip_writer.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace phono::test {

inline std::string bytesOf(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
}

/// A folder for files that a test makes.
class Folder {
public:
    std::filesystem::path path(const std::string& name) const
    {
        return m_dir.filePath(QString::fromStdString(name)).toStdString();
    }
    std::filesystem::path write(const std::string& name, const std::string& bytes) const
    {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }
    /// A zip archive as PyTorch's, of records with these names and contents.
    std::filesystem::path
    writeZip(const std::string& name,
             const std::vector<std::pair<std::string, std::string>>& records) const
    {
        auto file = AtomicFile::create(path(name), true);
        ZipWriter zip(*file);
        bool done = true;
        for (const auto& [record, bytes] : records)
            done = done && zip.add(record, bytes.data(), bytes.size()).ok();
        if (!done || !zip.finish() || !file->commit())
            qFatal("cannot write %s", name.c_str());
        return path(name);
    }
    QStringList names() const
    {
        return QDir(m_dir.path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }

private:
    QTemporaryDir m_dir;
};

/// Writes a float32 tensor of one storage as torch pickles it.
inline void writeTensor(PickleWriter& pickle, const std::string& key,
                        const std::vector<std::int64_t>& shape, std::int64_t numel)
{
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;)
        strides[i - 1] = strides[i] * shape[i];
    const auto numbers = [&](const std::vector<std::int64_t>& values) {
        pickle.tuple([&] {
            for (const auto value : values)
                pickle.integer(value);
        });
    };
    pickle.call("torch._utils", "_rebuild_tensor_v2", [&] {
        pickle.persistent([&] {
            pickle.tuple([&] {
                pickle.text("storage");
                pickle.global("torch", "FloatStorage");
                pickle.text(key);
                pickle.text("cpu");
                pickle.integer(numel);
            });
        });
        pickle.integer(0);
        numbers(shape);
        numbers(strides);
        pickle.boolean(false);
        pickle.orderedDictionary([] {});
    });
}

/// What stands before the object in the legacy container: magic number, version, machine.
inline std::string legacyPrologue()
{
    PickleWriter machine;
    machine.dictionary([&] {
        machine.text("protocol_version");
        machine.integer(1001);
        machine.text("little_endian");
        machine.boolean(true);
    });
    return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                       "\x80\x02M\xe9\x03.",
                       21)
        + machine.finish();
}

/// All the .pt files of a golden folder, by their names.
inline std::vector<std::string> checkpointsIn(const std::string& folder)
{
    std::vector<std::string> names;
    const QDir dir(QString::fromStdString(PHONO_TEST_DATA "/golden/" + folder));
    for (const auto& name : dir.entryList({"*.pt"}, QDir::Files, QDir::Name))
        names.push_back(folder + "/" + name.toStdString());
    return names;
}

} // namespace phono::test
