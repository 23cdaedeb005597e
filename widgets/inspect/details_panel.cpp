#include "widgets/inspect/details_panel.h"

#include "widgets/document.h"
#include "widgets/inspect/curve_view.h"
#include "widgets/inspect/detail_section.h"
#include "widgets/inspect/file_facts.h"
#include "widgets/inspect/inspect_panel.h"
#include "widgets/plot/feature_summary.h"
#include "widgets/plot/frame_geometry.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace phono {

DetailsPanel::DetailsPanel(Document& document, InspectPanel& inspect, QWidget* parent)
    : Panel(QStringLiteral("details"), tr("Details"), parent)
    , m_document(document)
    , m_inspect(inspect)
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(12, 8, 12, 12);
    column->setSpacing(12);
    column->addWidget(makePointer());
    column->addWidget(makeProfile());
    column->addWidget(makeCurve());
    column->addWidget(makeFile());
    m_checkpointSection = new DetailSection(tr("Checkpoint"));
    m_checkpoint = new QLabel;
    m_checkpoint->setTextFormat(Qt::PlainText);
    m_checkpoint->setWordWrap(true);
    m_checkpoint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_checkpointSection->add(m_checkpoint);
    column->addWidget(m_checkpointSection);
    column->addStretch();
    auto* area = new QScrollArea;
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    content->setBackgroundRole(QPalette::Base);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(area);
    setMinimumWidth(240);

    auto& time = inspect.timeAxis();
    connect(&inspect, &InspectPanel::readoutChanged, this, &DetailsPanel::showReadout);
    connect(&time, &TimeAxis::cursorChanged, this, &DetailsPanel::showProfile);
    connect(&time, &TimeAxis::cursorChanged, this, &DetailsPanel::showCurve);
    connect(&time, &TimeAxis::visibleChanged, this, &DetailsPanel::showCurve);
    for (const auto changed : {&InspectPanel::currentCellChanged, &InspectPanel::settingsChanged}) {
        connect(&inspect, changed, this, &DetailsPanel::showProfile);
        connect(&inspect, changed, this, &DetailsPanel::showCurve);
    }
    connect(&inspect, &InspectPanel::summaryChanged, this, [this](const QString& pane) {
        if (pane == chosenFeature()) {
            showProfile();
            showCurve();
        }
    });
    connect(&document, &Document::audioChanged, this, &DetailsPanel::showFile);
    connect(&document, &Document::modelChanged, this, &DetailsPanel::showFile);
    setCheckpointText({});
    showReadout({});
    showFile();
    showProfile();
    showCurve();
}

DetailsPanel::~DetailsPanel() = default;

DetailSection* DetailsPanel::makePointer()
{
    auto* section = new DetailSection(tr("Under the pointer"));
    m_pointer.time = section->addRow(tr("time"));
    m_pointer.sample = section->addRow(tr("sample"));
    m_pointer.frame = section->addRow(tr("frame"));
    m_pointer.dimension = section->addRow(tr("dimension"));
    m_pointer.value = section->addRow(tr("value"));
    m_pointer.score = section->addRow(tr("z-score"));
    m_pointer.frequency = section->addRow(tr("frequency"));
    m_pointer.level = section->addRow(tr("level"));
    m_pointer.label = section->addRow(tr("label"));
    m_pointer.seen = section->addRow(tr("sees"));
    m_pointer.label.value->setFont(labelFont(font().pointSizeF()));
    m_play = new QPushButton(lineIcon(QStringLiteral("receptive-field")),
                             tr("Play what the frame sees"));
    m_play->setToolTip(tr("Plays the samples that the frame at the cursor was computed from (R)"));
    connect(m_play, &QPushButton::clicked, &m_inspect, &InspectPanel::playSeen);
    section->add(m_play);
    return section;
}

DetailSection* DetailsPanel::makeProfile()
{
    m_profileSection = new DetailSection(tr("Frame profile"));
    m_profile = new CurveView(tr("dimension"), tr("value"));
    m_profileSection->add(m_profile);
    connect(m_profile, &CurveView::clicked, this, [this](double x) {
        const auto known = m_inspect.summary(chosenFeature());
        const int dimension = int(std::lround(x));
        if (known && dimension >= 0 && dimension < known->pyramid.channels())
            m_inspect.setCurrentCell({chosenFeature(), dimension});
    });
    connect(m_profileSection, &DetailSection::openChanged, this, &DetailsPanel::showProfile);
    return m_profileSection;
}

DetailSection* DetailsPanel::makeCurve()
{
    m_curveSection = new DetailSection(tr("Dimension over time"));
    m_curve = new CurveView(tr("time (s)"), tr("value"));
    m_curveSection->add(m_curve);
    connect(m_curve, &CurveView::clicked, this,
            [this](double seconds) { m_inspect.timeAxis().setCursor(seconds); });
    connect(m_curveSection, &DetailSection::openChanged, this, &DetailsPanel::showCurve);
    return m_curveSection;
}

DetailSection* DetailsPanel::makeFile()
{
    auto* section = new DetailSection(tr("File"));
    m_noFile = new QLabel(tr("The recording is not open."));
    m_noFile->setForegroundRole(QPalette::PlaceholderText);
    section->add(m_noFile);
    m_file.name = section->addRow(tr("name"));
    m_file.format = section->addRow(tr("format"));
    m_file.duration = section->addRow(tr("duration"));
    m_file.rate = section->addRow(tr("rate"));
    m_file.channels = section->addRow(tr("channels"));
    m_file.samples = section->addRow(tr("samples"));
    m_file.frames = section->addRow(tr("frames"));
    m_file.offset = section->addRow(tr("DC offset"));
    m_file.peak = section->addRow(tr("peak"));
    m_file.rms = section->addRow(tr("RMS"));
    m_file.clipped = section->addRow(tr("clipping"));
    m_file.notes = section->addRow(tr("notes"));
    m_file.warnings = section->addRow(tr("warnings"));
    return section;
}

void DetailsPanel::setCheckpointText(const QString& text)
{
    m_checkpoint->setText(text.isEmpty() ? tr("No checkpoint is open.") : text);
    m_checkpoint->setForegroundRole(text.isEmpty() ? QPalette::PlaceholderText
                                                   : QPalette::WindowText);
}

void DetailsPanel::showReadout(const Readout& readout)
{
    const auto show = [](const DetailRow& row, bool known, const QString& text) {
        row.value->setText(known ? text : QStringLiteral("–"));
    };
    const auto number = [](std::optional<double> value, int decimals) {
        return signedNumber(value.value_or(0), decimals);
    };
    show(m_pointer.time, readout.time.has_value(), tr("%1 s").arg(number(readout.time, 4)));
    show(m_pointer.sample, readout.time.has_value(), QString::number(readout.sample));
    show(m_pointer.frame, readout.frame.has_value(), QString::number(readout.frame.value_or(0)));
    show(m_pointer.dimension, readout.dimension.has_value(),
         tr("%1[%2]").arg(readout.pane).arg(readout.dimension.value_or(0)));
    show(m_pointer.value, readout.value.has_value(), number(readout.value, 5));
    m_pointer.score.set(readout.score ? number(readout.score, 2) : QString());
    show(m_pointer.frequency, readout.frequencyHz.has_value(),
         tr("%1 Hz").arg(number(readout.frequencyHz, 0)));
    show(m_pointer.level, readout.decibels.has_value(),
         tr("%1 %2").arg(number(readout.decibels, 1), readout.value ? tr("dBFS") : tr("dB")));
    show(m_pointer.label, !readout.label.isEmpty(), readout.label);
    show(m_pointer.seen, readout.seen.has_value(),
         readout.seen
             ? tr("%1–%2 s").arg(readout.seen->start, 0, 'f', 4).arg(readout.seen->end, 0, 'f', 4)
             : QString());
}

void DetailsPanel::showFile()
{
    const FileFacts facts = fileFacts(m_document);
    m_file.name.set(facts.name);
    m_file.format.set(facts.format);
    m_file.duration.set(facts.duration);
    m_file.rate.set(facts.rate);
    m_file.channels.set(facts.channels);
    m_file.samples.set(facts.samples);
    m_file.frames.set(facts.frames);
    m_file.offset.set(facts.offset);
    m_file.peak.set(facts.peak);
    m_file.rms.set(facts.rms);
    m_file.clipped.set(facts.clipped);
    m_file.notes.set(facts.notes);
    m_file.warnings.set(facts.warnings);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, Theme::of(palette()).warning);
    m_file.warnings.value->setPalette(colors);
    m_play->setEnabled(m_document.audioComplete());
    m_noFile->setVisible(!m_document.hasAudio());
}

QString DetailsPanel::chosenFeature() const
{
    if (const auto cell = m_inspect.currentCell(); cell && m_inspect.summary(cell->feature))
        return cell->feature;
    return m_inspect.shownFeatures().value(0);
}

void DetailsPanel::showProfile()
{
    if (!m_profileSection->open())
        return;
    const QString feature = chosenFeature();
    const auto known = m_inspect.summary(feature);
    const auto cursor = m_inspect.timeAxis().cursor();
    const auto info =
        std::ranges::find(m_document.offeredFeatures(), feature.toStdString(), &FeatureInfo::name);
    QVector<double> x, y;
    QString title = tr("Frame profile");
    double last = 1;
    if (known && info != m_document.offeredFeatures().end()) {
        const auto geometry = FrameGeometry::of(*info, m_document.offeredFeatures());
        const auto frame = cursor ? geometry.frameAt(*cursor) : -1;
        last = std::max(1, known->pyramid.channels() - 1);
        if (frame >= 0 && frame < known->pyramid.frames()) {
            title = tr("%1 at frame %2").arg(feature).arg(frame);
            for (const float value : known->pyramid.values().frame(frame)) {
                x << double(x.size());
                y << double(value);
            }
        }
    }
    m_profileSection->setTitle(title);
    m_profile->setCurve(x, y, 0, last,
                        known ? tr("Click a frame to see\nall its dimensions.")
                              : tr("No features yet."));
    const auto cell = m_inspect.currentCell();
    m_profile->setMark(cell && cell->feature == feature && !x.isEmpty()
                           ? std::optional<double>(cell->dimension)
                           : std::nullopt);
}

void DetailsPanel::showCurve()
{
    if (!m_curveSection->open())
        return;
    const auto cell = m_inspect.currentCell();
    const auto known = cell ? m_inspect.summary(cell->feature) : nullptr;
    const TimeRange view = m_inspect.timeAxis().visible();
    QVector<double> x, y;
    QString title = tr("Dimension over time");
    const auto info =
        std::ranges::find(m_document.offeredFeatures(),
                          cell ? cell->feature.toStdString() : std::string(), &FeatureInfo::name);
    if (known && info != m_document.offeredFeatures().end()
        && cell->dimension < known->pyramid.channels()) {
        const auto geometry = FrameGeometry::of(*info, m_document.offeredFeatures());
        title = tr("%1[%2] over time").arg(cell->feature).arg(cell->dimension);
        const auto first =
            std::clamp<qint64>(geometry.frameAt(view.start), 0, known->pyramid.frames());
        const auto end =
            std::clamp<qint64>(geometry.frameAt(view.end) + 1, first, known->pyramid.frames());
        const double step = std::max(1.0, double(end - first) / std::max(100, m_curve->width()));
        const auto cells = known->pyramid.cellFrames(step);
        for (double at = double(first); qint64(at) < end; at += step) {
            const auto from = qint64(at);
            const auto to = std::clamp<qint64>(qint64(at + step), from + 1, end);
            float value = 0;
            known->pyramid.aggregate(from, to, cells, cell->dimension, {&value, 1});
            x << (geometry.frameCentre(from) + geometry.frameCentre(to - 1)) / 2;
            y << double(value);
        }
    }
    m_curveSection->setTitle(title);
    m_curve->setCurve(x, y, view.start, std::max(view.end, view.start + 1e-3),
                      known ? tr("Nothing computed here yet.")
                            : tr("Click a dimension in a pane\nto follow it over time."));
    m_curve->setMark(x.isEmpty() ? std::nullopt : m_inspect.timeAxis().cursor());
}

} // namespace phono
