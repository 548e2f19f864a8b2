#pragma once

#include "connectors/http_client.hpp"
#include "engine/outbox/connector.hpp"

#include <string>
#include <string_view>

/// Twilio's Messages API, version 2010-04-01, as pure functions: an Outbound becomes a request, an
/// answer becomes an Outcome.
namespace sluice::connectors {

struct TwilioSettings {
    std::string account_sid;
    std::string auth_token;
    std::string from;                   // E.164, short code or sender name; or
    std::string messaging_service_sid;  // a messaging service that picks the sender
    std::string status_callback;        // {id} stands for the message id; "" for none
    std::string base_url = "https://api.twilio.com";
    bool smart_encoding = false;  // sms_segments.hpp, smart_encode
};

/// POST {base_url}/2010-04-01/Accounts/{sid}/Messages.json; the form's fields in the order in which
/// Twilio's own client writes them.
HttpRequest twilio_request(const Outbound& outbound, const TwilioSettings& settings);

/// Judges a whole answer by Twilio's error code first, then by the HTTP status. A 5xx other than
/// 503 is `unknown`: Twilio has no idempotency key, and its gateway may have passed the message on.
Outcome twilio_outcome(const HttpResponse& response, Instant now);

}  // namespace sluice::connectors
