#pragma once

#include <QPushButton>

namespace phono {

/// The one red button: a disc and "Record", or a square and "Stop" while a take goes on.
class RecordButton : public QPushButton {
    Q_OBJECT
public:
    explicit RecordButton(QWidget* parent = nullptr);

    void setRecording(bool recording);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_recording = false;
};

} // namespace phono
