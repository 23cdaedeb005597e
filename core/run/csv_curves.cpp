#include "core/base/atomic_file.h"
#include "core/run/curve_export.h"
#include "core/run/merged_rows.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace phono {
namespace {

constexpr std::size_t kBuffered = 1 << 20;

/// A float column under its name.
struct CsvColumn {
    std::string name;
    std::span<const float> values;
};

std::vector<CsvColumn> columnsOf(const UpdateTable& table)
{
    std::vector<CsvColumn> columns;
    for (std::size_t i = 0; i < kCurveCount; ++i)
        columns.push_back({std::string(nameOf(Curve(i))), table.curve(Curve(i))});
    for (std::size_t i = 0; i < table.steps(); ++i)
        columns.push_back({"step_bits_" + std::to_string(i + 1), table.step(i)});
    std::erase_if(columns, [](const CsvColumn& column) { return column.values.empty(); });
    return columns;
}

/// Collects text and hands it to a file in large pieces.
class TextBuffer {
public:
    explicit TextBuffer(AtomicFile& file)
        : m_file(file)
    {
    }

    void add(std::string_view text) { m_text += text; }
    /// Nothing if it is not a number.
    void add(float value)
    {
        if (!std::isnan(value))
            addNumber(value);
    }
    void add(std::int64_t value) { addNumber(value); }
    void addTime(double seconds) { addNumber(seconds, std::chars_format::fixed, 3); }

    Result<void> flush(std::size_t beyond)
    {
        if (m_text.size() <= beyond)
            return {};
        auto written = m_file.write(m_text.data(), m_text.size());
        m_text.clear();
        return written;
    }

private:
    template <typename... Format>
    void addNumber(Format... format)
    {
        std::array<char, 400> digits; // the largest double has 309 before the point
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), format...).ptr;
        m_text.append(digits.data(), end);
    }

    AtomicFile& m_file;
    std::string m_text;
};

void addHeader(TextBuffer& text, const std::vector<CsvColumn>& columns, bool validated)
{
    text.add("update,time");
    for (const auto& column : columns)
        text.add("," + column.name);
    if (validated)
        text.add(",valid_loss_bits,valid_accuracy,valid_positive_mean,valid_negative_mean");
    text.add("\n");
}

void addRow(TextBuffer& text, const std::vector<CsvColumn>& columns, bool validated,
            const MergedRow& row)
{
    text.add(row.update);
    text.add(",");
    text.addTime(row.time);
    for (const auto& column : columns) {
        text.add(",");
        if (row.row)
            text.add(column.values[*row.row]);
    }
    if (validated) {
        const auto metrics = row.valid ? row.valid->metrics : TaskMetrics();
        for (const double value :
             {metrics.lossBits, metrics.accuracy, metrics.positiveMean, metrics.negativeMean}) {
            text.add(",");
            if (row.valid)
                text.add(static_cast<float>(value));
        }
    }
    text.add("\n");
}

} // namespace

Result<void> exportCsv(const RunHistory& history, const std::filesystem::path& path, bool force,
                       const Progress& progress)
{
    auto file = AtomicFile::create(path, force);
    if (!file)
        return file.error();
    const auto columns = columnsOf(history.updates);
    const bool validated = !history.valid.empty();
    TextBuffer text(*file);
    addHeader(text, columns, validated);
    auto done = forEachUpdate(history, progress, [&](const MergedRow& row) {
        addRow(text, columns, validated, row);
        return text.flush(kBuffered);
    });
    if (!done)
        return done;
    if (auto written = text.flush(0); !written)
        return written;
    return file->commit();
}

} // namespace phono
