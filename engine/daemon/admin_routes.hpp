#pragma once

#include "connectors/mailbox/mailbox.hpp"
#include "engine/api/routes.hpp"
#include "engine/ingest/router.hpp"

#include <boost/asio/thread_pool.hpp>

namespace sluice {

class Engine;

/// What the operator's routes look at. Everything outlives the server.
struct AdminParts {
    const Router& router;
    Mailbox* mailbox = nullptr;                 // null: no mailbox connector is configured
    Engine* engine = nullptr;                   // deploys
    boost::asio::thread_pool* work = nullptr;   // where they are worked on: they wait for shards
    boost::asio::thread_pool* looks = nullptr;  // where everybody's records are read
};

/// Adds GET /v1/customers/:id/explain?flow=, GET /v1/doubts, POST /v1/doubts/:id?verdict=, and,
/// GET /v1/people (who stands where), GET /v1/seen (events and fields of the last 30 days),
/// GET /v1/experiments (what each came to),
/// GET /v1/releases, POST
/// /v1/releases?drain&stop&fire&sweep&retime=Flow@step&retime_rate=600&plan=ID &tell (body: an
/// encoded Project, `application/octet-stream`, which no page of another site can send unasked; 409
/// with the reason when it is refused; `tell` adds the plan to the answer), POST
/// /v1/releases/:number/rollback (the same type, no body), and, with a mailbox, its pages at
/// /mailbox and its JSON at /mailbox.json. Queries run between two commits of the shard that owns
/// the data.
void add_admin_routes(api::Routes& routes, AdminParts parts);

}  // namespace sluice
