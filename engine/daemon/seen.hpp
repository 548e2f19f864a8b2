#pragma once

#include "dsl/check/data_facts.hpp"
#include "engine/daemon/people.hpp"

#include <string>
#include <string_view>

/// What the data shows of events and fields, for `check --against-data` (W412).
namespace sluice {

/// Walks the journal of every customer back to dsl::DataFacts::days before `now`. Customer fields
/// that were set earlier are known from the records.
Result<dsl::DataFacts> read_seen(Readers& readers, Instant now);

/// {"days","customers","events":{"Order
/// Placed":{"count","fields":["order_id"]}},"traits":["email"]}
std::string render_json(const dsl::DataFacts& facts);
/// And back. Errc::invalid_argument when it is not that.
Result<dsl::DataFacts> parse_seen(std::string_view json);

}  // namespace sluice
