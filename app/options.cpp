#include "app/options.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QRegularExpression>

namespace phono {
namespace {

constexpr int kSmallestSide = 200;
constexpr int kLargestSide = 16384;

struct Parser {
    QCommandLineOption checkpoint{QStringLiteral("checkpoint"),
                                  QStringLiteral("The wav2vec checkpoint (.pt or .safetensors)."),
                                  QStringLiteral("CKPT")};
    QCommandLineOption theme{QStringLiteral("theme"), QStringLiteral("light, dark or system."),
                             QStringLiteral("THEME")};
    QCommandLineOption snapshot{
        QStringLiteral("snapshot"),
        QStringLiteral("Write the view of one recording as a picture instead of opening a window. "
                       "Needs no display."),
        QStringLiteral("OUT.png")};
    QCommandLineOption size{QStringLiteral("size"),
                            QStringLiteral("Width and height of the picture, 1600x900 by default."),
                            QStringLiteral("WxH")};
    QCommandLineOption scale{
        QStringLiteral("scale"),
        QStringLiteral("Enlarge the picture, text and lines included: 1 to 4."),
        QStringLiteral("S")};
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")},
                            QStringLiteral("Show this help.")};
    QCommandLineOption version{{QStringLiteral("v"), QStringLiteral("version")},
                               QStringLiteral("Show the version.")};
    QCommandLineParser parser;

    Parser()
    {
        parser.setApplicationDescription(
            QStringLiteral("Shows what a wav2vec model makes of recordings."));
        parser.addOptions({checkpoint, theme, snapshot, size, scale, help, version});
        parser.addPositionalArgument(QStringLiteral("AUDIO"), QStringLiteral("Recordings to open."),
                                     QStringLiteral("[AUDIO...]"));
    }
};

Result<QSize> parseSize(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("\\A(\\d{1,5})x(\\d{1,5})\\z"));
    const auto match = form.match(text);
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    const auto fits = [](int side) {
        return side >= kSmallestSide && side <= kLargestSide;
    };
    if (!match.hasMatch() || !fits(size.width()) || !fits(size.height())) {
        return Error{"--size " + text.toStdString()
                     + ": expected a width and a height from 200 to 16384, as in 1600x900"};
    }
    return size;
}

Result<void> parseSnapshot(const Parser& given, Options& options)
{
    options.snapshot = given.parser.value(given.snapshot);
    if (given.parser.isSet(given.size)) {
        const auto size = parseSize(given.parser.value(given.size));
        if (!size)
            return size.error();
        options.size = *size;
    }
    if (given.parser.isSet(given.scale)) {
        bool isNumber = false;
        options.scale = given.parser.value(given.scale).toDouble(&isNumber);
        if (!isNumber || !(options.scale >= 1 && options.scale <= 4))
            return Error{"--scale: expected a number from 1 to 4, as in 1.5"};
    }
    if (options.recordings.size() != 1)
        return Error{"--snapshot needs exactly one recording"};
    if (QFileInfo(options.snapshot).suffix().toLower() != QLatin1String("png"))
        return Error{"--snapshot " + options.snapshot.toStdString()
                     + ": expected a name ending in .png"};
    return {};
}

} // namespace

Result<Options> parseOptions(const QStringList& arguments)
{
    Parser given;
    if (!given.parser.parse(arguments))
        return Error{given.parser.errorText().toStdString()};
    Options options;
    options.help = given.parser.isSet(given.help);
    options.version = given.parser.isSet(given.version);
    options.recordings = given.parser.positionalArguments();
    options.checkpoint = given.parser.value(given.checkpoint);
    if (options.help || options.version)
        return options;
    if (given.parser.isSet(given.theme)) {
        const QString word = given.parser.value(given.theme);
        options.theme = parseThemeChoice(word);
        if (toString(*options.theme) != word)
            return Error{"--theme " + word.toStdString() + ": expected light, dark or system"};
    }
    if (given.parser.isSet(given.snapshot)) {
        if (const auto parsed = parseSnapshot(given, options); !parsed)
            return parsed.error();
    } else if (given.parser.isSet(given.size) || given.parser.isSet(given.scale)) {
        return Error{"--size and --scale go with --snapshot"};
    }
    return options;
}

QString helpText()
{
    // Without an application object the parser does not know the program's name.
    return Parser().parser.helpText().replace(QStringLiteral("<executable_name>"),
                                              QStringLiteral("phonoscope"));
}

} // namespace phono
