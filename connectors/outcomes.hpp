#pragma once

#include "connectors/http_client.hpp"
#include "engine/outbox/connector.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// Outcomes in the words connectors share. Pure functions.
namespace sluice::connectors {

Outcome make_rejected(Outcome::Scope scope, Outcome::Class why, std::string_view text);
Outcome make_deferred(Outcome::Scope scope, Outcome::Class why, std::string_view text);

/// The outcome of a request that got no answer (any stage but `answered`): `refused` is rejected
/// with class config, `not_sent` deferred, `no_answer` unknown.
Outcome outcome_of_silence(const HttpResult& result);

}  // namespace sluice::connectors
