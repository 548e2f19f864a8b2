#pragma once

#include "connectors/connector_kind.hpp"
#include "connectors/email/smtp_pool.hpp"
#include "connectors/email/smtp_settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace sluice::connectors {

/// Submits email to an SMTP server: builds the MIME message, takes a connection from the pool,
/// carries the message once and lets classify_smtp judge what happened.
///
/// The one thing it does twice: when a kept-alive connection turns out to be dead before the server
/// said a word about this message, a fresh connection carries it.
class SmtpConnector final : public Connector {
public:
    /// `clock` outlives the connector.
    SmtpConnector(boost::asio::any_io_executor executor, SmtpSettings settings, const Clock& clock);
    ~SmtpConnector() override;

    [[nodiscard]] Manifest manifest() const override;
    boost::asio::awaitable<Outcome> send(const Outbound& outbound,
                                         std::chrono::steady_clock::time_point deadline) override;
    void close() override;

private:
    boost::asio::awaitable<SmtpFact> carry(SmtpTransaction transaction, Deadline deadline);

    SmtpSettings settings_;
    const Clock& clock_;
    std::shared_ptr<SmtpPool> pool_;
};

/// Type "smtp".
ConnectorKind smtp_kind();

}  // namespace sluice::connectors
