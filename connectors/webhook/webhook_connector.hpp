#pragma once

#include "connectors/connector_kind.hpp"
#include "connectors/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace sluice::connectors {

struct WebhookSettings {
    std::string url;     // where messages go; "" carries calls only, each to its own URL
    std::string secret;  // signs messages, and calls that bring no secret; "" leaves them unsigned
    bool allow_private = false;  // false: public addresses only
};

/// Posts JSON to an HTTP endpoint, signed per Standard Webhooks. Carries the calls of a flow (the
/// body as rendered, to the call's URL) and, when a URL is configured, messages of any channel.
///
/// The message id travels as `webhook-id`, by which a receiver drops repeats: that is the contract
/// of Standard Webhooks, and the reason this connector claims native idempotency.
class WebhookConnector final : public Connector {
public:
    /// `clock` outlives the connector; it gives the webhook-timestamp.
    WebhookConnector(boost::asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
                     WebhookSettings settings, const Clock& clock);

    [[nodiscard]] Manifest manifest() const override;
    boost::asio::awaitable<Outcome> send(const Outbound& outbound,
                                         std::chrono::steady_clock::time_point deadline) override;
    void close() override;

private:
    WebhookSettings settings_;
    const Clock& clock_;
    HttpClient http_;
    bool closed_ = false;
};

/// The signed request for a call or message. Errc::config for a broken secret or a missing URL,
/// Errc::invalid_argument for an id that is not one header line.
Result<HttpRequest> webhook_request(const Outbound& outbound, const WebhookSettings& settings,
                                    Instant now);
/// Judges a whole answer. 2xx is accepted unless a JSON body says otherwise with
/// {"status": "accepted|deferred|rejected|unknown", "provider_id", "code", "text"}.
Outcome webhook_outcome(const HttpResponse& response, Instant now);

/// Type "webhook".
ConnectorKind webhook_kind();

}  // namespace sluice::connectors
