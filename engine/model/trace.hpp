#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/model/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// What one trace row tells. Values are stored: never renumber.
enum class TraceKind : std::uint8_t {
    entered = 1,
    not_entered = 2,  // a start matched, and why nothing began
    waiting = 3,      // parked, until `until`
    woke = 4,         // a wait ended: by time, or by the event in `detail`
    branched = 5,     // an `if` or `split`: detail holds the condition and the values it saw
    sent = 6,         // let through by policy (or accepted, see detail)
    skipped = 7,      // not sent, and why
    held = 8,         // quiet hours: will be let go at `until`
    goal = 9,
    ended = 10,
    changed = 11,   // a trait was set, added to, removed from or cleared
    called = 12,    // a webhook call was put in the outbox
    recorded = 13,  // `record Event`
    attempt = 14,   // what became of a hand-over: accepted, deferred, rejected, in doubt
    moved = 15,     // between states: flow holds the lifecycle, note and detail from and to
    assigned = 16,  // a variant of an experiment: note holds the experiment, detail the variant
    migrated = 17,  // an edited flow took the run over: note says how its wait was found again
    measured = 18,  // the event an experiment measures: note holds the experiment, detail the event
    merged = 19,  // another id turned out to be this person: note holds it, detail what it brought
};

std::string_view to_text(TraceKind kind);

/// Why something did or did not happen to one customer. Self-contained: names are written out, so
/// that a row can be explained without the program that made it.
struct TraceRow {
    TraceKind kind = TraceKind::entered;
    Instant at;
    std::string flow;
    std::uint64_t run = 0;
    std::string step;  // step id: "s3" or its label
    Reason reason = Reason::none;
    std::string note;  // the author's words of a stop; the event of a goal; an outcome's code
    Channel channel = Channel::email;  // sent, skipped, held
    std::string message;               // message or webhook name
    std::string id;                    // message id
    Instant until = kNever;
    std::string detail;  // condition and values, for explain
};

std::string encode(const TraceRow& row);
Result<TraceRow> decode_trace(std::string_view bytes);

}  // namespace sluice
