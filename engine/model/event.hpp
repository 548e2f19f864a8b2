#pragma once

#include "engine/base/clock.hpp"

#include <cstdint>
#include <string>

namespace sluice {

/// The calls of the Segment tracking API that the engine takes.
enum class CallKind : std::uint8_t { track, identify, page, screen, group, alias };

/// One call as decoded by ingest, before names are resolved against a program. Immutable fact;
/// `data` is kept as it came, so that a later program can read fields this one does not declare.
struct InboundEvent {
    CallKind kind = CallKind::track;
    std::string customer;  // known customer id (userId); empty until resolved when only anonymous
    std::string anonymous_id;  // empty: none. With a customer it also teaches who that id is
    std::string name;          // track: the event; page and screen: "Page Viewed", "Screen Viewed"
    std::string data;          // JSON object: properties or traits
    std::string
        message_id;       // dedupe key; never empty (made up by ingest when the client sent none)
    Instant occurred_at;  // corrected for the client's clock skew
    Instant received_at;
};

}  // namespace sluice
