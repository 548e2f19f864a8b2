#pragma once

#include "tests/engine/behaviour/oracle/life.hpp"

/// The slow and obvious side: scans over everything that ever happened, with arithmetic of their
/// own. Of the engine they use civil_time alone, which has an oracle of its own.
namespace sluice::oracle {

/// An event with a `where`, in words and in meaning.
struct Pattern {
    std::string text;
    What what = What::order;
    std::function<bool(const Happened&, const Moment&)> where;  // empty: every one
    bool asked = false;    // compares with the customer's or the run's data: 64 are looked back on
    bool in_flow = false;  // reads the run's `view`
};

/// A window, in words and in meaning.
struct Window {
    std::string text;
    enum class Kind : std::uint8_t {
        ever,
        last,
        since_entry,
        before_entry,
        since_date,
        since_last
    };
    Kind kind = Kind::ever;
    std::size_t length = 0;    // last
    std::int64_t date = 0;     // since_date
    What event = What::order;  // since_last
};

bool fits(const Pattern& pattern, const Happened& event, const Moment& moment);
/// Whether event `i` lies in the window now.
bool inside(const Window& window, std::size_t i, const Moment& moment);
/// The events of the pattern inside the window, by place, in the order they were applied.
std::vector<std::size_t> found(const Pattern& pattern, const Window& window, const Moment& moment);

/// Which of two events is the newer: the later one, and among those of one instant the one that was
/// applied later.
bool newer(std::size_t a, std::size_t b, const Moment& moment);

/// A number as a fraction, so that nothing is rounded.
struct Fraction {
    std::int64_t over = 0, under = 1;
};
std::optional<Fraction> total_of(const std::vector<std::size_t>& events, const Moment& moment);
std::optional<Fraction> average_of(const std::vector<std::size_t>& events, const Moment& moment);
std::optional<Fraction> highest_of(const std::vector<std::size_t>& events, const Moment& moment);
std::optional<Fraction> lowest_of(const std::vector<std::size_t>& events, const Moment& moment);
/// The median gap in days, cut to the four digits that numbers have.
std::optional<Fraction> gap_of(const std::vector<std::size_t>& events, const Moment& moment);

/// The text of a field of an event: `category`, `product_id` or `message`.
std::optional<std::string> field_of(const Happened& event, std::string_view field);

/// `a` followed (or not) by `b`: by the first that is newer than it and less than the length behind
/// it, in whatever order they arrived. Sixteen of `a` are remembered while they wait, sixteen of
/// `b` for an `a` that comes late, and `ring` sequences for a `b` that comes late.
struct Sequels {
    std::string text;
    Pattern a, b;
    std::size_t within = 0;
    bool negated = false;
    std::size_t ring = 1;
};
std::vector<Sequence> sequences(const Sequels& asked, const Moment& moment);

/// How the weights of all occurrences add up when each halves with every half-life.
double intent_of(const std::vector<std::size_t>& events, double half_life_ms, const Moment& moment);

/// The newest messages and what became of them, newest last. `email`, `sms`: of which channel.
struct Letter {
    std::size_t sent = 0;
    bool delivered = false, opened = false, clicked = false, bounced = false;
};
std::vector<Letter> letters(bool email, bool sms, std::size_t last, const Moment& moment);

/// The date where the customer is.
std::int64_t local_day(Instant at, const Life& life);

}  // namespace sluice::oracle
