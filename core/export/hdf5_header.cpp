#include "core/export/hdf5_header.h"

#include "core/base/sample_source.h"

#include <array>
#include <cstdlib>
#include <hdf5.h>
#include <optional>
#include <utility>

namespace phono {
namespace {

/// Owns one HDF5 identifier.
class Handle {
public:
    Handle(hid_t id, herr_t (*closeIt)(hid_t))
        : m_id(id)
        , m_close(closeIt)
    {
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close(); }

    bool valid() const { return m_id >= 0; }
    hid_t id() const { return m_id; }
    bool close() { return m_id >= 0 && m_close(std::exchange(m_id, -1)) >= 0; }

private:
    hid_t m_id;
    herr_t (*m_close)(hid_t);
};

/// Keeps the library from printing its errors while it lives.
class Quiet {
public:
    Quiet()
    {
        H5Eget_auto2(H5E_DEFAULT, &m_print, &m_data);
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    }
    ~Quiet() { H5Eset_auto2(H5E_DEFAULT, m_print, m_data); }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    H5E_auto2_t m_print = nullptr;
    void* m_data = nullptr;
};

/// The bytes of a container in memory. The library only ever hands them to the callback that frees
/// them, when the container is closed.
struct Image {
    std::size_t allocated = 0;
    std::string bytes;

    static void* allocate(std::size_t size, H5FD_file_image_op_t, void* image)
    {
        static_cast<Image*>(image)->allocated = size;
        return std::malloc(size);
    }
    static void* grow(void* memory, std::size_t size, H5FD_file_image_op_t, void* image)
    {
        static_cast<Image*>(image)->allocated = size;
        return std::realloc(memory, size);
    }
    static herr_t take(void* memory, H5FD_file_image_op_t, void* image)
    {
        auto* self = static_cast<Image*>(image);
        self->bytes.assign(static_cast<const char*>(memory), self->allocated);
        std::free(memory);
        return 0;
    }
    static void* share(void* image) { return image; }
    static herr_t release(void*) { return 0; }
};

/// Settings for a container in `image`, in which what is created last lies last, without gaps.
void keepInMemory(const Handle& access, Image& image)
{
    constexpr std::size_t kGrowth = 4096;
    H5Pset_fapl_core(access.id(), kGrowth, false);
    H5Pset_meta_block_size(access.id(), 0);
    H5Pset_small_data_block_size(access.id(), 0);
    H5FD_file_image_callbacks_t callbacks = {
        Image::allocate, nullptr, Image::grow, Image::take, Image::share, Image::release, &image};
    H5Pset_file_image_callbacks(access.id(), &callbacks);
}

hid_t createDataset(const Handle& container, const char* name, hid_t type, hsize_t size)
{
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    const Handle settings(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    // Times of creation would make every file differ.
    H5Pset_obj_track_times(settings.id(), false);
    // Gives the values their place now, without writing any.
    H5Pset_alloc_time(settings.id(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(settings.id(), H5D_FILL_TIME_NEVER);
    return H5Dcreate2(container.id(), name, type, space.id(), H5P_DEFAULT, settings.id(),
                      H5P_DEFAULT);
}

bool writeInfo(const Handle& container, const FeatureInfo& info, std::int64_t frames)
{
    const std::array numbers = {static_cast<double>(kModelRate) / info.hop,
                                static_cast<double>(frames), static_cast<double>(info.channels)};
    const Handle dataset(createDataset(container, "info", H5T_IEEE_F64LE, numbers.size()),
                         H5Dclose);
    return H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data())
        >= 0;
}

/// Where the values begin; nothing if they could not be placed at the end.
std::optional<std::size_t> placeFeatures(const Handle& container, const FeatureInfo& info,
                                         std::int64_t frames)
{
    const auto count = static_cast<hsize_t>(frames) * static_cast<hsize_t>(info.channels);
    const Handle dataset(
        createDataset(container, "features", info.integers ? H5T_STD_I32LE : H5T_IEEE_F32LE, count),
        H5Dclose);
    const haddr_t start = H5Dget_offset(dataset.id());
    const ssize_t end = H5Fget_file_image(container.id(), nullptr, 0);
    if (start == HADDR_UNDEF || end < 0
        || start + count * sizeof(float) != static_cast<haddr_t>(end))
        return std::nullopt;
    return start;
}

} // namespace

Result<std::string> hdf5Header(const FeatureInfo& info, std::int64_t frames)
{
    const Quiet quiet;
    const Error failed = {"the HDF5 library cannot lay out a file of " + std::to_string(frames)
                          + " frames of " + info.name};
    Image image;
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    keepInMemory(access, image);
    Handle container(H5Fcreate("features", H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), H5Fclose);
    if (!container.valid() || !writeInfo(container, info, frames))
        return failed;
    const auto start = placeFeatures(container, info, frames);
    if (!container.close() || !start || *start > image.bytes.size())
        return failed;
    image.bytes.resize(*start);
    return std::move(image.bytes);
}

} // namespace phono
