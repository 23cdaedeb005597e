#include "core/base/feature_matrix.h"

#include "core/base/temporary_file.h"

#include <sys/mman.h>

namespace phono {

Result<std::shared_ptr<FeatureStorage>> FeatureStorage::create(std::int64_t frames, int channels)
{
    std::shared_ptr<FeatureStorage> storage(new FeatureStorage(frames, channels));
    const auto values = static_cast<std::size_t>(frames) * static_cast<std::size_t>(channels);
    const auto bytes = values * sizeof(float);
    if (bytes <= kMapThreshold) {
        storage->m_memory.resize(values);
        storage->m_data = storage->m_memory.data();
        return storage;
    }
    auto file = TemporaryFile::create("features", static_cast<std::int64_t>(bytes));
    if (!file)
        return file.error();
    void* mapping = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->descriptor(), 0);
    if (mapping == MAP_FAILED)
        return Error{"cannot map " + std::to_string(bytes >> 20) + " MiB for features"};
    storage->m_mapping = mapping;
    storage->m_mappedBytes = bytes;
    storage->m_data = static_cast<float*>(mapping);
    return storage;
}

FeatureStorage::FeatureStorage(std::int64_t frames, int channels)
    : m_frames(frames)
    , m_channels(channels)
{
    assert(frames >= 0 && channels > 0);
}

FeatureStorage::~FeatureStorage()
{
    if (m_mapping)
        munmap(m_mapping, m_mappedBytes);
}

FeatureMatrix::FeatureMatrix(std::vector<float> values, int channels)
    : m_frames(static_cast<std::int64_t>(values.size()) / channels)
    , m_channels(channels)
{
    assert(values.size() % static_cast<std::size_t>(channels) == 0);
    auto owner = std::make_shared<const std::vector<float>>(std::move(values));
    m_data = owner->data();
    m_owner = std::move(owner);
}

FeatureMatrix::FeatureMatrix(std::shared_ptr<const FeatureStorage> storage, std::int64_t frames)
    : m_data(storage->data())
    , m_frames(frames)
    , m_channels(storage->channels())
{
    assert(frames <= storage->frames());
    m_owner = std::move(storage);
}

} // namespace phono
