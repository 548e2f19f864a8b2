#pragma once

#include "engine/base/clock.hpp"
#include "engine/ingest/segment_json.hpp"
#include "engine/model/event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

/// From the fields of one call to an event: what is required, what is made up, and which time
/// counts.
namespace sluice::segment {

/// What stands around one call: the batch it came in, or nothing.
struct Surroundings {
    Instant received_at;
    std::optional<Instant> sent_at;  // of the batch
    std::string_view write_key;
    std::uint64_t sequence = 0;
    std::size_t index = 0;
    bool history = false;  // replay of a file: timestamps are taken as they are
};

using Item = std::variant<Fault, InboundEvent>;

/// The time the request left the client by its own clock. One that cannot be read counts as absent:
/// it corrects a clock and is no fact about the customer.
std::optional<Instant> sent_at(const Call& call);

/// `raw` is the call's JSON, for a made-up message id.
Item to_event(CallKind kind, const Call& call, std::string_view raw, const Surroundings& around);

}  // namespace sluice::segment
