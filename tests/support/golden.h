#pragma once

#include "core/base/feature_info.h"
#include "core/base/sample_source.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace phono::golden {

/// A .npy file, widened to double. Throws std::runtime_error for what it does not know.
struct Array {
    std::vector<std::int64_t> shape;
    std::vector<double> values;
};

inline std::string path(const std::string& name)
{
    return std::string(PHONO_TEST_DATA "/golden/") + name;
}

inline Array readNpyFile(const std::string& name)
{
    std::ifstream in(name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0)
        throw std::runtime_error("not a .npy file: " + name);
    std::uint16_t headerSize = 0;
    std::memcpy(&headerSize, bytes.data() + 8, 2);
    const auto header = bytes.substr(10, headerSize);
    if (header.find("'fortran_order': False") == std::string::npos)
        throw std::runtime_error("not in C order: " + name);

    Array array;
    const auto open = header.find('(');
    std::istringstream shape(header.substr(open + 1, header.find(')') - open - 1));
    std::size_t count = 1;
    for (std::string part; std::getline(shape, part, ',');) {
        if (part.find_first_of("0123456789") == std::string::npos)
            continue;
        array.shape.push_back(std::stoll(part));
        count *= static_cast<std::size_t>(array.shape.back());
    }
    const auto convert = [&]<typename T>(T) {
        array.values.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            T value = {};
            std::memcpy(&value, bytes.data() + 10 + headerSize + i * sizeof(T), sizeof(T));
            array.values[i] = static_cast<double>(value);
        }
    };
    const auto is = [&](const char* type) {
        return header.find(type) != std::string::npos;
    };
    if (is("'<f4'"))
        convert(float());
    else if (is("'<f8'"))
        convert(double());
    else if (is("'<i8'"))
        convert(std::int64_t());
    else if (is("'<i4'"))
        convert(std::int32_t());
    else if (is("'<i2'"))
        convert(std::int16_t());
    else if (is("'|u1'"))
        convert(std::uint8_t());
    else
        throw std::runtime_error("unknown number type: " + name);
    return array;
}

inline Array readNpy(const std::string& name)
{
    return readNpyFile(path(name));
}

inline Waveform readWave(const std::string& name)
{
    const auto array = readNpy(name);
    return Waveform(std::vector<float>(array.values.begin(), array.values.end()));
}

inline QJsonObject readJson(const std::string& name)
{
    std::ifstream in(path(name), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
}

/// Keeps a whole feature, [frames, channels].
class KeepingSink : public FeatureSink {
public:
    Result<void> begin(const FeatureInfo& info, std::int64_t frames) override
    {
        m_info = info;
        m_frames = frames;
        m_values.clear();
        return {};
    }
    Result<void> write(std::int64_t first, std::span<const float> rows) override
    {
        if (first * m_info.channels != static_cast<std::int64_t>(m_values.size()))
            return Error{"rows out of order"};
        m_values.insert(m_values.end(), rows.begin(), rows.end());
        return {};
    }

    const FeatureInfo& info() const { return m_info; }
    std::int64_t frames() const { return m_frames; }
    const std::vector<float>& values() const { return m_values; }
    bool complete() const
    {
        return m_info.channels > 0
            && static_cast<std::int64_t>(m_values.size()) == m_frames * m_info.channels;
    }
    double at(std::int64_t frame, int channel) const
    {
        return static_cast<double>(
            m_values[static_cast<std::size_t>(frame * m_info.channels + channel)]);
    }

private:
    FeatureInfo m_info;
    std::int64_t m_frames = 0;
    std::vector<float> m_values;
};

/// The largest difference to a golden array of [channels, frames]; infinite when shapes differ.
inline double largestDifference(const KeepingSink& sink, const Array& expected)
{
    if (!sink.complete() || expected.shape.size() != 2 || expected.shape[0] != sink.info().channels
        || expected.shape[1] != sink.frames())
        return INFINITY;
    double largest = 0;
    for (std::int64_t t = 0; t < sink.frames(); ++t)
        for (int c = 0; c < sink.info().channels; ++c) {
            const double difference = std::abs(
                sink.at(t, c) - expected.values[static_cast<std::size_t>(c * sink.frames() + t)]);
            if (!(difference <= largest))
                largest = difference;
        }
    return largest;
}

} // namespace phono::golden
