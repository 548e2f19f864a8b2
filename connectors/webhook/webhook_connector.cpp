#include "connectors/webhook/webhook_connector.hpp"

#include "connectors/encoding.hpp"
#include "connectors/outcomes.hpp"
#include "connectors/provider_text.hpp"
#include "connectors/settings_reader.hpp"
#include "connectors/webhook/webhook_signature.hpp"
#include "engine/base/limits.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Status = Outcome::Status;
using Scope = Outcome::Scope;
using Class = Outcome::Class;

std::string message_json(const Outbound& outbound) {
    json::object object;
    object["id"] = outbound.id;
    object["attempt"] = outbound.attempt;
    object["channel"] = outbound.channel == Channel::email ? "email" : "sms";
    object["transactional"] = outbound.transactional;
    object["to"] = outbound.to;
    if (outbound.channel == Channel::email) {
        object["subject"] = outbound.subject;
        object["preview"] = outbound.preview;
        object["html"] = outbound.html;
    }
    object["text"] = outbound.text;
    object["flow"] = outbound.flow;
    object["step"] = outbound.step;
    object["message"] = outbound.message;
    object["customer"] = outbound.customer;
    return json::serialize(object);
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
        case 408:
        case 425:
            return of(Status::deferred, Scope::connection, Class::none);
        case 429:
            return of(Status::deferred, Scope::provider, Class::throttle);
        case 401:
        case 403:
        case 404:
        case 405:
        case 410:
            return of(Status::rejected, Scope::provider, Class::config);
        default:
            break;
    }
    if (status >= 500) {
        return of(Status::deferred, Scope::provider, Class::none);
    }
    // Redirects are not followed: the URL of the configuration is wrong.
    return status < 400 ? of(Status::rejected, Scope::provider, Class::config)
                        : of(Status::rejected, Scope::message, Class::content);
}

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// What a receiver may say in a 2xx body; anything else in it is no business of ours.
void read_verdict(std::string_view body, Outcome& outcome) {
    boost::system::error_code code;
    const json::value parsed = json::parse(body, code);
    const json::object* object = code ? nullptr : parsed.if_object();
    if (object == nullptr) {
        return;
    }
    const std::string status = text_of(*object, "status");
    for (const Status word : {Status::deferred, Status::rejected, Status::unknown}) {
        if (status == to_text(word)) {
            outcome.status = word;
        }
    }
    outcome.provider_id = cut_utf8(text_of(*object, "provider_id"), 200);
    const std::string said = text_of(*object, "code");
    outcome.code = said.empty() ? outcome.code : cut_utf8(provider_text(said), 50);
    outcome.text = provider_text(text_of(*object, "text"));
}

Result<std::unique_ptr<Connector>> make_webhook(asio::any_io_executor executor,
                                                const ConnectorSettings& given,
                                                const ConnectorHost& host) {
    SettingsReader reader(given);
    WebhookSettings settings;
    settings.url = reader.text("url");
    settings.secret = reader.text("secret");
    settings.allow_private = reader.flag("allow_private", false);
    if (!settings.url.empty() && !parse_url(settings.url).has_value()) {
        reader.wrong("url", "must be an http or https address");
    }
    if (!settings.secret.empty() && !webhook_key(settings.secret).has_value()) {
        reader.wrong("secret", "what follows whsec_ must be base64");
    }
    SLUICE_TRY(reader.check());
    SLUICE_TRY(auto trust, TlsTrust::make(reader.text("ca_file")));
    return std::unique_ptr<Connector>(std::make_unique<WebhookConnector>(
        std::move(executor), std::move(trust), std::move(settings), host.clock));
}

HttpClient::Options client_options(const WebhookSettings& settings) {
    HttpClient::Options options;
    options.allow_private = settings.allow_private;
    return options;
}

}  // namespace

Result<HttpRequest> webhook_request(const Outbound& outbound, const WebhookSettings& settings,
                                    Instant now) {
    HttpRequest request;
    request.url = outbound.is_call ? outbound.url : settings.url;
    if (request.url.empty()) {
        return fail(Errc::config, "no url is configured for messages");
    }
    if (!is_one_line(outbound.id) || outbound.id.empty()) {
        return fail(Errc::invalid_argument, "the id does not fit a header");
    }
    request.body = outbound.is_call ? outbound.body : message_json(outbound);
    const std::int64_t timestamp = to_ms(now) / 1000;
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json"},
                       {"User-Agent", "sluice"},
                       {"webhook-id", outbound.id},
                       {"webhook-timestamp", std::to_string(timestamp)}};
    const std::string& secret =
        outbound.is_call && !outbound.secret.empty() ? outbound.secret : settings.secret;
    if (!secret.empty()) {
        SLUICE_TRY(const std::string key, webhook_key(secret));
        request.headers.emplace_back("webhook-signature",
                                     webhook_signature(key, outbound.id, timestamp, request.body));
    }
    return request;
}

Outcome webhook_outcome(const HttpResponse& response, Instant now) {
    Outcome outcome;
    if (response.status >= 200 && response.status < 300) {
        outcome = of(Status::accepted, Scope::message, Class::none);
        outcome.code = std::to_string(response.status);
        read_verdict(response.body, outcome);
    } else {
        outcome = by_status(response.status);
        outcome.code = std::to_string(response.status);
    }
    if (outcome.status == Status::deferred) {
        outcome.retry_after = parse_retry_after(response.header("Retry-After"), now);
    }
    return outcome;
}

WebhookConnector::WebhookConnector(asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
                                   WebhookSettings settings, const Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      http_(std::move(executor), std::move(trust), client_options(settings_)) {}

Manifest WebhookConnector::manifest() const {
    Manifest manifest;
    manifest.type = "webhook";
    if (!settings_.url.empty()) {
        manifest.channels = {Channel::email, Channel::sms};
    }
    manifest.calls = true;
    manifest.native_idempotency = true;
    manifest.status = "stable";
    return manifest;
}

void WebhookConnector::close() {
    closed_ = true;
    http_.close();
}

asio::awaitable<Outcome> WebhookConnector::send(const Outbound& outbound,
                                                std::chrono::steady_clock::time_point deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (closed_) {
        co_return make_deferred(Scope::connection, Class::none, "the connector is closed");
    }
    const std::size_t size = outbound.body.size() + outbound.html.size() + outbound.text.size();
    if (size > limits::kMessageBytesMax) {
        co_return make_rejected(Scope::message, Class::content, "the payload is too large");
    }
    auto request = webhook_request(outbound, settings_, clock_.now());
    if (!request.has_value()) {
        const bool config = request.error().code == Errc::config;
        co_return make_rejected(Scope::message, config ? Class::config : Class::content,
                                request.error().detail);
    }
    const HttpResult result = co_await http_.post(std::move(request.value()), deadline);
    if (result.stage != HttpResult::Stage::answered) {
        co_return outcome_of_silence(result);
    }
    co_return webhook_outcome(result.response, clock_.now());
}

ConnectorKind webhook_kind() {
    ConnectorKind kind;
    kind.type = "webhook";
    kind.keys = {"url", "secret", "allow_private", "ca_file"};
    kind.secrets = {"secret"};
    kind.make = make_webhook;
    return kind;
}

}  // namespace sluice::connectors
