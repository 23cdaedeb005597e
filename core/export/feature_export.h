#pragma once

#include "core/base/result.h"
#include "core/export/export_format.h"
#include "core/export/feature_writer.h"
#include "core/export/sidecar.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// What to write of one recording, and where.
struct ExportOptions {
    std::filesystem::path folder; ///< made if missing
    std::string stem; ///< files are <folder>/<stem>.<feature>.<extension>
    std::vector<std::string> features = {"z", "c"}; ///< no name twice
    ExportFormat format = ExportFormat::Csv;
    int significantDigits = 0; ///< CSV only, see WriterOptions
    bool force = false; ///< replace existing files
};

/// The files of one recording's export: one per feature, each with a sidecar that says how it was
/// made. All appear together in commit() or not at all; destroyed before, it leaves nothing behind.
///
/// Hand sink() to whatever produces the features: Extractor::extract (exportFeatures() in
/// export_features.h does that), or FeatureMatrix rows that are already at hand:
/// `sink->begin(info, frames)`, then `sink->write(0, {matrix.data(), frames * channels})`.
class FeatureExport {
public:
    /// Fails before any work when a file or sidecar exists (unless forced), the folder cannot be
    /// made or written, or a name has characters that file names cannot have.
    /// `encoderReceptiveField` in samples: see frameWindow().
    static Result<FeatureExport> create(const ExportOptions& options, int encoderReceptiveField);

    /// The sink of one of ExportOptions::features; null for another name. Lives as long as this.
    FeatureSink* sink(std::string_view feature);
    /// The files written, in the order of ExportOptions::features.
    std::vector<std::filesystem::path> files() const;

    /// Fails when a feature was not written completely, or the origin lacks a hash; then nothing
    /// appears.
    Result<void> commit(const ExportOrigin& origin);

private:
    struct Item {
        std::string feature;
        std::unique_ptr<FeatureWriter> writer;
        AtomicFile sidecar;
    };
    FeatureExport() = default;
    Result<void> fillItems(const ExportOrigin& origin);

    std::vector<Item> m_items;
    ExportFormat m_format = ExportFormat::Csv;
};

} // namespace phono
