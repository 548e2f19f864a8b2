#pragma once

#include "dsl/program.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Sets of what a datum can still be, narrowed one fact at a time. Private to dsl/check.
namespace sluice::dsl::check {

/// A set of whole numbers as sorted, disjoint, closed intervals.
class Numbers {
public:
    static Numbers all();
    static Numbers between(std::int64_t low, std::int64_t high);  // empty when low > high
    static Numbers where(CompareOp op, std::int64_t bound);

    [[nodiscard]] bool empty() const { return parts_.empty(); }
    [[nodiscard]] std::int64_t low() const { return parts_.front().first; }
    [[nodiscard]] std::int64_t high() const { return parts_.back().second; }
    [[nodiscard]] Numbers complement() const;
    /// Returns whether anything was taken away.
    bool intersect(const Numbers& other);
    void unite(const Numbers& other);

private:
    std::vector<std::pair<std::int64_t, std::int64_t>> parts_;
};

/// A set of texts: some, or all but some.
class Texts {
public:
    static Texts all() { return {}; }
    static Texts only(std::set<std::string> items);

    [[nodiscard]] bool empty() const { return !all_but_ && items_.empty(); }
    void keep(const std::set<std::string>& wanted);
    void remove(const std::set<std::string>& unwanted);

private:
    bool all_but_ = true;
    std::set<std::string> items_;
};

/// What one operand can still be: unknown, or one of the values.
struct OperandDomain {
    bool may_be_unknown = true;
    bool may_be_known = true;
    bool mixed = false;  // met with values of several kinds: nothing is concluded from them
    Value::Kind kind = Value::Kind::unknown;
    Numbers numbers = Numbers::all();
    Texts texts;

    /// False once the kinds do not agree.
    bool is_of(Value::Kind wanted);
    [[nodiscard]] bool contradicts() const;
};

/// Lengths of time that something is known to have lasted more or less than.
struct Ages {
    std::vector<Duration> less, not_less, more, not_more;
    [[nodiscard]] bool contradict() const;
};

/// How many occurrences a window over a memory can still hold.
struct CountDomain {
    Index aggregate = kNone;
    std::string key;
    HistoryWindow window;
    Numbers numbers;
};

}  // namespace sluice::dsl::check
