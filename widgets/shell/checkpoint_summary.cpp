#include "widgets/shell/checkpoint_summary.h"

#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <QObject>

#include <filesystem>
#include <system_error>

namespace phono {
namespace {

QString tr(const char* text)
{
    return QObject::tr(text);
}

QString quantizer(const ModelConfig& config)
{
    if (config.vqType == VqType::None)
        return tr("none");
    const QString kind = config.vqType == VqType::Gumbel ? tr("Gumbel") : tr("k-means");
    return tr("%1, %2 groups of %3 codes").arg(kind).arg(config.vqGroups).arg(config.vqVars);
}

QString milliseconds(int samples)
{
    return tr("%1 samples (%2 ms)").arg(countWords(samples)).arg(samples / 16.0, 0, 'f', 2);
}

SummarySection fileSection(const Checkpoint& checkpoint)
{
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(checkpoint.path, unknown);
    SummarySection section{tr("File"), {}};
    section.rows = {{tr("path"), fromPath(checkpoint.path)},
                    {tr("size"), unknown ? QString() : sizeWords(static_cast<qint64>(bytes))},
                    {tr("layout"), QString::fromStdString(checkpoint.layout)},
                    {tr("container"), QString::fromStdString(checkpoint.container)},
                    {tr("SHA-256"), QString::fromStdString(checkpoint.sha256)}};
    return section;
}

SummarySection modelSection(const Checkpoint& checkpoint)
{
    const ModelConfig& config = checkpoint.config;
    SummarySection section{
        tr("Model"),
        {{tr("parameters"), countWords(checkpoint.parameterCount())},
         {tr("encoder"), QString::fromStdString(toString(config.convFeatureLayers))}}};
    auto& rows = section.rows;
    if (config.aggregator == Aggregator::Cnn)
        rows.push_back(
            {tr("context"), QString::fromStdString(toString(config.convAggregatorLayers))});
    else
        rows.push_back({tr("context"), tr("GRU, %1 wide").arg(config.gruDim)});
    rows.push_back({tr("z sees"), milliseconds(config.encoderReceptiveField())});
    rows.push_back({tr("c sees"), milliseconds(config.contextReceptiveField())});
    rows.push_back({tr("frames"), tr("one every %1").arg(milliseconds(config.hop()))});
    rows.push_back({tr("log compression"), config.logCompression ? tr("yes") : tr("no")});
    rows.push_back({tr("skip connections"), config.skipConnectionsAgg ? tr("yes") : tr("no")});
    rows.push_back({tr("quantizer"), quantizer(config)});
    return section;
}

} // namespace

std::vector<SummarySection> modelSummary(const Checkpoint& checkpoint)
{
    std::vector<SummarySection> sections;
    if (!checkpoint.warnings.empty()) {
        SummarySection warnings{tr("Warnings"), {}};
        for (const std::string& warning : checkpoint.warnings)
            warnings.rows.push_back({{}, QString::fromStdString(warning)});
        sections.push_back(std::move(warnings));
    }
    sections.push_back(modelSection(checkpoint));
    if (!checkpoint.provenance.empty()) {
        SummarySection origin{tr("Where it comes from"), {}};
        for (const auto& [name, value] : checkpoint.provenance)
            origin.rows.push_back({QString::fromStdString(name), QString::fromStdString(value)});
        sections.push_back(std::move(origin));
    }
    return sections;
}

std::vector<SummarySection> fullSummary(const Checkpoint& checkpoint)
{
    std::vector<SummarySection> sections = modelSummary(checkpoint);
    sections.push_back(fileSection(checkpoint));
    return sections;
}

QString toPlainText(const std::vector<SummarySection>& sections)
{
    QStringList lines;
    for (const SummarySection& section : sections) {
        for (const SummaryRow& row : section.rows)
            lines << (row.name.isEmpty() ? row.value : row.name + QStringLiteral(": ") + row.value);
    }
    return lines.join(QLatin1Char('\n'));
}

QString toHtml(const std::vector<SummarySection>& sections)
{
    QString html;
    for (const SummarySection& section : sections) {
        html += QStringLiteral("<h4>%1</h4><table>").arg(section.title.toHtmlEscaped());
        for (const SummaryRow& row : section.rows) {
            html += row.name.isEmpty()
                ? QStringLiteral("<tr><td colspan=\"2\">%1</td></tr>")
                      .arg(row.value.toHtmlEscaped())
                : QStringLiteral("<tr><td style=\"padding-right:12px\">%1</td><td>%2</td></tr>")
                      .arg(row.name.toHtmlEscaped(), row.value.toHtmlEscaped());
        }
        html += QStringLiteral("</table>");
    }
    return html;
}

} // namespace phono
