#include "core/checkpoint/tensor.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace phono;

/// Tensors: shapes, sizes and the numbers that bytes stand for.
class TensorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void halfPrecisionIsWidened_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<double>("value");
        QTest::newRow("zero") << 0x0000 << 0.0;
        QTest::newRow("one") << 0x3c00 << 1.0;
        QTest::newRow("minus two") << 0xc000 << -2.0;
        QTest::newRow("the largest") << 0x7bff << 65504.0;
        QTest::newRow("the smallest normal") << 0x0400 << std::ldexp(1.0, -14);
        QTest::newRow("the smallest subnormal") << 0x0001 << std::ldexp(1.0, -24);
        QTest::newRow("the largest subnormal") << 0x03ff << std::ldexp(1023.0, -24);
        QTest::newRow("a negative subnormal") << 0x8001 << -std::ldexp(1.0, -24);
        QTest::newRow("infinity") << 0x7c00 << double(INFINITY);
    }
    void halfPrecisionIsWidened()
    {
        QFETCH(int, bits);
        QFETCH(double, value);
        QCOMPARE(static_cast<double>(first<std::uint16_t>(DType::Float16, bits)), value);
    }

    void specialHalvesStaySpecial()
    {
        QVERIFY(std::isnan(first<std::uint16_t>(DType::Float16, 0x7e00)));
        const auto zero = first<std::uint16_t>(DType::Float16, 0x8000);
        QVERIFY(zero == 0 && std::signbit(zero));
    }

    void otherFloatsAreConverted()
    {
        QCOMPARE(first<std::uint16_t>(DType::BFloat16, 0x3fc0), 1.5f);
        QCOMPARE(first<double>(DType::Float64, 0.1), 0.1f);
        QCOMPARE(first<float>(DType::Float32, -0.1f), -0.1f);
    }

    void integersAreNoWeights()
    {
        for (const auto dtype :
             {DType::Int64, DType::Int32, DType::Int16, DType::Int8, DType::UInt8, DType::Bool}) {
            const Tensor tensor{
                "steps", dtype, {1}, std::make_shared<std::vector<std::byte>>(itemSize(dtype))};
            const auto values = tensor.toFloat();
            QVERIFY(!values.ok());
            QVERIFY(values.error().message.find("steps") != std::string::npos);
            QVERIFY(values.error().message.find(toString(dtype)) != std::string::npos);
        }
    }

    void shapesAreDescribed()
    {
        const auto tensor = Tensor::fromFloat("w", {2, 1, 3}, {1, 2, 3, 4, 5, 6});
        QCOMPARE(tensor.numel(), std::int64_t(6));
        QCOMPARE(QString::fromStdString(tensor.describe()), QString("float32 [2, 1, 3]"));
        QCOMPARE(tensor.toFloat().value(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
        const auto scalar = Tensor::fromFloat("s", {}, {7});
        QCOMPARE(scalar.numel(), std::int64_t(1));
        QCOMPARE(QString::fromStdString(scalar.describe()), QString("float32 []"));
        const auto empty = Tensor::fromFloat("e", {0, 3}, {});
        QCOMPARE(empty.numel(), std::int64_t(0));
        QVERIFY(empty.toFloat().value().empty());
    }

private:
    template <typename Stored>
    static float first(DType dtype, auto number)
    {
        const auto stored = static_cast<Stored>(number);
        auto bytes = std::make_shared<std::vector<std::byte>>(sizeof stored);
        std::memcpy(bytes->data(), &stored, sizeof stored);
        return Tensor{"w", dtype, {1}, bytes}.toFloat().value().front();
    }
};

QTEST_APPLESS_MAIN(TensorTest)
#include "tst_tensor.moc"
