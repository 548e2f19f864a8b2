#pragma once

#include "connectors/mailbox/mailbox.hpp"
#include "engine/api/routes.hpp"
#include "engine/ingest/router.hpp"

namespace sluice {

/// What the operator's routes look at. Everything outlives the server.
struct AdminParts {
    const Router& router;
    Mailbox* mailbox = nullptr;  // null: no mailbox connector is configured
};

/// Adds GET /v1/customers/:id/explain?flow=, GET /v1/doubts, POST /v1/doubts/:id?verdict=, and,
/// with a mailbox, its pages at /mailbox and its JSON at /mailbox.json. Queries run between two
/// commits of the shard that owns the data.
void add_admin_routes(api::Routes& routes, AdminParts parts);

}  // namespace sluice
