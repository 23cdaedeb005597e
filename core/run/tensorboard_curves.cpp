#include "core/base/atomic_file.h"
#include "core/run/curve_export.h"
#include "core/run/merged_rows.h"
#include "core/run/tf_record.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace phono {
namespace {

constexpr std::size_t kBuffered = 1 << 20;

// The fields of tensorflow.Event and tensorflow.Summary that are used.
constexpr int kEventWallTime = 1;
constexpr int kEventStep = 2;
constexpr int kEventFileVersion = 3;
constexpr int kEventSummary = 5;
constexpr int kSummaryValue = 1;
constexpr int kValueTag = 1;
constexpr int kValueSimple = 2;

/// A float column under its tag.
struct Scalar {
    std::string tag;
    std::span<const float> values;
};

std::vector<Scalar> scalarsOf(const UpdateTable& table)
{
    std::vector<Scalar> scalars;
    for (std::size_t i = 0; i < kCurveCount; ++i)
        scalars.push_back({"train/" + std::string(nameOf(Curve(i))), table.curve(Curve(i))});
    for (std::size_t i = 0; i < table.steps(); ++i)
        scalars.push_back(
            {(i < 9 ? "train_steps/0" : "train_steps/") + std::to_string(i + 1), table.step(i)});
    std::erase_if(scalars, [](const Scalar& scalar) { return scalar.values.empty(); });
    return scalars;
}

/// Writes one event per update, with all its scalars.
class EventWriter {
public:
    EventWriter(AtomicFile& file, const UpdateTable& table)
        : m_file(file)
        , m_scalars(scalarsOf(table))
    {
    }

    void begin(double time)
    {
        m_event.addDouble(kEventWallTime, time);
        m_event.addBytes(kEventFileVersion, "brain.Event:2");
        appendTfRecord(m_records, m_event.bytes());
    }

    Result<void> write(const MergedRow& row)
    {
        m_summary.clear();
        if (row.row)
            for (const auto& scalar : m_scalars)
                add(scalar.tag, scalar.values[*row.row]);
        if (row.valid) {
            const auto& metrics = row.valid->metrics;
            add("valid/loss_bits", static_cast<float>(metrics.lossBits));
            add("valid/accuracy", static_cast<float>(metrics.accuracy));
            add("valid/positive_mean", static_cast<float>(metrics.positiveMean));
            add("valid/negative_mean", static_cast<float>(metrics.negativeMean));
        }
        m_event.clear();
        m_event.addDouble(kEventWallTime, row.time);
        m_event.addVarint(kEventStep, static_cast<std::uint64_t>(row.update));
        m_event.addBytes(kEventSummary, m_summary.bytes());
        appendTfRecord(m_records, m_event.bytes());
        return flush(kBuffered);
    }

    Result<void> flush(std::size_t beyond)
    {
        if (m_records.size() <= beyond)
            return {};
        auto written = m_file.write(m_records.data(), m_records.size());
        m_records.clear();
        return written;
    }

private:
    void add(std::string_view tag, float value)
    {
        if (std::isnan(value))
            return;
        m_value.clear();
        m_value.addBytes(kValueTag, tag);
        m_value.addFloat(kValueSimple, value);
        m_summary.addBytes(kSummaryValue, m_value.bytes());
    }

    AtomicFile& m_file;
    std::vector<Scalar> m_scalars;
    ProtoMessage m_value;
    ProtoMessage m_summary;
    ProtoMessage m_event;
    std::string m_records;
};

double firstTime(const RunHistory& history)
{
    if (!history.starts.empty())
        return history.starts.front().time;
    if (!history.updates.empty())
        return history.updates.times().front();
    return history.valid.empty() ? 0 : history.valid.front().time;
}

/// As TensorBoard expects it: "events.out.tfevents.<seconds>.<who>".
std::string fileName(double time)
{
    const auto seconds = static_cast<std::int64_t>(std::clamp(time, 0.0, 9e9));
    auto digits = std::to_string(seconds);
    digits.insert(0, 10 - digits.size(), '0');
    return "events.out.tfevents." + digits + ".phonoscope";
}

} // namespace

Result<std::filesystem::path> exportTensorBoard(const RunHistory& history,
                                                const std::filesystem::path& directory, bool force,
                                                const Progress& progress)
{
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed)
        return Error{"cannot create the folder " + directory.string() + ": " + failed.message()};
    const auto time = firstTime(history);
    const auto path = directory / fileName(time);
    auto file = AtomicFile::create(path, force);
    if (!file)
        return file.error();
    EventWriter writer(*file, history.updates);
    writer.begin(time);
    auto done =
        forEachUpdate(history, progress, [&](const MergedRow& row) { return writer.write(row); });
    if (done)
        done = writer.flush(0);
    if (done)
        done = file->commit();
    if (!done)
        return done.error();
    return path;
}

} // namespace phono
