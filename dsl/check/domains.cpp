#include "dsl/check/domains.hpp"

#include "dsl/check/implication.hpp"

#include <algorithm>
#include <limits>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// Some pair of a shorter and a longer length, each from its list.
bool any_in_order(const std::vector<Duration>& shorter, const std::vector<Duration>& longer) {
    return std::any_of(shorter.begin(), shorter.end(), [&](const Duration& one) {
        return std::any_of(longer.begin(), longer.end(),
                           [&](const Duration& other) { return never_longer(one, other); });
    });
}

}  // namespace

Numbers Numbers::all() {
    return between(kLowest, kHighest);
}

Numbers Numbers::between(std::int64_t low, std::int64_t high) {
    Numbers out;
    if (low <= high) {
        out.parts_.emplace_back(low, high);
    }
    return out;
}

Numbers Numbers::where(CompareOp op, std::int64_t bound) {
    switch (op) {
        case CompareOp::equal:
            return between(bound, bound);
        case CompareOp::not_equal:
            return between(bound, bound).complement();
        case CompareOp::greater:
            return between(kLowest, bound).complement();
        case CompareOp::greater_equal:
            return between(bound, kHighest);
        case CompareOp::less:
            return between(bound, kHighest).complement();
        case CompareOp::less_equal:
            return between(kLowest, bound);
    }
    return all();
}

Numbers Numbers::complement() const {
    Numbers out;
    std::int64_t next = kLowest;
    for (const auto& [low, high] : parts_) {
        if (low > next) {
            out.parts_.emplace_back(next, low - 1);
        }
        if (high == kHighest) {
            return out;
        }
        next = high + 1;
    }
    out.parts_.emplace_back(next, kHighest);
    return out;
}

bool Numbers::intersect(const Numbers& other) {
    std::vector<std::pair<std::int64_t, std::int64_t>> out;
    for (const auto& [low, high] : parts_) {
        for (const auto& [from, to] : other.parts_) {
            if (std::max(low, from) <= std::min(high, to)) {
                out.emplace_back(std::max(low, from), std::min(high, to));
            }
        }
    }
    const bool changed = out != parts_;
    parts_ = std::move(out);
    return changed;
}

void Numbers::unite(const Numbers& other) {
    Numbers outside = complement();
    outside.intersect(other.complement());
    *this = outside.complement();
}

Texts Texts::only(std::set<std::string> items) {
    Texts out;
    out.all_but_ = false;
    out.items_ = std::move(items);
    return out;
}

void Texts::keep(const std::set<std::string>& wanted) {
    std::set<std::string> kept;
    for (const std::string& item : wanted) {
        if (items_.contains(item) != all_but_) {
            kept.insert(item);
        }
    }
    all_but_ = false;
    items_ = std::move(kept);
}

void Texts::remove(const std::set<std::string>& unwanted) {
    for (const std::string& item : unwanted) {
        if (all_but_) {
            items_.insert(item);
        } else {
            items_.erase(item);
        }
    }
}

bool OperandDomain::is_of(Value::Kind wanted) {
    if (kind == Value::Kind::unknown) {
        kind = wanted;
    }
    mixed = mixed || kind != wanted;
    return !mixed;
}

bool OperandDomain::contradicts() const {
    if (may_be_unknown) {
        return false;
    }
    const bool no_value = kind == Value::Kind::text ? texts.empty() : numbers.empty();
    return !may_be_known || (!mixed && no_value);
}

bool Ages::contradict() const {
    return any_in_order(less, not_less) || any_in_order(not_more, more) || any_in_order(less, more);
}

}  // namespace sluice::dsl::check
