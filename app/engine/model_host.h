#pragma once

#include "app/engine/feature_engine.h"
#include "widgets/shell/checkpoint_summary.h"
#include "widgets/shell/latest_task.h"

#include <QObject>
#include <QString>

#include <memory>

namespace phono {

/// A checkpoint that is ready to compute. Shared by the recordings that use it.
struct Model {
    QString path;
    QString title; ///< "wav2vec_large.pt", "demo model"
    Checkpoint checkpoint; ///< without its tensors
    std::vector<SummarySection> summary; ///< what is known of the checkpoint
    std::shared_ptr<FeatureEngine> engine; ///< for the inference lane only
    std::vector<FeatureInfo> features;
    ExtractorBackend backend;
};

/// The checkpoint in use: reads it and makes its engine off the UI thread.
class ModelHost : public QObject {
    Q_OBJECT
public:
    ModelHost(EngineSource& engines, QThreadPool& inferenceLane, QObject* parent = nullptr);

    /// Uses the checkpoint `path` from now on. `title` as it is called; "" means the file's name.
    void load(const QString& path, const QString& title, const EngineOptions& options);
    /// Takes the same checkpoint again if `options` are others.
    void setOptions(const EngineOptions& options);

    /// Null before the first checkpoint is ready, and after one failed.
    std::shared_ptr<const Model> model() const { return m_model; }
    EngineSource& engines() const { return m_engines; }
    /// Of the checkpoint that is in use or being loaded.
    QString path() const { return m_path; }
    bool loading() const { return m_loading.active(); }

Q_SIGNALS:
    /// The old model is given up; whoever computes with it should stop.
    void aboutToLoad(const QString& title);
    void modelChanged();
    void failed(const QString& path, const QString& message);

private:
    void deliver(const Result<std::shared_ptr<const Model>>& result);

    EngineSource& m_engines;
    EngineOptions m_options;
    QString m_path;
    QString m_title;
    std::shared_ptr<const Model> m_model;
    LatestTask<Result<std::shared_ptr<const Model>>> m_loading;
};

} // namespace phono
