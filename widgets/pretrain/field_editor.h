#pragma once

#include "core/run/config_field.h"

#include <QString>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace phono {

/// A setting of a run in a form: its key, a field for its value, the reference's default, what it
/// means, and what is wrong with what was written.
class FieldEditor : public QWidget {
    Q_OBJECT
public:
    FieldEditor(const ConfigField& field, QWidget* parent);

    const ConfigField& field() const { return m_field; }
    /// As TOML or, of texts and words, without quotes.
    QString text() const;
    void setValue(const TrainingConfig& config);
    /// Empty when all is well.
    void setProblem(const QString& problem);
    QString problem() const { return m_problemText; }
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
    QLabel* m_problem;
    QString m_problemText;
};

/// Words in the colour of what is wrong; hidden while empty.
void showProblem(QLabel& label, const QString& problem);

} // namespace phono
