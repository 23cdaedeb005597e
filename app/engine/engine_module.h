#pragma once

#include "app/engine/feature_engine.h"

#include <QString>

#include <memory>
#include <mutex>

namespace phono {

/// Engines from the shared library that carries LibTorch, which is loaded when the first one is
/// asked for: loading LibTorch takes longer than opening the window.
class EngineModule : public EngineSource {
public:
    /// `path` of the library; see findEngineModule().
    explicit EngineModule(QString path);
    ~EngineModule() override;
    EngineModule(const EngineModule&) = delete;
    EngineModule& operator=(const EngineModule&) = delete;

    Result<std::unique_ptr<FeatureEngine>> create(const Checkpoint& checkpoint,
                                                  const EngineOptions& options) override;
    Result<std::vector<std::string>> devices() override;

private:
    /// The source inside the library.
    Result<EngineSource*> source();

    QString m_path;
    std::mutex m_mutex;
    std::unique_ptr<EngineSource> m_source;
};

/// The module beside the program, or where it is installed.
QString findEngineModule();

} // namespace phono
