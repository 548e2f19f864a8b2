#pragma once

#include "dsl/program.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/base/clock.hpp"
#include "engine/model/customer.hpp"

#include <string>

/// Conditions over one customer, at one instant. Pure: everything they read is in the Context.
namespace sluice {

/// What a condition may look at. References, alive for the call only.
struct Context {
    const dsl::Program& program;
    const Customer& customer;
    const Layout& layout;  // the customer's, for this program
    Instant now;
    Zone zone;                          // the customer's
    const Run* run = nullptr;           // slots and "since entry"; null outside a run
    const Fields* candidate = nullptr;  // the event an EventPattern's filter looks at
    /// Bit c set: the address of channel c must not be written to.
    std::uint8_t suppressed = 0;
};

bool evaluate(const Context& context, Index condition);

/// A truth and how long it lasts: `until` is the first instant at which time alone can change it
/// (kNever: none), always later than now. Never too late; sometimes too early, then asking again
/// gives the same truth with a later end (language.md §3.3).
struct Truth {
    bool value = false;
    Instant until = kNever;
};
Truth judge(const Context& context, Index condition);

/// The value an operand has now; unknown when the customer, run or event does not have it.
Value evaluate(const Context& context, const dsl::Operand& operand);

/// Whether the event (by fields) fits the pattern's filter; the event index is the caller's to
/// check.
bool fits(const Context& context, const dsl::EventPattern& pattern, const Fields& event);

/// -1, 0, 1; empty when the two cannot be ordered (different kinds, or one unknown).
std::optional<int> compare(const Value& left, const Value& right);

/// The zone of T3: the customer's `time_zone` when it is a known IANA id, else the policy's.
Zone zone_of(const dsl::Program& program, const Layout& layout);

/// The author's words of a condition with the values it saw, for traces: personal data is left out.
/// `cart.total >= 50 (cart.total is 80)`.
std::string describe(const Context& context, Index condition);

CalendarSpan to_span(const dsl::Duration& duration);

/// Midnight at the start of a date (days since 1970-01-01) in a zone.
Instant local_midnight(std::int64_t days, Zone zone);

}  // namespace sluice
