#include "app/snapshot.h"

#include "app/recording/recording_page.h"

#include <QBuffer>
#include <QEventLoop>
#include <QFileInfo>
#include <QSaveFile>

#include <optional>

namespace phono {
namespace {

/// Waits until the recording is read and computed; the first error, or nothing.
std::optional<Error> waitUntilComplete(RecordingPage& page, ModelHost& models)
{
    QEventLoop loop;
    std::optional<Error> failure;
    const auto fail = [&](const QString& message) {
        if (!failure)
            failure = Error{message.toStdString()};
        loop.quit();
    };
    QObject::connect(&models, &ModelHost::modelChanged, &loop,
                     [&] { page.setModel(models.model()); });
    QObject::connect(&models, &ModelHost::failed, &loop,
                     [&](const QString&, const QString& message) { fail(message); });
    QObject::connect(&page.loader(), &DocumentLoader::noticed, &loop, [&](const Notice& notice) {
        if (notice.severity == Severity::Error)
            fail(notice.text);
    });
    QObject::connect(&page.loader(), &DocumentLoader::settled, &loop, [&] {
        if (!models.loading())
            loop.quit();
    });
    if (page.loader().busy() || models.loading())
        loop.exec();
    return failure;
}

Result<void> writePng(const QImage& image, const QString& path)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !image.save(&file, "PNG") || !file.commit())
        return Error{"cannot write " + path.toStdString() + ": "
                     + file.errorString().toStdString()};
    return {};
}

} // namespace

Result<void> writeSnapshot(const Options& options, const Demo& demo, EngineSource& engines,
                           const Settings& settings)
{
    Lanes lanes;
    ModelHost models(engines, lanes.inference());
    RecordingPage page(QFileInfo(options.recordings.first()).absoluteFilePath(), lanes);
    page.resize(options.size);
    page.load(settings.spectrogram);
    const QString checkpoint = options.checkpoint.isEmpty()
        ? demo.checkpoint
        : QFileInfo(options.checkpoint).absoluteFilePath();
    if (!checkpoint.isEmpty())
        models.load(checkpoint, checkpointTitle(checkpoint, demo), settings.engine);
    if (const auto failure = waitUntilComplete(page, models))
        return *failure;
    return writePng(page.inspect().render(options.size, options.scale), options.snapshot);
}

} // namespace phono
