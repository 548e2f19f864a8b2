#pragma once

#include "connectors/connector_kind.hpp"
#include "connectors/http_client.hpp"
#include "connectors/sms/twilio_codec.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace sluice::connectors {

/// Sends text messages through Twilio: twilio_codec around one HTTP request.
class TwilioConnector final : public Connector {
public:
    /// `clock` outlives the connector.
    TwilioConnector(boost::asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
                    TwilioSettings settings, const Clock& clock);

    [[nodiscard]] Manifest manifest() const override;
    boost::asio::awaitable<Outcome> send(const Outbound& outbound,
                                         std::chrono::steady_clock::time_point deadline) override;
    void close() override;

private:
    TwilioSettings settings_;
    const Clock& clock_;
    HttpClient http_;
    bool closed_ = false;
};

/// Type "twilio".
ConnectorKind twilio_kind();

}  // namespace sluice::connectors
