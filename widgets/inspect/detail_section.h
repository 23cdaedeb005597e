#pragma once

#include <QWidget>

class QGridLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace phono {

/// A muted name and a value that can be selected and copied.
struct DetailRow {
    QLabel* name = nullptr;
    QLabel* value = nullptr;
    /// Hides the row when `text` is empty.
    void set(const QString& text) const;
};

/// A titled part of the details that can be folded away.
class DetailSection : public QWidget {
    Q_OBJECT
public:
    DetailSection(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    bool open() const;
    void setOpen(bool open);
    void add(QWidget* widget);
    DetailRow addRow(const QString& name);

Q_SIGNALS:
    void openChanged(bool open);

private:
    QToolButton* m_title = nullptr;
    QWidget* m_body = nullptr;
    QVBoxLayout* m_column = nullptr;
    QGridLayout* m_rows = nullptr;
};

} // namespace phono
