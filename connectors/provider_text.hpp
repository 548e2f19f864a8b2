#pragma once

#include "engine/base/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What connectors take over from a provider's answer. Pure functions.
namespace sluice::connectors {

/// A provider's words fit for Outcome::text: at most 500 bytes, one line, and every email address
/// and phone number in it replaced by "<address>".
std::string provider_text(std::string_view words);

/// A Retry-After value, RFC 9110 §10.2.3: seconds, or an HTTP-date in any of its three forms,
/// counted from `now`. Never negative; more than a day is a day. Empty when it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now);

}  // namespace sluice::connectors
