#include "core/model/tap_plan.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace phono;

/// Plans of products against the convolution that they stand for.
class TapPlanTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void convolves_data();
    void convolves();
    void savesProducts_data();
    void savesProducts();
};

void TapPlanTest::convolves_data()
{
    QTest::addColumn<int>("taps");
    for (int taps = 1; taps <= 20; ++taps)
        QTest::addRow("%d taps", taps) << taps;
}

void TapPlanTest::convolves()
{
    QFETCH(int, taps);
    const auto plan = planTaps(taps);
    std::vector<double> inputs;
    std::vector<double> weights;
    for (int i = 0; i < plan.rows + taps - 1; ++i)
        inputs.push_back(std::sin(3.0 * i + 1));
    for (int i = 0; i < taps; ++i)
        weights.push_back(std::cos(5.0 * i + 2));

    const auto sum = [](const std::vector<TapTerm>& terms, const std::vector<double>& values) {
        double total = 0;
        for (const auto& term : terms)
            total += term.factor * values.at(static_cast<std::size_t>(term.at));
        return total;
    };
    std::vector<double> outputs(static_cast<std::size_t>(plan.rows));
    for (const auto& product : plan.products) {
        QVERIFY(product.inputs.size() <= kMostInputs);
        const double value = sum(product.inputs, inputs) * sum(product.taps, weights);
        for (const auto& term : product.outputs)
            outputs.at(static_cast<std::size_t>(term.at)) += term.factor * value;
    }
    for (int row = 0; row < plan.rows; ++row) {
        double expected = 0;
        for (int tap = 0; tap < taps; ++tap)
            expected += weights[static_cast<std::size_t>(tap)]
                * inputs[static_cast<std::size_t>(row + tap)];
        QVERIFY(std::abs(outputs[static_cast<std::size_t>(row)] - expected) < 1e-13);
    }
}

void TapPlanTest::savesProducts_data()
{
    QTest::addColumn<int>("taps");
    QTest::addColumn<double>("perRow");
    QTest::newRow("one tap") << 1 << 1.0;
    QTest::newRow("two taps") << 2 << 1.25;
    QTest::newRow("three taps") << 3 << 2.0;
    QTest::newRow("four taps") << 4 << 2.25;
    QTest::newRow("six taps") << 6 << 3.0;
    QTest::newRow("13 taps") << 13 << 7.0;
}

void TapPlanTest::savesProducts()
{
    QFETCH(int, taps);
    QFETCH(double, perRow);
    const auto plan = planTaps(taps);
    QCOMPARE(static_cast<double>(plan.products.size()) / plan.rows, perRow);
}

QTEST_APPLESS_MAIN(TapPlanTest)
#include "tst_tap_plan.moc"
