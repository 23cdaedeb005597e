#include "app/engine/engine_module.h"
#include "app/options.h"
#include "app/snapshot.h"
#include "app/window/main_window.h"
#include "app/window/theme_keeper.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace phono {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int fail(const std::string& message, int code)
{
    std::fprintf(stderr, "phonoscope: %s\n", message.c_str());
    return code;
}

bool hasDisplay()
{
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(name))
            return true;
    }
    return false;
}

/// What Qt's offscreen platform says of itself is of no use to whoever wants a picture.
void ignoreWarnings(QtMsgType type, const QMessageLogContext&, const QString& message)
{
    if (type == QtCriticalMsg || type == QtFatalMsg)
        std::fprintf(stderr, "%s\n", message.toLocal8Bit().constData());
}

int runSnapshot(const Options& options)
{
    applyTheme(*qApp, options.theme == ThemeChoice::Dark ? Theme::darkTheme() : Theme::light());
    EngineModule engines(findEngineModule());
    const auto written = writeSnapshot(options, findDemo(), engines, {});
    return written ? EXIT_SUCCESS : fail(written.error().message, kFailed);
}

int runWindow(const Options& options)
{
    QSettings store;
    EngineModule engines(findEngineModule());
    MainWindow window(engines, store, findDemo());
    const ThemeKeeper theme(window.settings(), options.theme);
    window.show();
    // The window is painted first; then files are read.
    QTimer::singleShot(0, &window, [&] { window.start({options.recordings, options.checkpoint}); });
    return QApplication::exec();
}

int run(int argc, char** argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    QCoreApplication::setApplicationName(QStringLiteral("phonoscope"));
    QCoreApplication::setOrganizationName(QStringLiteral("phonoscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(PHONO_VERSION));

    // A file that may not grow beyond a limit is a full disk, not a reason to die.
    std::signal(SIGXFSZ, SIG_IGN);
    const auto options = parseOptions(arguments);
    if (!options)
        return fail(options.error().message + "\nTry phonoscope --help.", kWrongUsage);
    if (options->help || options->version) {
        const QString text =
            options->help ? helpText() : QStringLiteral("phonoscope " PHONO_VERSION "\n");
        std::fputs(text.toLocal8Bit().constData(), stdout);
        return EXIT_SUCCESS;
    }
    const bool snapshot = !options->snapshot.isEmpty();
    if (snapshot) {
        qInstallMessageHandler(ignoreWarnings);
        qputenv("QT_QPA_PLATFORM", "offscreen");
    } else if (!hasDisplay()) {
        return fail("there is no display to open a window on. Write a picture instead: "
                    "phonoscope --snapshot OUT.png AUDIO",
                    kFailed);
    }

    QApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(QStringLiteral("phonoscope"));
    QApplication::setWindowIcon(lineIcon(QStringLiteral("phonoscope")));
    loadFonts();
    return snapshot ? runSnapshot(*options) : runWindow(*options);
}

} // namespace
} // namespace phono

int main(int argc, char** argv)
{
    return phono::run(argc, argv);
}
