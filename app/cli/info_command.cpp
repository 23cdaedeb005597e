#include "app/cli/commands.h"
#include "core/base/sample_source.h"
#include "core/checkpoint/checkpoint.h"
#include "core/export/model_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace phono::cli {
namespace {

using Json = nlohmann::ordered_json;

Json infoJson(const Checkpoint& checkpoint)
{
    Json tensors = Json::array();
    for (const Tensor& tensor : checkpoint.tensors)
        tensors.push_back({{"name", tensor.name},
                           {"dtype", toString(tensor.dtype)},
                           {"shape", Json(tensor.shape)}});
    Json provenance = Json::object();
    for (const auto& [name, value] : checkpoint.provenance)
        provenance[name] = value;
    return {
        {"path", checkpoint.path.string()},          {"sha256", checkpoint.sha256},
        {"container", checkpoint.container},         {"layout", checkpoint.layout},
        {"parameters", checkpoint.parameterCount()}, {"geometry", geometryJson(checkpoint.config)},
        {"config", toJson(checkpoint.config)},       {"provenance", std::move(provenance)},
        {"warnings", checkpoint.warnings},           {"tensors", std::move(tensors)},
    };
}

/// "32,537,088"
std::string grouped(std::int64_t number)
{
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

/// "12 x float32, 1 x int64"
std::string tensorKinds(const std::vector<Tensor>& tensors)
{
    std::map<std::string, int> counts;
    for (const Tensor& tensor : tensors)
        ++counts[toString(tensor.dtype)];
    std::string text;
    for (const auto& [dtype, count] : counts)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " + dtype;
    return text;
}

/// "465 samples (29.0625 ms)"
std::string samplesText(int samples)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << samples << " samples (" << 1000.0 * samples / kModelRate << " ms)";
    return text.str();
}

/// Lines of a name and its value, in two columns.
class Table {
public:
    void row(std::string_view name, std::string_view value)
    {
        constexpr std::size_t kColumn = 26;
        m_text += name;
        m_text.append(name.size() < kColumn ? kColumn - name.size() : 1, ' ');
        m_text += value;
        m_text += '\n';
    }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

std::string infoText(const Checkpoint& checkpoint)
{
    const ModelConfig& config = checkpoint.config;
    Table table;
    table.row("file", checkpoint.path.string());
    table.row("sha256", checkpoint.sha256);
    table.row("container", checkpoint.container + ", " + checkpoint.layout);
    table.row("parameters",
              grouped(checkpoint.parameterCount()) + " in " + tensorKinds(checkpoint.tensors));
    table.row("hop", samplesText(config.hop()));
    table.row("z",
              std::to_string(config.encoderDim()) + " channels, sees "
                  + samplesText(config.encoderReceptiveField()));
    table.row("c",
              std::to_string(config.contextDim()) + " channels, sees "
                  + samplesText(config.contextReceptiveField()));
    for (const auto& [name, value] : checkpoint.provenance)
        table.row(name, value);
    std::string lines = table.text() + "\nconfiguration\n";
    Table fields;
    const Json values = toJson(config);
    for (const auto& [name, value] : values.items())
        fields.row("  " + name, value.is_string() ? value.get<std::string>() : value.dump());
    lines += fields.text();
    for (const std::string& warning : checkpoint.warnings)
        lines += "\nwarning: " + warning + '\n';
    return lines;
}

} // namespace

int runInfo(const InfoArguments& arguments, Console& console, const std::stop_token& stop)
{
    const auto checkpoint =
        readCheckpoint(arguments.checkpoint, console.progress(arguments.checkpoint, stop));
    if (!checkpoint) {
        console.message(checkpoint.error().message);
        return kFailed;
    }
    console.result(arguments.json ? toText(infoJson(*checkpoint)) : infoText(*checkpoint));
    return kDone;
}

} // namespace phono::cli
