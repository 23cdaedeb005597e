#pragma once

#include "core/base/feature_info.h"
#include "core/base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace phono {

enum class ExportFormat { Csv, Npy, Hdf5, Safetensors };

inline constexpr std::array kExportFormats = {ExportFormat::Csv, ExportFormat::Npy,
                                              ExportFormat::Hdf5, ExportFormat::Safetensors};

/// The word for the command line: "csv", "npy", "h5", "safetensors".
std::string_view toString(ExportFormat format);
Result<ExportFormat> parseExportFormat(std::string_view word);

/// Without a dot: "csv", "npy", "h5context" (as fairseq names these), "safetensors".
std::string_view fileExtension(ExportFormat format);
/// One line for people, what the file holds and how it is read.
std::string_view description(ExportFormat format);

/// "<stem>.<feature>.<extension>", the name of the file that holds `feature` of recording `stem`.
std::string exportFileName(std::string_view stem, std::string_view feature, ExportFormat format);

/// Samples (at kModelRate) from the start of a frame to its end in files that give times:
/// the frame's receptive field, for context features that of the z frame they end with.
int frameWindow(const FeatureInfo& info, int encoderReceptiveField);

} // namespace phono
