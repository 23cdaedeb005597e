#pragma once

#include "core/export/feature_writer.h"

#include <vector>

namespace phono {

/// A text table (RFC 4180 with \n line ends): frame, start_s, end_s, then one column per channel.
///
/// start_s and end_s bound the samples of the frame's window, in seconds. Numbers have a dot as
/// decimal mark in every locale.
class CsvWriter final : public FeatureWriter {
public:
    CsvWriter(std::filesystem::path path, AtomicFile file, const WriterOptions& options);

private:
    Result<void> writeHeader() override;
    Result<void> writeRows(std::span<const float> rows) override;
    Result<void> writeRest() override;

    void appendTimes(std::int64_t frame);
    void appendValue(float value);
    void append(std::string_view text);
    Result<void> flush();

    int m_significantDigits;
    int m_encoderReceptiveField;
    std::vector<char> m_buffer;
    std::size_t m_used = 0;
};

} // namespace phono
