#pragma once

#include "engine/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::connectors {

/// An http or https address split for a client. The host is ASCII (IDNA2008 applied), lower case,
/// without brackets; the target keeps path and query exactly as written.
struct Url {
    bool tls = false;
    std::string host;
    std::uint16_t port = 0;
    std::string target;  // "/hooks?x=1"

    /// The value of the Host header: the port only when it is not the scheme's own.
    [[nodiscard]] std::string authority() const;
};

/// Errc::invalid_argument with a detail that does not repeat the URL, which may hold a secret.
/// User information, other schemes, spaces and control characters are refused; a fragment is cut.
Result<Url> parse_url(std::string_view text);

/// The A-label form of a domain name (IDNA2008, non-transitional), lower case; "" when it has none.
std::string ascii_domain(std::string_view domain);

}  // namespace sluice::connectors
