#include "connectors/sms/twilio_connector.hpp"

#include "connectors/encoding.hpp"
#include "connectors/outcomes.hpp"
#include "connectors/settings_reader.hpp"
#include "engine/base/log.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBodyCharactersMax = 1'600;  // Twilio's error 21617 beyond it

bool is_e164(std::string_view number) {
    return number.size() >= 8 && number.size() <= 16 && number[0] == '+' && number[1] != '0' &&
           std::all_of(number.begin() + 1, number.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

Outcome refusal_of(const Outbound& outbound) {
    if (outbound.is_call || outbound.channel != Channel::sms) {
        return make_rejected(Outcome::Scope::message, Outcome::Class::config,
                             "twilio carries sms only");
    }
    if (!is_e164(outbound.to)) {
        return make_rejected(Outcome::Scope::recipient, Outcome::Class::bounce_hard,
                             "not an E.164 phone number");
    }
    if (outbound.text.empty() || decode_utf8(outbound.text).size() > kBodyCharactersMax) {
        return make_rejected(Outcome::Scope::message, Outcome::Class::content,
                             outbound.text.empty() ? "the message is empty"
                                                   : "the message is longer than 1600 characters");
    }
    Outcome fine;
    fine.status = Outcome::Status::accepted;
    return fine;
}

Result<std::unique_ptr<Connector>> make_twilio(asio::any_io_executor executor,
                                               const ConnectorSettings& given,
                                               const ConnectorHost& host) {
    SettingsReader reader(given);
    TwilioSettings settings;
    settings.account_sid = reader.required("account_sid");
    settings.auth_token = reader.required("auth_token");
    settings.from = reader.text("from");
    settings.messaging_service_sid = reader.text("messaging_service_sid");
    settings.status_callback = reader.text("status_callback");
    settings.base_url = reader.text("base_url", settings.base_url);
    settings.smart_encoding = reader.flag("smart_encoding", false);
    if (settings.from.empty() == settings.messaging_service_sid.empty()) {
        reader.wrong("from", "either from or messaging_service_sid is required, not both");
    }
    if (settings.base_url.ends_with('/')) {
        settings.base_url.pop_back();
    }
    if (!parse_url(settings.base_url).has_value()) {
        reader.wrong("base_url", "must be an http or https address");
    }
    SLUICE_TRY(reader.check());
    SLUICE_TRY(auto trust, TlsTrust::make(reader.text("ca_file")));
    return std::unique_ptr<Connector>(std::make_unique<TwilioConnector>(
        std::move(executor), std::move(trust), std::move(settings), host.clock));
}

}  // namespace

TwilioConnector::TwilioConnector(asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
                                 TwilioSettings settings, const Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      http_(std::move(executor), std::move(trust), HttpClient::Options()) {}

Manifest TwilioConnector::manifest() const {
    Manifest manifest;
    manifest.type = "twilio";
    manifest.channels = {Channel::sms};
    manifest.status = "stable";
    return manifest;
}

void TwilioConnector::close() {
    closed_ = true;
    http_.close();
}

asio::awaitable<Outcome> TwilioConnector::send(const Outbound& outbound,
                                               std::chrono::steady_clock::time_point deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (closed_) {
        co_return make_deferred(Outcome::Scope::connection, Outcome::Class::none,
                                "the connector is closed");
    }
    Outcome refusal = refusal_of(outbound);
    if (refusal.status != Outcome::Status::accepted) {
        co_return refusal;
    }
    HttpRequest request = twilio_request(outbound, settings_);
    const HttpResult result = co_await http_.post(std::move(request), deadline);
    if (result.stage != HttpResult::Stage::answered) {
        co_return outcome_of_silence(result);
    }
    Outcome outcome = twilio_outcome(result.response, clock_.now());
    if (outcome.why == Outcome::Class::config) {
        log(LogLevel::error, "twilio.misconfigured", {{"code", outcome.code}});
    }
    co_return outcome;
}

ConnectorKind twilio_kind() {
    ConnectorKind kind;
    kind.type = "twilio";
    kind.keys = {"account_sid",     "auth_token", "from",    "messaging_service_sid",
                 "status_callback", "base_url",   "ca_file", "smart_encoding"};
    kind.required = {"account_sid", "auth_token"};
    kind.secrets = {"auth_token"};
    kind.make = make_twilio;
    return kind;
}

}  // namespace sluice::connectors
