#include "widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QIconEngine>
#include <QPainter>
#include <QStyleFactory>
#include <QSvgRenderer>

#include <cmath>

namespace phono {

namespace {

/// A line drawing whose `currentColor` becomes the palette's text colour whenever it is painted.
class LineIconEngine : public QIconEngine {
public:
    explicit LineIconEngine(QByteArray svg)
        : m_svg(std::move(svg))
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        const Theme theme = Theme::of(QApplication::palette());
        QColor color = state == QIcon::On ? theme.accent : theme.text;
        if (mode == QIcon::Disabled)
            color = theme.muted;
        QByteArray svg = m_svg;
        svg.replace("currentColor", color.name().toLatin1());
        QSvgRenderer renderer(svg);
        painter->save();
        if (mode == QIcon::Disabled)
            painter->setOpacity(0.5);
        renderer.render(painter, rect);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override
    {
        return pixmap(size, mode, state);
    }

    bool isNull() override { return m_svg.isEmpty(); }
    QIconEngine* clone() const override { return new LineIconEngine(m_svg); }

private:
    QByteArray m_svg;
};

} // namespace

QColor mixed(const QColor& a, const QColor& b, double part)
{
    const auto mix = [part](int x, int y) {
        return int(std::lround(x + (y - x) * part));
    };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QFont smallFont(const QFont& font)
{
    QFont small = font;
    small.setPointSizeF(font.pointSizeF() * 0.88);
    return small;
}

Theme Theme::light()
{
    return {.dark = false,
            .window = QColor(0xF6F7F9),
            .panel = QColor(0xFFFFFF),
            .plot = QColor(0xFFFFFF),
            .border = QColor(0xD8DCE2),
            .grid = QColor(0xE8EBEF),
            .wave = QColor(0x3A62A8),
            .text = QColor(0x1B1F24),
            .muted = QColor(0x586069),
            .accent = QColor(0x2F6FDE),
            .danger = QColor(0xC73434),
            .warning = QColor(0x9A6700),
            .good = QColor(0x2B8A3E)};
}

Theme Theme::darkTheme()
{
    return {.dark = true,
            .window = QColor(0x1B1D21),
            .panel = QColor(0x22252A),
            .plot = QColor(0x1E2024),
            .border = QColor(0x363B43),
            .grid = QColor(0x2C3138),
            .wave = QColor(0x8FB4F5),
            .text = QColor(0xE6E8EB),
            .muted = QColor(0x9AA3AE),
            .accent = QColor(0x6EA0FF),
            .danger = QColor(0xFF7B72),
            .warning = QColor(0xE3B341),
            .good = QColor(0x56D364)};
}

Theme Theme::of(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? darkTheme() : light();
}

QPalette Theme::palette() const
{
    QPalette p;
    const auto all = [&p](QPalette::ColorRole role, const QColor& color) {
        p.setColor(role, color);
    };
    all(QPalette::Window, window);
    all(QPalette::WindowText, text);
    all(QPalette::Base, panel);
    all(QPalette::AlternateBase, mixed(panel, window, 0.6));
    all(QPalette::Text, text);
    all(QPalette::PlaceholderText, muted);
    all(QPalette::Button, dark ? QColor(0x2B2F36) : QColor(0xFFFFFF));
    all(QPalette::ButtonText, text);
    all(QPalette::BrightText, danger);
    all(QPalette::ToolTipBase, dark ? QColor(0x2B2F36) : QColor(0xFFFFFF));
    all(QPalette::ToolTipText, text);
    all(QPalette::Highlight, accent);
    all(QPalette::HighlightedText, dark ? QColor(0x10131A) : QColor(0xFFFFFF));
    all(QPalette::Link, accent);
    all(QPalette::LinkVisited, accent);
    all(QPalette::Light, mixed(panel, dark ? border : QColor(Qt::white), 0.5));
    all(QPalette::Midlight, grid);
    all(QPalette::Mid, border);
    all(QPalette::Dark, mixed(border, muted, 0.35));
    all(QPalette::Shadow, dark ? QColor(0x0E0F12) : mixed(border, muted, 0.6));
    const QColor faint = mixed(muted, window, 0.45);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, faint);
    p.setColor(QPalette::Disabled, QPalette::Highlight, border);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, muted);
    return p;
}

void applyTheme(QApplication& application, const Theme& theme)
{
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setPalette(theme.palette());
    application.setStyleSheet(
        QStringLiteral("QToolTip { color: %1; background: %2; border: 1px solid %3;"
                       " padding: 4px; }"
                       "QToolBar { border: 0; spacing: 2px; padding: 2px 6px; }"
                       "QStatusBar::item { border: 0; }"
                       "QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }"
                       "QMainWindow::separator { background: %3; width: 1px;"
                       " height: 1px; }")
            .arg(theme.text.name(), theme.palette().color(QPalette::ToolTipBase).name(),
                 theme.border.name()));
}

void loadFonts()
{
    QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/DejaVuSans.ttf"));
}

QFont labelFont(double pointSize)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPointSizeF(pointSize);
    return font;
}

QFont tabularFont(const QFont& font)
{
    QFont tabular = labelFont(font.pointSizeF());
    tabular.setWeight(font.weight());
    return tabular;
}

QIcon lineIcon(const QString& name)
{
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new LineIconEngine(file.readAll()));
}

} // namespace phono
