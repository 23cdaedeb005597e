#pragma once

#include <QThreadPool>

namespace phono {

/// The threads work is done on. Files are read on one pool; whatever uses LibTorch takes turns in
/// the inference lane, because LibTorch itself uses all cores.
class Lanes {
public:
    Lanes()
    {
        m_files.setMaxThreadCount(2);
        m_inference.setMaxThreadCount(1);
        m_inference.setExpiryTimeout(-1);
        m_sound.setMaxThreadCount(1);
    }

    QThreadPool& files() { return m_files; }
    QThreadPool& inference() { return m_inference; }
    /// For asking sound devices, which may take long to answer.
    QThreadPool& sound() { return m_sound; }

private:
    QThreadPool m_files;
    QThreadPool m_inference;
    QThreadPool m_sound;
};

} // namespace phono
