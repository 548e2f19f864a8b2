#pragma once

#include "engine/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::cli {

/// POSTs to a running daemon and gives the body of its answer. Errc::unavailable when nobody
/// listens, Errc::invalid_argument with the daemon's own words when it refuses. Blocks, at most a
/// minute or so.
Result<std::string> operator_post(const std::string& url, const std::string& target,
                                  std::string body);

/// GETs from a running daemon. The same errors; gives up after `patience`.
Result<std::string> operator_get(const std::string& url, const std::string& target,
                                 std::chrono::milliseconds patience);

/// The operators' address of a daemon: the one given, or the one a configuration names, or where
/// `dev` listens.
Result<std::string> operator_address(const std::string& url, const std::string& config);

/// For a value in a query string (RFC 3986 section 2.1).
std::string percent_encoded(std::string_view text);

}  // namespace sluice::cli
