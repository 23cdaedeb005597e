#include "app/engine/model_host.h"

#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <QFileInfo>

namespace phono {
namespace {

Result<std::shared_ptr<const Model>> loadModel(EngineSource& engines, const QString& path,
                                               const QString& title, const EngineOptions& options,
                                               const Progress& progress)
{
    auto checkpoint = readCheckpoint(toPath(path), progress);
    if (!checkpoint)
        return checkpoint.error();
    auto engine = engines.create(*checkpoint, options);
    if (!engine)
        return Error{path.toStdString() + ": " + engine.error().message, engine.error().kind};
    auto model = std::make_shared<Model>();
    model->path = path;
    model->title = title;
    model->engine = std::move(*engine);
    model->features = model->engine->features();
    model->backend = model->engine->backend();
    model->summary = modelSummary(*checkpoint);
    model->checkpoint = std::move(*checkpoint);
    model->checkpoint.tensors.clear();
    return std::shared_ptr<const Model>(std::move(model));
}

} // namespace

ModelHost::ModelHost(EngineSource& engines, QThreadPool& inferenceLane, QObject* parent)
    : QObject(parent)
    , m_engines(engines)
    , m_loading(inferenceLane,
                [this](const Result<std::shared_ptr<const Model>>& result) { deliver(result); })
{
}

void ModelHost::load(const QString& path, const QString& title, const EngineOptions& options)
{
    m_path = path;
    m_title = title.isEmpty() ? QFileInfo(path).fileName() : title;
    m_options = options;
    m_model.reset();
    m_loading.start(
        [&engines = m_engines, path, name = m_title, options](const TaskContext& context) {
            return loadModel(engines, path, name, options, {{}, context.stop()});
        });
    // Only now, so that whoever asks hears that it is loading.
    Q_EMIT aboutToLoad(m_title);
}

void ModelHost::setOptions(const EngineOptions& options)
{
    if (options != m_options && !m_path.isEmpty())
        load(m_path, m_title, options);
    m_options = options;
}

void ModelHost::deliver(const Result<std::shared_ptr<const Model>>& result)
{
    if (result) {
        m_model = *result;
        Q_EMIT modelChanged();
    } else if (!result.error().isCancelled()) {
        const QString path = m_path;
        m_path.clear();
        Q_EMIT failed(path, sentence(result.error().message));
    }
}

} // namespace phono
