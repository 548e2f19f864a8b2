#pragma once

#include "engine/base/civil_time.hpp"
#include "engine/base/clock.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// The oracle of history conditions: one customer's whole life as plain data, conditions as flow
/// text beside their meaning, and what both sides are asked. See README.md in this folder.
namespace sluice::oracle {

enum class What : std::uint8_t {
    order,
    cart,
    viewed,
    alone,
    email_sent,
    email_delivered,
    email_opened,
    email_clicked,
    email_bounced,
    sms_sent,
    sms_delivered,
    sms_clicked,
};
inline constexpr std::size_t kWhats = 12;
std::string_view name_of(What what);

/// One event. It is applied at `received`, the customer's time then; `at` may be earlier: a late
/// one. Its ordinal is its place in Life::events, counted from 1.
struct Happened {
    What what = What::order;
    Instant at;
    Instant received;
    std::int64_t total = 0;  // orders and carts: whole units
    std::optional<std::string> category;
    std::string product;
    std::optional<std::string> message;
};

/// Everything known of one customer. She entered the flow right after `entered_after` events.
struct Life {
    std::string zone_name;
    Zone zone;
    std::vector<Happened> events;
    Instant entered_at;
    std::size_t entered_after = 0;
    std::string viewed;                   // product_id of the run's `view`
    std::int64_t points = 0;              // whole units
    std::optional<std::int64_t> renewal;  // days since 1970-01-01
    std::vector<std::string> interests;
    bool has_email = false, has_phone = false;
    bool email_consent = false, sms_consent = false;
    std::uint8_t suppressed = 0;  // bit 0 email, bit 1 sms
};

/// From short to long: `between` takes one of the first six and one of the rest.
struct Length {
    std::string_view text;
    CalendarSpan span;
};
inline constexpr std::array<Length, 10> kLengths = {{
    {"30 minutes", {0, 0, 1'800}},
    {"5 hours", {0, 0, 18'000}},
    {"24 hours", {0, 0, 86'400}},
    {"1 day", {0, 1, 0}},
    {"1 day 4 hours", {0, 1, 14'400}},
    {"36 hours", {0, 0, 129'600}},
    {"3 days", {0, 3, 0}},
    {"2 weeks", {0, 14, 0}},
    {"1 month", {1, 0, 0}},
    {"2 months 3 days", {2, 3, 0}},
}};

struct StateMove {
    Instant at;
    std::size_t state = 0;
};
struct LifecycleDef;
struct Course {
    std::vector<StateMove> moves;
    bool beyond = false;  // as in Moment
};

/// One `a` that was followed, or one that was not: it counts from `begin` on, and lies in a window
/// of the other kinds by the event `mark`: what followed, or the `a` itself.
struct Sequence {
    std::size_t mark = 0;
    Instant begin;
};
struct Sequences {
    std::vector<Sequence> found;
    bool beyond = false;  // as in Moment
};

/// What was worked out about one life before: calendar sums, where she stood, and what followed
/// what, by how many events were applied. It only saves time; a new one gives the same answers.
class Notes {
public:
    /// When event `i` is as old as the length.
    Instant later(const Life& life, std::size_t i, std::size_t length);

    std::map<std::pair<const LifecycleDef*, std::size_t>, Course> courses;
    std::map<std::pair<std::string, std::size_t>, Sequences> sequences;

private:
    std::vector<std::array<std::optional<Instant>, kLengths.size()>> ends_;
};

/// What a condition is asked about: the first `applied` events of a life, at an instant at or after
/// the last of them was applied.
struct Moment {
    const Life& life;
    std::size_t applied = 0;
    Instant now;
    Notes& notes;
    /// Set when a documented bound of the engine's memory was reached: no answer is exact then.
    bool& beyond;

    [[nodiscard]] Instant later(std::size_t event, std::size_t length) const {
        return notes.later(life, event, length);
    }
    [[nodiscard]] Moment at(Instant other) const { return {life, applied, other, notes, beyond}; }
};

/// A condition in flow text, and its meaning spelled out.
struct Asked {
    std::string text;
    std::string_view family;  // the operator, for the count of checks
    std::function<bool(const Moment&)> holds;
    /// Instants at which time alone may change it: worth asking at, and a millisecond around.
    std::function<void(const Moment&, std::vector<Instant>&)> borders =
        [](const Moment&, std::vector<Instant>&) {};
    bool in_flow = false;     // reads the run: no condition of a lifecycle
    bool by_arrival = false;  // by definition another answer when events arrive in another order
    std::vector<std::shared_ptr<const LifecycleDef>> lifecycles;  // that it reads
    std::string declares;                                         // a segment that it reads
    std::vector<Asked> parts;                                     // of `and`, `or` and `not`
};

/// A lifecycle whose states are conditions, or one of explicit ways; see states.cpp.
struct LifecycleDef {
    struct State {
        std::string name;
        std::optional<Asked> enters, leaves;  // no `enters`: otherwise
        std::optional<std::size_t> stays;     // a length
    };
    struct Way {
        std::optional<std::size_t> from;  // empty: any other state
        std::size_t to = 0;
        std::optional<What> on;
        std::optional<Asked> when;
        std::size_t after = 0;  // a length, when neither of the above is said
    };
    std::string text;
    std::vector<State> states;
    std::vector<Way> ways;                                   // empty: ordered states
    std::vector<std::shared_ptr<const LifecycleDef>> reads;  // whose states its conditions ask
};

/// Where the customer stands, and since when: every instant at which anything could change is
/// looked at, from the first event on.
StateMove standing(const Moment& moment, const LifecycleDef& lifecycle);

}  // namespace sluice::oracle
