#include "app/engine/engine_module.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLibrary>

namespace phono {
namespace {

constexpr auto kModuleName = "libphonoscope_engine.so";

} // namespace

EngineModule::EngineModule(QString path)
    : m_path(std::move(path))
{
}

EngineModule::~EngineModule() = default;

Result<EngineSource*> EngineModule::source()
{
    const std::lock_guard lock(m_mutex);
    if (m_source)
        return m_source.get();
    QLibrary library(m_path);
    // LibTorch keeps threads and thread-local state: it cannot be unloaded.
    library.setLoadHints(QLibrary::PreventUnloadHint);
    const auto version =
        reinterpret_cast<const char* (*)()>(library.resolve("phonoscopeEngineVersion"));
    const auto make =
        reinterpret_cast<EngineSource* (*)()>(library.resolve("phonoscopeEngineSource"));
    if (!version || !make) {
        return Error{"cannot load the engine that computes features, " + m_path.toStdString() + ": "
                     + library.errorString().toStdString()
                     + "; install Phonoscope again, or see whether LibTorch is there"};
    }
    if (std::string_view(version()) != PHONO_VERSION) {
        return Error{"the engine " + m_path.toStdString() + " is of version " + version()
                     + " but the program is of version " PHONO_VERSION
                       "; install Phonoscope again"};
    }
    m_source.reset(make());
    return m_source.get();
}

Result<std::unique_ptr<FeatureEngine>> EngineModule::create(const Checkpoint& checkpoint,
                                                            const EngineOptions& options)
{
    const auto inner = source();
    if (!inner)
        return inner.error();
    return (*inner)->create(checkpoint, options);
}

Result<std::vector<std::string>> EngineModule::devices()
{
    const auto inner = source();
    if (!inner)
        return inner.error();
    return (*inner)->devices();
}

QString findEngineModule()
{
    const QDir program(QCoreApplication::applicationDirPath());
    const QString beside = program.filePath(QLatin1String(kModuleName));
    const QString installed =
        program.filePath(QLatin1String(PHONO_ENGINE_FOLDER "/") + QLatin1String(kModuleName));
    return QFileInfo::exists(beside) ? beside : QDir::cleanPath(installed);
}

} // namespace phono
