#include "connectors/mailbox/mailbox_connector.hpp"

#include "connectors/outcomes.hpp"
#include "engine/base/limits.hpp"

#include <boost/asio/this_coro.hpp>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;

MailboxEntry entry_of(const Outbound& outbound, Instant now) {
    MailboxEntry entry;
    entry.id = outbound.id;
    entry.channel = outbound.channel;
    entry.at = now;
    entry.transactional = outbound.transactional;
    entry.attempt = outbound.attempt;
    entry.to = outbound.to;
    entry.subject = outbound.subject;
    entry.preview = outbound.preview;
    entry.html = outbound.html;
    entry.text = outbound.text;
    entry.flow = outbound.flow;
    entry.step = outbound.step;
    entry.message = outbound.message;
    entry.customer = outbound.customer;
    return entry;
}

}  // namespace

Manifest MailboxConnector::manifest() const {
    Manifest manifest;
    manifest.type = "mailbox";
    manifest.channels = {Channel::email, Channel::sms};
    manifest.native_idempotency = true;
    manifest.status = "stable";
    return manifest;
}

asio::awaitable<Outcome> MailboxConnector::send(const Outbound& outbound,
                                                std::chrono::steady_clock::time_point deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (closed_ || std::chrono::steady_clock::now() >= deadline) {
        co_return make_deferred(Outcome::Scope::connection, Outcome::Class::none,
                                closed_ ? "the connector is closed" : "deadline passed");
    }
    if (outbound.is_call) {
        co_return make_rejected(Outcome::Scope::message, Outcome::Class::config,
                                "mailbox carries no calls");
    }
    if (outbound.html.size() + outbound.text.size() > limits::kMessageBytesMax) {
        co_return make_rejected(Outcome::Scope::message, Outcome::Class::content,
                                "the message is too large");
    }
    const auto added = mailbox_.add(entry_of(outbound, clock_.now()));
    if (!added.has_value()) {
        co_return make_deferred(Outcome::Scope::provider, Outcome::Class::none,
                                added.error().detail);
    }
    Outcome outcome;
    outcome.status = Outcome::Status::accepted;
    outcome.provider_id = outbound.id;
    co_return outcome;
}

ConnectorKind mailbox_kind() {
    ConnectorKind kind;
    kind.type = "mailbox";
    kind.make = [](const asio::any_io_executor&, const ConnectorSettings&,
                   const ConnectorHost& host) -> Result<std::unique_ptr<Connector>> {
        if (host.mailbox == nullptr) {
            return fail(Errc::config, "this process has no mailbox");
        }
        return std::unique_ptr<Connector>(
            std::make_unique<MailboxConnector>(*host.mailbox, host.clock));
    };
    return kind;
}

}  // namespace sluice::connectors
