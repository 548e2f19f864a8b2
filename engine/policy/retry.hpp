#pragma once

#include "engine/base/clock.hpp"
#include "engine/outbox/connector.hpp"

#include <cstdint>
#include <string_view>

/// The one retry rule (architecture.md §6): what an attempt's outcome means for its message.
namespace sluice {

struct RetryRequest {
    const Outcome& outcome;
    std::uint32_t attempts = 1;  // attempts made so far, this one included
    Instant now;
    Instant expires_at = kNever;
    bool native_idempotency = false;  // a repeated key is harmless at this provider
    std::string_view id;              // seed of the jitter
};

struct NextMove {
    enum class Kind : std::uint8_t {
        accepted,
        retry,   // again at `at`
        failed,  // for good
        hold,    // in doubt: a person decides (`sluice doubts`)
    };
    Kind kind = Kind::accepted;
    Instant at;
    bool suppress = false;  // the address is to be suppressed
};

/// Backoff 1, 5, 15, 30, 60, 120, 240 minutes, then 240, each ±20 % (by hash of id and attempt);
/// greylisting waits at least 5 minutes; `retry_after` is honoured. A retry that would come after
/// `expires_at` is a failure. `unknown` is retried only at idempotent providers.
NextMove next_move(const RetryRequest& request);

}  // namespace sluice
