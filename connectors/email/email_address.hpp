#pragma once

#include "engine/base/result.hpp"

#include <string>
#include <string_view>

namespace sluice::connectors {

/// One address as SMTP wants it.
struct EmailAddress {
    std::string local;        // as written; case is the receiver's business
    std::string domain;       // A-labels, lower case
    bool ascii_local = true;  // false: the server must offer SMTPUTF8 (RFC 6531)

    [[nodiscard]] std::string text() const { return local + "@" + domain; }
};

/// An addr-spec without display name, comments or quoted local part; at most 254 bytes (RFC 5321
/// §4.5.3.1). International domains become A-labels (IDNA2008). Errc::invalid_argument with a
/// detail that does not repeat the address.
Result<EmailAddress> parse_email_address(std::string_view text);

}  // namespace sluice::connectors
