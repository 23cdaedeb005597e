// What the panel of runs shows of those that are selected.

#include "widgets/curves/curve_grid.h"
#include "widgets/plot/color_map.h"
#include "widgets/pretrain/pretrain_panel.h"
#include "widgets/pretrain/run_details.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QSaveFile>

#include <algorithm>

namespace phono {

void PretrainPanel::showCurves()
{
    const auto runs = selected();
    const bool dark = Theme::of(palette()).dark;
    for (const auto& pane : m_curves->panes()) {
        const QString id = pane->what().id;
        if (id == QLatin1String("steps"))
            continue;
        std::vector<CurveEntry> entries;
        for (const RunRecord* run : runs) {
            const auto slot = m_slots.find(run->path());
            if (slot == m_slots.end())
                continue;
            const CurveStyle style = CurveStyle::numbered(slot->second, dark);
            if (auto series = run->curves().series(id))
                entries.push_back({run->name(), std::move(series), style, false, {}});
            if (id == QLatin1String("loss") && run->curves().valid()->values.size() > 0)
                entries.push_back({run->name(), run->curves().valid(), style, true, tr("valid")});
        }
        m_curves->setEntries(id, std::move(entries));
    }
    showSteps();
    showLevels();
    offerPlots();
    m_curves->refresh();
}

void PretrainPanel::showSteps()
{
    const RunRecord* run = current();
    std::vector<CurveEntry> entries;
    QString title = tr("loss by step");
    if (run) {
        const auto& steps = run->curves().steps();
        const ColorTable& colors = colorTable(ColorMap::Viridis);
        const bool dark = Theme::of(palette()).dark;
        for (std::size_t step = 0; step < steps.size(); ++step) {
            // The brightest part of the map vanishes on white, the darkest on black.
            const double part = double(step) / std::max<double>(1, double(steps.size()) - 1);
            const auto at = std::size_t((dark ? 95 : 10) + part * (dark ? 160 : 190));
            CurveStyle style;
            style.color = QColor::fromRgb(colors[at]);
            entries.push_back({QString::number(step + 1), steps[step], style, false, {}});
        }
        // Several runs of twelve lines each would be read by nobody.
        if (m_slots.size() > 1)
            title = tr("loss by step, %1").arg(run->name());
    }
    m_curves->setTitle(QStringLiteral("steps"), title);
    m_curves->setEntries(QStringLiteral("steps"), std::move(entries));
}

void PretrainPanel::showLevels()
{
    std::vector<CurveReference> levels;
    for (const RunRecord* run : selected()) {
        if (!run->config())
            continue;
        for (CurveReference& level : lossReferences(*run->config())) {
            if (std::ranges::find(levels, level) == levels.end())
                levels.push_back(std::move(level));
        }
    }
    m_curves->setReferences(QStringLiteral("loss"), std::move(levels));
}

void PretrainPanel::offerPlots()
{
    QStringList offered;
    for (const auto& pane : m_curves->panes()) {
        if (!pane->what().optional || !pane->entries().empty())
            offered << pane->what().id;
    }
    m_curves->setOffered(offered);
}

void PretrainPanel::refreshFacts()
{
    const RunRecord* run = current();
    if (!run) {
        Q_EMIT factsChanged({});
        return;
    }
    QString facts = tr("%1 · %2").arg(run->name(), statusWord(run->status()));
    if (run->secondsLeft() >= 0)
        facts += tr(" · %1 left").arg(durationWords(run->secondsLeft()));
    Q_EMIT factsChanged(facts);
}

void PretrainPanel::savePicture(const QString& path)
{
    const QString extension = QFileInfo(path).suffix().toLower();
    QByteArray pdf;
    QImage image;
    if (extension == QLatin1String("pdf")) {
        QBuffer buffer(&pdf);
        buffer.open(QIODevice::WriteOnly);
        if (!m_curves->writePdf(buffer)) {
            tellPicture(Severity::Error,
                        tr("Could not save the picture %1: it could not be painted "
                           "on a page of that size.")
                            .arg(path));
            return;
        }
    } else if (extension == QLatin1String("png")) {
        constexpr int kScale = 2;
        image = m_curves->render(m_curves->size(), kScale);
    } else {
        tellPicture(Severity::Error,
                    tr("Could not save the picture %1: choose a name that ends in .png or .pdf.")
                        .arg(path));
        return;
    }
    // Packing a picture takes longer than drawing it.
    m_actions.perform(
        [path, pdf, image]() -> Result<void> {
            QSaveFile file(path);
            const bool written = file.open(QIODevice::WriteOnly)
                && (image.isNull() ? file.write(pdf) == pdf.size() : image.save(&file, "PNG"));
            if (written && file.commit())
                return {};
            return Error{"could not save the picture " + path.toStdString() + ": "
                         + file.errorString().toStdString()};
        },
        [this, path] { tellPicture(Severity::Info, tr("Saved %1").arg(path)); });
}

void PretrainPanel::tellPicture(Severity severity, const QString& text)
{
    Q_EMIT noticed({severity, text, {}, QStringLiteral("picture"), {}});
}

} // namespace phono
