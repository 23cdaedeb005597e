#include "core/export/export_format.h"

#include <algorithm>

namespace phono {

std::string_view toString(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Csv:
        return "csv";
    case ExportFormat::Npy:
        return "npy";
    case ExportFormat::Hdf5:
        return "h5";
    case ExportFormat::Safetensors:
        return "safetensors";
    }
    return {};
}

Result<ExportFormat> parseExportFormat(std::string_view word)
{
    std::string offered;
    for (const ExportFormat format : kExportFormats) {
        if (toString(format) == word)
            return format;
        offered += (offered.empty() ? "" : ", ") + std::string(toString(format));
    }
    return Error{"unknown format '" + std::string(word) + "'. Formats are " + offered + "."};
}

std::string_view fileExtension(ExportFormat format)
{
    return format == ExportFormat::Hdf5 ? "h5context" : toString(format);
}

std::string_view description(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Csv:
        return "text table, one row per frame with its times";
    case ExportFormat::Npy:
        return "NumPy array, frames x channels";
    case ExportFormat::Hdf5:
        return "HDF5 as fairseq writes it, features flat and info";
    case ExportFormat::Safetensors:
        return "safetensors, one tensor of frames x channels";
    }
    return {};
}

std::string exportFileName(std::string_view stem, std::string_view feature, ExportFormat format)
{
    std::string name(stem);
    name += '.';
    name += feature;
    name += '.';
    name += fileExtension(format);
    return name;
}

int frameWindow(const FeatureInfo& info, int encoderReceptiveField)
{
    return std::min(info.receptiveField, encoderReceptiveField);
}

} // namespace phono
