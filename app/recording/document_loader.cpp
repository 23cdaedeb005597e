#include "app/recording/document_loader.h"

#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <algorithm>
#include <utility>

namespace phono {
namespace {

QString spectrogramName()
{
    return QStringLiteral("spectrogram");
}

QString waveformName()
{
    return QStringLiteral("waveform");
}

Result<void> extractFeatures(const Model& model, const Waveform& waveform, const QStringList& names,
                             const GrowingFeature::Show& show, const Progress& progress)
{
    std::vector<std::unique_ptr<GrowingFeature>> sinks;
    std::vector<FeatureRequest> requests;
    for (const QString& name : names) {
        sinks.push_back(std::make_unique<GrowingFeature>(show));
        requests.push_back({name.toStdString(), sinks.back().get()});
    }
    return model.engine->extract(waveform, requests, progress);
}

std::vector<Result<LabelFile>> readLabelFiles(const std::vector<std::filesystem::path>& paths)
{
    std::vector<Result<LabelFile>> files;
    for (const auto& path : paths)
        files.push_back(readLabels(path));
    return files;
}

QString lines(const std::vector<std::string>& texts)
{
    QStringList all;
    for (const std::string& text : texts)
        all << QString::fromStdString(text);
    return all.join(QLatin1Char('\n'));
}

} // namespace

DocumentLoader::DocumentLoader(Document& document, Lanes& lanes, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_audio(lanes.files(), [this](Result<GrowingAudio> result) { audioRead(std::move(result)); })
    , m_spectrogram(lanes.files(),
                    [this](const Result<void>& result) {
                        endStep(LoadStep::Spectrogram, {spectrogramName()});
                        if (!result)
                            complain(result.error());
                        settle();
                    })
    , m_features(lanes.inference(), [this](const Result<void>& result) { featuresDone(result); })
    , m_labels(lanes.files(),
               [this](const std::vector<Result<LabelFile>>& files) { labelsRead(files); })
{
}

void DocumentLoader::open(const QString& path, const SpectrogramOptions& spectrogram)
{
    m_path = path;
    m_spectrogramOptions = spectrogram;
    m_state = State::Reading;
    m_audio.start([this, file = toPath(path)](const TaskContext& context) {
        const auto show = [this, &context](GrowingAudio audio) {
            context.post([this, audio = std::move(audio)] {
                m_document.growAudio(audio.info, audio.peaks.waveform(),
                                     std::make_shared<const PeakPyramid>(audio.peaks));
            });
        };
        return readAudio(file, show, Throttle(),
                         reporter(context, LoadStep::Reading, {waveformName()}));
    });
}

void DocumentLoader::audioRead(Result<GrowingAudio> result)
{
    endStep(LoadStep::Reading, {waveformName()});
    if (!result) {
        m_state = result.error().isCancelled() ? State::Stopped : State::Failed;
        m_document.clearAudio();
        complain(result.error());
        Q_EMIT opened();
        settle();
        return;
    }
    m_state = State::Ready;
    m_document.setAudio(std::move(result->info), result->peaks.waveform(),
                        std::make_shared<const PeakPyramid>(result->peaks));
    Q_EMIT opened();
    requestSpectrogram(m_spectrogramOptions);
    m_labels.start([file = toPath(m_path)](const TaskContext&) {
        return readLabelFiles(labelFilesFor(file));
    });
    computeMissing();
}

void DocumentLoader::requestSpectrogram(const SpectrogramOptions& options)
{
    m_spectrogramOptions = options;
    if (m_state != State::Ready)
        return;
    m_spectrogram.start([this, options,
                         waveform = m_document.waveform()](const TaskContext& context) {
        GrowingFeature sink([this, options, &context](DocumentFeature feature) {
            context.post([this, options, feature = std::move(feature)] {
                m_document.setSpectrogram(options, feature);
            });
        });
        return computeSpectrogram(waveform, options, sink,
                                  reporter(context, LoadStep::Spectrogram, {spectrogramName()}));
    });
}

void DocumentLoader::setModel(std::shared_ptr<const Model> model)
{
    stopFeatures();
    m_stopped = false;
    m_model = std::move(model);
    if (!m_model) {
        m_document.setModel({}, {});
        return;
    }
    m_document.setModel(m_model->title, m_model->features);
    // z and c lead the list of every model.
    for (std::size_t i = 0; i < std::min<std::size_t>(2, m_model->features.size()); ++i) {
        const QString name = QString::fromStdString(m_model->features[i].name);
        if (!m_wanted.contains(name))
            m_wanted << name;
    }
    computeMissing();
}

void DocumentLoader::requestFeature(const QString& name)
{
    if (!m_wanted.contains(name))
        m_wanted << name;
    m_stopped = false;
    computeMissing();
}

QStringList DocumentLoader::missing() const
{
    QStringList names;
    for (const FeatureInfo& info : m_model->features) {
        const QString name = QString::fromStdString(info.name);
        if (m_wanted.contains(name) && !m_document.feature(name).complete())
            names << name;
    }
    return names;
}

void DocumentLoader::computeMissing()
{
    if (!m_model || m_state != State::Ready || m_stopped || m_features.active())
        return;
    m_computing = missing();
    if (m_computing.isEmpty())
        return;
    Q_EMIT progressed({LoadStep::Features, m_computing, tr("waiting for its turn"), 0, -1});
    m_features.start([this, model = m_model, waveform = m_document.waveform(),
                      names = m_computing](const TaskContext& context) {
        const auto show = [this, &context](DocumentFeature feature) {
            context.post([this, feature = std::move(feature)] { m_document.setFeature(feature); });
        };
        return extractFeatures(*model, waveform, names, show,
                               reporter(context, LoadStep::Features, names));
    });
}

void DocumentLoader::featuresDone(const Result<void>& result)
{
    endStep(LoadStep::Features, std::exchange(m_computing, {}));
    if (!result) {
        // Trying the same again would fail the same way.
        m_stopped = true;
        complain({m_path.toStdString() + ": " + result.error().message, result.error().kind});
    }
    computeMissing();
    settle();
}

void DocumentLoader::stopFeatures()
{
    if (!m_features.active())
        return;
    m_features.cancel();
    m_stopped = true;
    endStep(LoadStep::Features, std::exchange(m_computing, {}));
}

void DocumentLoader::stop()
{
    stopFeatures();
    if (m_spectrogram.active()) {
        m_spectrogram.cancel();
        endStep(LoadStep::Spectrogram, {spectrogramName()});
    }
    if (m_audio.active()) {
        m_audio.cancel();
        audioRead(Error::cancelled());
    }
    settle();
}

void DocumentLoader::resume()
{
    m_stopped = false;
    computeMissing();
}

void DocumentLoader::openLabels(const QString& path)
{
    m_labels.start([file = toPath(path)](const TaskContext&) { return readLabelFiles({file}); });
}

void DocumentLoader::labelsRead(const std::vector<Result<LabelFile>>& files)
{
    std::vector<LabelTier> tiers;
    for (const Result<LabelFile>& file : files) {
        if (!file) {
            complain(file.error());
            continue;
        }
        tiers.insert(tiers.end(), file->tiers.begin(), file->tiers.end());
        if (!file->warnings.empty()) {
            const QString name = fromPath(file->path.filename());
            Q_EMIT noticed({Severity::Warning,
                            tr("Labels skipped in %1: %2.").arg(name).arg(file->warnings.size()),
                            lines(file->warnings),
                            QStringLiteral("labels:") + m_path,
                            {}});
        }
    }
    if (!tiers.empty())
        m_document.setLabels(std::move(tiers));
    settle();
}

Progress DocumentLoader::reporter(const TaskContext& context, LoadStep step,
                                  const QStringList& features)
{
    Progress progress;
    progress.stop = context.stop();
    progress.report = [this, &context, step, features, throttle = Throttle(),
                       left = TimeLeft()](std::string_view stage, double fraction) mutable {
        if (!throttle.due())
            return;
        const LoadProgress now{step, features,
                               QString::fromUtf8(stage.data(), qsizetype(stage.size())), fraction,
                               left.estimate(fraction)};
        context.post([this, now] { Q_EMIT progressed(now); });
    };
    return progress;
}

void DocumentLoader::endStep(LoadStep step, const QStringList& features)
{
    Q_EMIT progressed({step, features, {}, 1, -1});
}

bool DocumentLoader::busy() const
{
    return m_audio.active() || m_spectrogram.active() || m_features.active() || m_labels.active();
}

void DocumentLoader::settle()
{
    if (!busy())
        Q_EMIT settled();
}

void DocumentLoader::complain(const Error& error)
{
    if (error.isCancelled())
        return;
    Q_EMIT noticed(
        {Severity::Error, sentence(error.message), {}, QStringLiteral("error:") + m_path, {}});
}

} // namespace phono
