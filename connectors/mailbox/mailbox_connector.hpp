#pragma once

#include "connectors/connector_kind.hpp"
#include "connectors/mailbox/mailbox.hpp"

namespace sluice::connectors {

/// Accepts every email and text message into the mailbox and sends nothing. The same id twice is
/// kept once, so repeats are harmless.
class MailboxConnector final : public Connector {
public:
    /// Both outlive the connector.
    MailboxConnector(Mailbox& mailbox, const Clock& clock) : mailbox_(mailbox), clock_(clock) {}

    [[nodiscard]] Manifest manifest() const override;
    boost::asio::awaitable<Outcome> send(const Outbound& outbound,
                                         std::chrono::steady_clock::time_point deadline) override;
    void close() override { closed_ = true; }

private:
    Mailbox& mailbox_;
    const Clock& clock_;
    bool closed_ = false;
};

/// Type "mailbox".
ConnectorKind mailbox_kind();

}  // namespace sluice::connectors
