// Leaves over the past: how many occurrences a window holds, and how long ago one was.
#include "dsl/check/worlds.hpp"

#include <algorithm>
#include <limits>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();

bool same(const HistoryWindow& a, const HistoryWindow& b) {
    return a.kind == b.kind && a.duration == b.duration && a.date == b.date &&
           a.aggregate == b.aggregate;
}

/// Whether every occurrence in the first window is in the second.
bool within(const HistoryWindow& part, const HistoryWindow& whole) {
    using Kind = HistoryWindow::Kind;
    if (whole.kind == Kind::ever || same(part, whole)) {
        return true;
    }
    if (part.kind != whole.kind) {
        return false;
    }
    if (part.kind == Kind::in_the_last) {
        return never_longer(part.duration, whole.duration);
    }
    return part.kind == Kind::since_date && part.date >= whole.date;
}

Numbers bounds_of(std::int64_t min, std::int64_t max, bool holds) {
    const Numbers wanted = Numbers::between(min, max < 0 ? kMany : max);
    return holds ? wanted : wanted.complement();
}

HistoryWindow last(const Duration& duration) {
    HistoryWindow out;
    out.kind = HistoryWindow::Kind::in_the_last;
    out.duration = duration;
    return out;
}

}  // namespace

/// Whether the first memory counts no occurrence that the second does not. Keyed memories forget
/// keys, so only a memory of everything is certain to hold what another one does.
bool Worlds::narrower(Index part, Index whole) const {
    const Aggregate& one = program_->aggregates[part];
    const Aggregate& other = program_->aggregates[whole];
    return one.kind == Aggregate::Kind::occurrences && other.kind == one.kind &&
           one.event == other.event && other.filter == kNone && other.key_field == kNone;
}

bool Worlds::contained(const CountDomain& part, const CountDomain& whole) const {
    if (!within(part.window, whole.window)) {
        return false;
    }
    return part.aggregate == whole.aggregate ? part.key == whole.key
                                             : narrower(part.aggregate, whole.aggregate);
}

/// What a part holds, the whole holds; what the whole has not, no part has. Returns whether
/// anything was narrowed.
bool Worlds::spread_count(CountDomain& part, CountDomain& whole) const {
    if (&part == &whole || part.numbers.empty() || whole.numbers.empty() ||
        !contained(part, whole)) {
        return false;
    }
    const bool raised =
        whole.numbers.intersect(Numbers::where(CompareOp::greater_equal, part.numbers.low()));
    return (!whole.numbers.empty() &&
            part.numbers.intersect(Numbers::where(CompareOp::less_equal, whole.numbers.high()))) ||
           raised;
}

/// False when some window can hold no number of occurrences.
bool Worlds::spread_counts() {
    for (bool changed = true; changed;) {
        changed = false;
        for (CountDomain& part : counts_) {
            for (CountDomain& whole : counts_) {
                changed = spread_count(part, whole) || changed;
            }
        }
    }
    return std::none_of(counts_.begin(), counts_.end(),
                        [](const CountDomain& count) { return count.numbers.empty(); });
}

bool Worlds::count(Index aggregate, const std::string& key, const HistoryWindow& window,
                   const Numbers& numbers) {
    auto place = std::find_if(counts_.begin(), counts_.end(), [&](const CountDomain& known) {
        return known.aggregate == aggregate && known.key == key && same(known.window, window);
    });
    if (place == counts_.end()) {
        counts_.push_back({aggregate, key, window, Numbers::between(0, kMany)});
        place = counts_.end() - 1;
    }
    place->numbers.intersect(numbers);
    return !place->numbers.empty() && spread_counts();
}

bool Worlds::see(const CondQuantity& node) {
    return count(node.aggregate, key_of_memory(node.aggregate, node.key), node.window,
                 bounds_of(node.min, node.max, fact_.holds));
}

bool Worlds::see(const CondMessages& node) {
    const std::string key = std::to_string(node.aggregate) + "/" + std::to_string(node.last) + "/" +
                            std::to_string(static_cast<int>(node.outcome));
    Numbers& numbers = messages_.try_emplace(key, Numbers::between(0, node.last)).first->second;
    numbers.intersect(bounds_of(node.min, node.max, fact_.holds));
    return !numbers.empty();
}

/// `less than D ago` is `any in the last D` of the newest occurrence; `more than D ago` leaves none
/// there; `between` is neither before the first length nor after the second.
bool Worlds::see(const CondRecency& node) {
    using Op = CondRecency::Op;
    const std::string key = key_of_memory(node.aggregate, node.key);
    const std::string which = (node.first ? "first " : "newest ") + key;
    const std::string between_key =
        which + " between " + to_text(node.low) + " " + to_text(node.high);
    Ages& ages = ages_[which];
    const Numbers some = Numbers::where(CompareOp::greater_equal, 1);
    const Numbers none = Numbers::between(0, 0);
    if (!fact_.holds) {
        if (node.op == Op::between) {
            return opaque(between_key);
        }
        if (node.op == Op::more_than) {
            ages.not_more.push_back(node.low);
            return !ages.contradict();
        }
        ages.not_less.push_back(node.low);
        return !ages.contradict() &&
               (node.first || count(node.aggregate, key, last(node.low), none));
    }
    const bool between = node.op == Op::between;
    if (between && !opaque(between_key)) {
        return false;
    }
    if (node.op == Op::more_than) {
        ages.more.push_back(node.low);
    } else {
        ages.less.push_back(between ? node.high : node.low);
    }
    if (between) {
        ages.not_less.push_back(node.low);
    }
    bool possible = !ages.contradict() && count(node.aggregate, key, HistoryWindow{}, some);
    if (node.op != Op::more_than) {
        possible =
            possible && count(node.aggregate, key, last(between ? node.high : node.low), some);
    }
    if (node.op != Op::less_than && !node.first) {
        possible = possible && count(node.aggregate, key, last(node.low), none);
    }
    return possible;
}

}  // namespace sluice::dsl::check
