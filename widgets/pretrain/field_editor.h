#pragma once

#include "core/run/config_field.h"

#include <QString>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace phono {

class NoteLabel;

/// A setting of a run in a form: its key, a field for its value, the reference's default, what it
/// means, and what is wrong with what was written.
class FieldEditor : public QWidget {
    Q_OBJECT
public:
    static constexpr int kReferenceWidth = 96; ///< of the column of defaults, in pixels

    FieldEditor(const ConfigField& field, QWidget* parent);

    const ConfigField& field() const { return m_field; }
    /// As TOML or, of texts and words, without quotes.
    QString text() const;
    void setValue(const TrainingConfig& config);
    /// Empty when all is well.
    void setProblem(const QString& problem);
    QString problem() const;
    /// Its value is not the preset's.
    void setChanged(bool changed);
    bool matches(const QString& search) const;

Q_SIGNALS:
    void edited();

private:
    QWidget* makeInput();

    const ConfigField& m_field;
    QLineEdit* m_line = nullptr;
    QComboBox* m_choice = nullptr;
    QCheckBox* m_flag = nullptr;
    QLabel* m_key;
    NoteLabel* m_note;
};

} // namespace phono
