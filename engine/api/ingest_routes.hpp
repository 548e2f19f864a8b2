#pragma once

#include "engine/api/routes.hpp"
#include "engine/base/clock.hpp"
#include "engine/ingest/sink.hpp"

#include <string>
#include <vector>

namespace sluice::api {

struct IngestOptions {
    /// Keys that may write. Empty takes any key and none, for development on one's own machine.
    std::vector<std::string> write_keys;
    /// How long a request waits for its events to become durable before it is told to try again.
    Millis commit_timeout{30'000};
};

/// Adds the Segment tracking API: POST /v1/{track,identify,page,screen,group,alias,batch} and the
/// one-letter paths /v1/{t,i,p,s,g,a,b} of the browser SDK, open to other sites (CORS). The
/// statuses are in README.md of this folder. `clock` outlives the routes; `sink` is copied.
void add_ingest_routes(Routes& routes, IngestOptions options, const Clock& clock, IngestSink sink);

/// The write key of an Authorization header: Basic with or without the colon; empty for anything
/// else (a Bearer token stands beside a writeKey in the body).
std::string write_key_of(std::string_view authorization);

}  // namespace sluice::api
