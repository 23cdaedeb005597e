#include "core/export/csv_writer.h"

#include "core/base/sample_source.h"

#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

namespace phono {
namespace {

constexpr std::size_t kFlushBytes = std::size_t(1) << 20;
/// The longest float is "-1.17549435e-38"; times and frame numbers stay below twice that.
constexpr std::size_t kLongestValue = 16;
constexpr std::size_t kLongestTimes = 96;

std::string columnName(const FeatureInfo& info, int channel)
{
    // "enc0" and channel 12 would read as "enc012".
    const bool endsInDigit = info.name.back() >= '0' && info.name.back() <= '9';
    return info.name + (endsInDigit ? "_" : "") + std::to_string(channel);
}

} // namespace

CsvWriter::CsvWriter(std::filesystem::path path, AtomicFile file, const WriterOptions& options)
    : FeatureWriter(std::move(path), std::move(file))
    , m_significantDigits(options.significantDigits)
    , m_encoderReceptiveField(options.encoderReceptiveField)
{
    assert(m_significantDigits >= 0 && m_significantDigits <= 9);
}

Result<void> CsvWriter::writeHeader()
{
    std::string header = "frame,start_s,end_s";
    for (int channel = 0; channel < info().channels; ++channel)
        header += ',' + columnName(info(), channel);
    header += '\n';
    m_buffer.resize(kFlushBytes + kLongestTimes
                    + static_cast<std::size_t>(info().channels) * kLongestValue);
    return file().write(header.data(), header.size());
}

Result<void> CsvWriter::writeRows(std::span<const float> rows)
{
    const auto channels = static_cast<std::size_t>(info().channels);
    for (std::int64_t frame = rowsDone(); !rows.empty(); ++frame, rows = rows.subspan(channels)) {
        appendTimes(frame);
        for (const float value : rows.first(channels))
            appendValue(value);
        m_buffer[m_used++] = '\n';
        if (m_used < kFlushBytes)
            continue;
        if (auto flushed = flush(); !flushed)
            return flushed;
    }
    return {};
}

Result<void> CsvWriter::writeRest()
{
    return flush();
}

void CsvWriter::appendTimes(std::int64_t frame)
{
    const auto number = [this](auto value) {
        const auto written =
            std::to_chars(m_buffer.data() + m_used, m_buffer.data() + m_buffer.size(), value);
        m_used = static_cast<std::size_t>(written.ptr - m_buffer.data());
    };
    const std::int64_t start = frame * info().hop;
    number(frame);
    append(",");
    number(static_cast<double>(start) / kModelRate);
    append(",");
    const std::int64_t end = start + frameWindow(info(), m_encoderReceptiveField);
    number(static_cast<double>(end) / kModelRate);
}

void CsvWriter::appendValue(float value)
{
    m_buffer[m_used++] = ',';
    // Most of what a ReLU leaves is zero.
    if (value == 0) {
        append(std::signbit(value) && !info().integers ? "-0" : "0");
        return;
    }
    if (std::isnan(value)) {
        append("nan");
        return;
    }
    char* const at = m_buffer.data() + m_used;
    char* const end = at + kLongestValue;
    const auto written = info().integers ? std::to_chars(at, end, std::lround(value))
        : m_significantDigits == 0
        ? std::to_chars(at, end, value)
        : std::to_chars(at, end, value, std::chars_format::general, m_significantDigits);
    m_used = static_cast<std::size_t>(written.ptr - m_buffer.data());
}

void CsvWriter::append(std::string_view text)
{
    std::memcpy(m_buffer.data() + m_used, text.data(), text.size());
    m_used += text.size();
}

Result<void> CsvWriter::flush()
{
    auto written = file().write(m_buffer.data(), m_used);
    m_used = 0;
    return written;
}

} // namespace phono
