#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/model/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Decodes the bodies of Segment's HTTP tracking API, as the SDKs of Segment, RudderStack and
/// Customer.io Pipelines send them. Source: Segment's "HTTP Tracking API" and "Spec" pages; the
/// wire facts of the SDKs are captured in tests/data/captures. Pure functions, callable from any
/// thread (each thread keeps about 8 MB of parser memory, touched only as far as bodies are large).
namespace sluice {

/// What the body does not say itself.
struct DecodeContext {
    Instant received_at;
    std::string write_key_from_auth;  // from the Authorization header; empty: none
    /// Tells requests apart that arrive in the same millisecond; only enters made-up message ids.
    std::uint64_t sequence = 0;
};

/// The whole request is refused; nothing of it is taken.
struct RequestFault {
    int status = 400;     // HTTP
    std::string code;     // stable, for programs: malformed_json, batch_too_large, …
    std::string message;  // for people
};

/// One event of a request is refused; the others are taken.
struct ItemFault {
    std::size_t index = 0;  // in the batch; 0 for a single call
    std::string code;       // stable: missing_id, missing_event, bad_timestamp, …
    std::string message;
};

struct DecodedCalls {
    std::vector<InboundEvent> events;
    std::vector<ItemFault> item_faults;
    std::string write_key;  // the header's, else the body's, else empty
};

using DecodeResult = std::variant<RequestFault, DecodedCalls>;

/// `path_kind` is the last part of the path: track, identify, page, screen, group, alias, batch, or
/// its first letter as browsers send it. The rules are in README.md of this folder.
DecodeResult decode_segment(std::string_view path_kind, std::string_view body,
                            const DecodeContext& context);

/// One line of an NDJSON file of Segment calls, for replay on virtual time: `type` and `timestamp`
/// are required, sentAt is not used, received_at is the timestamp, and any date is plausible:
/// history may be old. A line without messageId gets one of its text and number. Errors:
/// invalid_argument, without the line number, which the caller knows.
Result<InboundEvent> decode_line(std::string_view line, std::uint64_t line_number);

}  // namespace sluice
