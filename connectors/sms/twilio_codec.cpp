#include "connectors/sms/twilio_codec.hpp"

#include "connectors/encoding.hpp"
#include "connectors/outcomes.hpp"
#include "connectors/provider_text.hpp"
#include "connectors/sms/sms_segments.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace sluice::connectors {
namespace {

namespace json = boost::json;
using Status = Outcome::Status;
using Scope = Outcome::Scope;
using Class = Outcome::Class;

struct Row {
    std::int64_t code;
    Status status;
    Scope scope;
    Class why;
};

/// Twilio's error dictionary, the entries a text message can meet.
constexpr std::array kRows{
    Row{20003, Status::deferred, Scope::provider, Class::config},         // authentication
    Row{20404, Status::deferred, Scope::provider, Class::config},         // account not found
    Row{20005, Status::deferred, Scope::provider, Class::config},         // account not active
    Row{20429, Status::deferred, Scope::provider, Class::throttle},       // too many requests
    Row{14107, Status::deferred, Scope::provider, Class::throttle},       // send rate limit
    Row{21211, Status::rejected, Scope::recipient, Class::bounce_hard},   // invalid To
    Row{21217, Status::rejected, Scope::recipient, Class::bounce_hard},   // not a phone number
    Row{21614, Status::rejected, Scope::recipient, Class::bounce_hard},   // not a mobile number
    Row{21610, Status::rejected, Scope::recipient, Class::unsubscribed},  // the person sent STOP
    Row{21408, Status::rejected, Scope::recipient, Class::config},        // region not enabled
    Row{21612, Status::rejected, Scope::recipient, Class::config},   // no route from this sender
    Row{21212, Status::deferred, Scope::provider, Class::config},    // invalid From
    Row{21603, Status::deferred, Scope::provider, Class::config},    // From is missing
    Row{21606, Status::deferred, Scope::provider, Class::config},    // From is not ours
    Row{21611, Status::deferred, Scope::provider, Class::throttle},  // sender's queue is full
    Row{21703, Status::deferred, Scope::provider, Class::config},    // service has no senders
    Row{21602, Status::rejected, Scope::message, Class::content},    // no body
    Row{21617, Status::rejected, Scope::message, Class::content},    // body too long
    Row{30001, Status::deferred, Scope::provider, Class::throttle},  // queue overflow
    Row{30003, Status::deferred, Scope::recipient, Class::bounce_soft},  // handset unreachable
    Row{30004, Status::rejected, Scope::recipient, Class::policy},       // blocked
    Row{30005, Status::rejected, Scope::recipient, Class::bounce_hard},  // unknown handset
    Row{30006, Status::rejected, Scope::recipient, Class::bounce_hard},  // landline
    Row{30007, Status::rejected, Scope::message, Class::policy},         // carrier filter
    Row{30034, Status::deferred, Scope::provider, Class::config},        // 10DLC not registered
    Row{63016, Status::rejected, Scope::message, Class::content},  // outside WhatsApp's window
};

struct Answer {
    std::string sid, status, message;
    std::int64_t code = 0;
};

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t number_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::optional<Answer> read_answer(std::string_view body) {
    boost::system::error_code code;
    const json::value parsed = json::parse(body, code);
    const json::object* object = code ? nullptr : parsed.if_object();
    if (object == nullptr) {
        return std::nullopt;
    }
    Answer answer;
    answer.sid = text_of(*object, "sid");
    answer.status = text_of(*object, "status");
    answer.message = text_of(*object, "message");
    // A refusal says `code`; a message that failed at once says `error_code`.
    const std::int64_t refusal = number_of(*object, "code");
    answer.code = refusal != 0 ? refusal : number_of(*object, "error_code");
    if (answer.message.empty()) {
        answer.message = text_of(*object, "error_message");
    }
    return answer;
}

Outcome of(Status status, Scope scope, Class why) {
    Outcome outcome;
    outcome.status = status;
    outcome.scope = scope;
    outcome.why = why;
    return outcome;
}

Outcome by_status(int status) {
    switch (status) {
        case 401:
        case 403:
        case 404:
            return of(Status::deferred, Scope::provider, Class::config);
        case 408:
            return of(Status::deferred, Scope::connection, Class::none);
        case 413:
            return of(Status::rejected, Scope::message, Class::content);
        case 429:
            return of(Status::deferred, Scope::provider, Class::throttle);
        case 503:
            return of(Status::deferred, Scope::provider, Class::none);
        default:
            break;
    }
    if (status >= 500) {
        return of(Status::unknown, Scope::provider, Class::none);
    }
    const bool redirect = status < 400;  // no redirect is followed: base_url is wrong
    return redirect ? of(Status::deferred, Scope::provider, Class::config)
                    : of(Status::rejected, Scope::message, Class::content);
}

Outcome by_code(std::int64_t code, int status) {
    const auto row = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const Row& candidate) { return candidate.code == code; });
    if (row != kRows.end()) {
        return of(row->status, row->scope, row->why);
    }
    return by_status(status < 300 ? 400 : status);
}

void add_field(std::string& form, std::string_view name, std::string_view value) {
    if (!value.empty()) {
        form.append(form.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
    }
}

}  // namespace

HttpRequest twilio_request(const Outbound& outbound, const TwilioSettings& settings) {
    HttpRequest request;
    request.url = settings.base_url + "/2010-04-01/Accounts/" +
                  percent_encode(settings.account_sid) + "/Messages.json";
    request.headers = {
        {"Accept", "application/json"},
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"User-Agent", "sluice"},
        {"Authorization",
         "Basic " + base64_encode(settings.account_sid + ":" + settings.auth_token)},
    };
    add_field(request.body, "To", outbound.to);
    add_field(request.body, "StatusCallback", fill_id(settings.status_callback, outbound.id));
    add_field(request.body, "From", settings.from);
    add_field(request.body, "MessagingServiceSid", settings.messaging_service_sid);
    add_field(request.body, "Body",
              settings.smart_encoding ? smart_encode(outbound.text) : outbound.text);
    return request;
}

Outcome twilio_outcome(const HttpResponse& response, Instant now) {
    const auto answer = read_answer(response.body);
    const bool positive = response.status >= 200 && response.status < 300;
    Outcome outcome;
    if (positive && answer && answer->code == 0 && !answer->sid.empty() &&
        answer->status != "failed") {
        outcome = of(Status::accepted, Scope::message, Class::none);
        outcome.provider_id = answer->sid;
    } else if (positive && (!answer || answer->sid.empty()) && (!answer || answer->code == 0)) {
        // Success, but in words Twilio does not use: nobody can say who answered.
        outcome = of(Status::unknown, Scope::provider, Class::none);
    } else if (answer && answer->code != 0) {
        outcome = by_code(answer->code, response.status);
    } else {
        outcome = by_status(positive ? 400 : response.status);
    }
    const bool coded = answer && answer->code != 0;
    outcome.code = std::to_string(coded ? answer->code : response.status);
    outcome.text = answer ? provider_text(answer->message) : "";
    if (outcome.status == Status::deferred) {
        outcome.retry_after = parse_retry_after(response.header("Retry-After"), now);
    }
    return outcome;
}

}  // namespace sluice::connectors
