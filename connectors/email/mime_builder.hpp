#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/outbox/connector.hpp"

#include <string>
#include <string_view>

namespace sluice::connectors {

/// What the operator configured once for every email of a connector.
struct MimeSettings {
    std::string from;              // "Shop <hello@shop.example>"
    std::string reply_to;          // the same form, or ""
    std::string domain;            // right side of the Message-ID
    std::string list_unsubscribe;  // URL or mailto:, {id} stands for the message id; or ""
};

struct MimeMessage {
    std::string bytes;            // RFC 5322, CRLF lines, every line at most 998 bytes
    bool needs_smtputf8 = false;  // an address in the header is beyond ASCII
};

/// Builds an email by GMime: multipart/alternative, text first and HTML last, UTF-8 and
/// quoted-printable, RFC 2047 header words. Headers in this order: From, To, Subject, Date,
/// Message-ID, Reply-To, List-Unsubscribe, List-Unsubscribe-Post (RFC 8058), X-Sluice-Message,
/// MIME-Version, Content-Type. An empty text part is made from the HTML; an email without HTML is
/// text/plain alone. The preview becomes the hidden first words of the HTML.
///
/// The Message-ID is `<id@domain>`, equal on every attempt. `now` only sets Date.
/// Threads: any. Pure but for GMime's one-time initialisation.
/// Errors:  Errc::invalid_argument when the message cannot be mail: CR, LF or NUL in a header
/// value,
///          an address that is none, an id unfit for a Message-ID, nothing to say.
Result<MimeMessage> build_mime(const Outbound& outbound, const MimeSettings& settings, Instant now);

/// Checks `from` or `reply_to` of the settings; "" is not a mailbox.
Result<void> check_mailbox(std::string_view text);
/// The bare address of a checked mailbox with an ASCII domain, for the envelope.
std::string mailbox_address(std::string_view text);

}  // namespace sluice::connectors
