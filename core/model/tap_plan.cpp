#include "core/model/tap_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace phono {
namespace {

/// Products for neighbouring taps.
struct Piece {
    int rows;
    int taps;
    std::vector<TapProduct> products;
};

Piece oneTap()
{
    return {1, 1, {{{{0}}, {{0}}, {{0}}}}};
}

/// Karatsuba: 3 products instead of 4.
Piece twoTaps()
{
    return {2,
            2,
            {{{{0}, {1, -1}}, {{0}}, {{0}}},
             {{{1}}, {{0}, {1}}, {{0}, {1}}},
             {{{2}, {1, -1}}, {{1}}, {{1}}}}};
}

/// Winograd's F(2, 3): 4 products instead of 6.
Piece threeTaps()
{
    return {2,
            3,
            {{{{0}, {2, -1}}, {{0}}, {{0}}},
             {{{1}, {2}}, {{0, 0.5}, {1, 0.5}, {2, 0.5}}, {{0}, {1}}},
             {{{2}, {1, -1}}, {{0, 0.5}, {1, -0.5}, {2, 0.5}}, {{0}, {1, -1}}},
             {{{3}, {1, -1}}, {{2}}, {{1}}}}};
}

/// Toom and Cook's algorithm at 0, -1, 1/2, 2 and infinity, which rounds least: 5 products instead
/// of 8.
Piece twoTapsOverFourRows()
{
    constexpr double kNinth = 1 / 9.0;
    return {
        4,
        2,
        {{{{0}, {1, -1.5}, {2, -1.5}, {3}}, {{0}}, {{0}}},
         {{{1}, {2, -2.5}, {3}}, {{0, -2 * kNinth}, {1, 2 * kNinth}}, {{0}, {1, -1}, {2}, {3, -1}}},
         {{{1, -2}, {2, -1}, {3}},
          {{0, -kNinth}, {1, -0.5 * kNinth}},
          {{0, 8}, {1, 4}, {2, 2}, {3}}},
         {{{1, -0.5}, {2, 0.5}, {3}},
          {{0, kNinth}, {1, 2 * kNinth}},
          {{0}, {1, 2}, {2, 4}, {3, 8}}},
         {{{1}, {2, -1.5}, {3, -1.5}, {4}}, {{1}}, {{3}}}}};
}

std::vector<TapTerm> nested(const std::vector<TapTerm>& outer, const std::vector<TapTerm>& inner,
                            int step)
{
    std::vector<TapTerm> terms;
    for (const auto& o : outer)
        for (const auto& i : inner)
            terms.push_back({o.at * step + i.at, o.factor * i.factor});
    return terms;
}

/// `outer` on pairs of rows and of taps, whose products are two-tap convolutions.
Piece pairsIn(const Piece& outer)
{
    const auto inner = twoTaps();
    Piece piece{outer.rows * 2, outer.taps * 2, {}};
    for (const auto& o : outer.products)
        for (const auto& i : inner.products)
            piece.products.push_back({nested(o.inputs, i.inputs, 2), nested(o.taps, i.taps, 2),
                                      nested(o.outputs, i.outputs, 2)});
    return piece;
}

std::vector<TapTerm> moved(std::vector<TapTerm> terms, int by)
{
    for (auto& term : terms)
        term.at += by;
    return terms;
}

} // namespace

TapPlan planTaps(int taps)
{
    std::vector<Piece> pieces;
    if (taps == 1)
        pieces = {oneTap()};
    else if (taps == 2)
        pieces = {twoTapsOverFourRows()};
    else if (taps == 3)
        pieces = {threeTaps()};
    else // Every number of taps has its fewest products when the longest pieces come first.
        pieces = {pairsIn(threeTaps()), pairsIn(twoTaps()), threeTaps(), twoTapsOverFourRows(),
                  oneTap()};
    TapPlan plan;
    plan.rows = pieces.front().rows;
    int tap = 0;
    for (const auto& piece : pieces)
        for (; taps - tap >= piece.taps; tap += piece.taps)
            for (int row = 0; row < plan.rows; row += piece.rows)
                for (const auto& product : piece.products)
                    plan.products.push_back({moved(product.inputs, row + tap),
                                             moved(product.taps, tap),
                                             moved(product.outputs, row)});
    return plan;
}

} // namespace phono
