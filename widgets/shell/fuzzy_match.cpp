#include "widgets/shell/fuzzy_match.h"

#include <algorithm>
#include <vector>

namespace phono {

std::optional<int> fuzzyScore(QStringView pattern, QStringView text)
{
    constexpr int kNever = -1;
    constexpr int kWordStart = 8;
    constexpr int kRun = 9;
    constexpr int kHit = 1;

    QString wanted;
    for (const QChar character : pattern) {
        if (!character.isSpace())
            wanted += character.toCaseFolded();
    }
    if (wanted.isEmpty())
        return 0;

    // best[j]: the best score of the pattern so far with its last character at text[j].
    const auto length = static_cast<std::size_t>(text.size());
    std::vector<int> best(length, kNever);
    std::vector<int> next(length);
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        int before =
            i == 0 ? 0 : kNever; // the best with the previous character anywhere to the left
        for (std::size_t j = 0; j < length; ++j) {
            const auto at = static_cast<qsizetype>(j);
            const int run = i > 0 && j > 0 ? best[j - 1] : kNever;
            next[j] = kNever;
            if (text[at].toCaseFolded() == wanted[i]) {
                const bool wordStart = j == 0 || !text[at - 1].isLetterOrNumber();
                const int bonus = kHit + (wordStart ? kWordStart : 0);
                if (before != kNever)
                    next[j] = before + bonus;
                if (run != kNever)
                    next[j] = std::max(next[j], run + bonus + kRun);
            }
            if (i > 0)
                before = std::max(before, best[j]);
        }
        std::swap(best, next);
    }
    const auto found = std::max_element(best.begin(), best.end());
    if (found == best.end() || *found == kNever)
        return std::nullopt;
    return *found;
}

} // namespace phono
