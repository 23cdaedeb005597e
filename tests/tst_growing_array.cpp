#include "core/base/growing_array.h"

#include <QTest>

#include <numeric>
#include <thread>

using namespace phono;

namespace {

std::vector<int> numbers(int first, int last)
{
    std::vector<int> values(static_cast<std::size_t>(last - first));
    std::iota(values.begin(), values.end(), first);
    return values;
}

bool holds(const GrowingArray<int>& array, const std::vector<int>& expected)
{
    return std::ranges::equal(array.values(), expected);
}

} // namespace

class TestGrowingArray : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsEmpty()
    {
        GrowingArray<int> array;
        QCOMPARE(array.size(), std::size_t(0));
        QVERIFY(array.values().empty());
        array.append({});
        QVERIFY(array.values().empty());
    }

    void keepsWhatIsAppended()
    {
        GrowingArray<int> array(numbers(0, 3));
        for (int i = 3; i < 1000; ++i)
            array.append(std::vector{i});
        QVERIFY(holds(array, numbers(0, 1000)));
    }

    void copiesStayAsTheyAre()
    {
        GrowingArray<int> array;
        std::vector<GrowingArray<int>> copies;
        for (int i = 0; i < 100; ++i) {
            copies.push_back(array);
            array.append(std::vector{i});
        }
        for (int i = 0; i < 100; ++i)
            QVERIFY(holds(copies[static_cast<std::size_t>(i)], numbers(0, i)));
    }

    void withRoomNothingMoves()
    {
        GrowingArray<int> array;
        array.reserve(1000);
        array.append(numbers(0, 10));
        const GrowingArray<int> before = array;
        array.append(numbers(10, 1000));
        QCOMPARE(array.values().data(), before.values().data());
        QVERIFY(holds(before, numbers(0, 10)));
        QVERIFY(holds(array, numbers(0, 1000)));
    }

    void twoContinuationsOfOneDoNotMix()
    {
        GrowingArray<int> one;
        one.reserve(100);
        one.append(numbers(0, 5));
        GrowingArray<int> other = one;
        one.append(std::vector{5, 6});
        other.append(std::vector{-5});
        QVERIFY(holds(one, numbers(0, 7)));
        QVERIFY(holds(other, {0, 1, 2, 3, 4, -5}));
        other.reserve(50);
        QVERIFY(holds(one, numbers(0, 7)));
    }

    void copiesAreReadWhileTheFirstGrows()
    {
        GrowingArray<int> array(numbers(0, 100));
        array.reserve(100000);
        const GrowingArray<int> copy = array;
        std::jthread writer([&] {
            for (int i = 100; i < 100000; ++i)
                array.append(std::vector{i});
        });
        for (int round = 0; round < 1000; ++round)
            QVERIFY(holds(copy, numbers(0, 100)));
        writer.join();
        QVERIFY(holds(array, numbers(0, 100000)));
    }
};

QTEST_APPLESS_MAIN(TestGrowingArray)
#include "tst_growing_array.moc"
