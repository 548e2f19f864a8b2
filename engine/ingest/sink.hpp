#pragma once

#include "engine/base/result.hpp"
#include "engine/model/event.hpp"

#include <functional>
#include <vector>

namespace sluice {

/// Where accepted events go: the shards' inboxes, or a recorder in tests.
struct IngestSink {
    /// Takes the events of one request. False means overloaded: nothing was taken, `done` is never
    /// called and the client is told to come back (503, Retry-After).
    /// After true, `done` is called exactly once, from any thread (a shard's), when the last of the
    /// events is durable, or with an error: Errc::unavailable when one of several shards had no
    /// room, whose events the client must repeat (the others are recognised by their message ids),
    /// else what kept the batch from being durable. `done` only posts: it is cheap, does not throw
    /// and may outlive the request that waits for it, but not the io_context of the HTTP server;
    /// stop the shards before that is destroyed.
    std::function<bool(std::vector<InboundEvent>, std::function<void(Result<void>)> done)> submit;
};

}  // namespace sluice
