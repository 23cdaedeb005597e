#include "widgets/theme.h"

#include <QApplication>
#include <QDir>
#include <QFontInfo>
#include <QFontMetrics>
#include <QPixmap>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace phono;

/// Colours that can be read, icons that follow them, and a font with phonetic symbols.
class ThemeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { loadFonts(); }
    void textIsReadable_data();
    void textIsReadable();
    void paletteNamesItsTheme();
    void iconsAreComplete();
    void iconsFollowTheTheme();
    void unknownIconIsNone();
    void labelFontHasPhoneticSymbols();
};

void ThemeTest::textIsReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void ThemeTest::textIsReadable()
{
    QFETCH(bool, dark);
    const Theme theme = dark ? Theme::darkTheme() : Theme::light();
    // WCAG 2: relative luminance and contrast ratio; 4.5 is AA for text.
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double v) {
            return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
            + 0.0722 * linear(color.blueF());
    };
    const auto contrast = [&](const QColor& a, const QColor& b) {
        const double x = luminance(a) + 0.05;
        const double y = luminance(b) + 0.05;
        return std::max(x, y) / std::min(x, y);
    };
    for (const QColor& ground : {theme.window, theme.panel, theme.plot}) {
        for (const QColor& ink : {theme.text, theme.muted, theme.danger, theme.warning})
            QVERIFY2(contrast(ink, ground) >= 4.5,
                     qPrintable(ink.name() + QStringLiteral(" on ") + ground.name()));
        QVERIFY(contrast(theme.accent, ground) >= 4.2);
    }
    const QPalette palette = theme.palette();
    QVERIFY(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight))
            >= 4.2);
}

void ThemeTest::paletteNamesItsTheme()
{
    QCOMPARE(Theme::of(Theme::light().palette()), Theme::light());
    QCOMPARE(Theme::of(Theme::darkTheme().palette()), Theme::darkTheme());
}

void ThemeTest::iconsAreComplete()
{
    const auto names = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
    QVERIFY(names.size() >= 30);
    for (const QString& name : names) {
        const QIcon icon = lineIcon(name.chopped(4));
        QVERIFY2(!icon.isNull(), qPrintable(name));
        const QImage image = icon.pixmap(QSize(20, 20)).toImage();
        int inked = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                inked += qAlpha(image.pixel(x, y)) > 128;
        QVERIFY2(inked > 10, qPrintable(name));
    }
}

void ThemeTest::iconsFollowTheTheme()
{
    const QIcon icon = lineIcon(QStringLiteral("stop"));
    const auto darkest = [&] {
        const QImage image = icon.pixmap(QSize(40, 40)).toImage();
        int lightness = -1;
        for (int i = 0; i < image.width(); ++i) {
            if (qAlpha(image.pixel(i, image.height() / 2)) == 255)
                lightness =
                    std::max(lightness, image.pixelColor(i, image.height() / 2).lightness());
        }
        return lightness;
    };
    applyTheme(*qApp, Theme::light());
    const int onLight = darkest();
    applyTheme(*qApp, Theme::darkTheme());
    const int onDark = darkest();
    QVERIFY(onLight >= 0 && onLight < 80);
    QVERIFY(onDark > 180);
}

void ThemeTest::unknownIconIsNone()
{
    QVERIFY(lineIcon(QStringLiteral("no-such-icon")).isNull());
}

void ThemeTest::labelFontHasPhoneticSymbols()
{
    const QFont font = labelFont(10);
    QCOMPARE(QFontInfo(font).family(), QStringLiteral("DejaVu Sans"));
    const QFontMetrics metrics(font);
    for (const QChar symbol : QStringLiteral("əʃʒŋθðɑɔʊɪɛæʌɜːˈɹ"))
        QVERIFY2(metrics.inFont(symbol), qPrintable(QString(symbol)));
}

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"
