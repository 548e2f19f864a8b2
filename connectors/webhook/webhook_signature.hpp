#pragma once

#include "engine/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Standard Webhooks (github.com/standard-webhooks), the symmetric scheme. Pure functions.
namespace sluice::connectors {

/// The key of a secret: what follows `whsec_` decoded from base64, or the text's own bytes.
/// Errc::config when it is empty or the base64 is broken.
Result<std::string> webhook_key(std::string_view secret);

/// The value of `webhook-signature`: "v1," and base64 of HMAC-SHA256 over id.timestamp.body.
std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                              std::string_view body);

}  // namespace sluice::connectors
