#include "connectors/email/smtp_connector.hpp"

#include "connectors/email/email_address.hpp"
#include "connectors/email/mime_builder.hpp"
#include "connectors/email/smtp_classify.hpp"
#include "connectors/outcomes.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/log.hpp"

#include <boost/asio/this_coro.hpp>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;

/// Everything that can be wrong with a message before a server is asked.
Outcome refusal_of(const Outbound& outbound) {
    if (outbound.is_call || outbound.channel != Channel::email) {
        return make_rejected(Outcome::Scope::message, Outcome::Class::config,
                             "smtp carries email only");
    }
    if (outbound.html.size() + outbound.text.size() > limits::kMessageBytesMax) {
        return make_rejected(Outcome::Scope::message, Outcome::Class::content,
                             "the email is too large");
    }
    if (!parse_email_address(outbound.to).has_value()) {
        return make_rejected(Outcome::Scope::recipient, Outcome::Class::bounce_hard,
                             "not an email address");
    }
    Outcome fine;
    fine.status = Outcome::Status::accepted;
    return fine;
}

}  // namespace

SmtpConnector::SmtpConnector(asio::any_io_executor executor, SmtpSettings settings,
                             const Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      pool_(std::make_shared<SmtpPool>(std::move(executor), settings_)) {}

SmtpConnector::~SmtpConnector() = default;

Manifest SmtpConnector::manifest() const {
    Manifest manifest;
    manifest.type = "smtp";
    manifest.channels = {Channel::email};
    manifest.in_flight_max = settings_.connections_max;
    manifest.status = "stable";
    return manifest;
}

void SmtpConnector::close() {
    pool_->close();
}

asio::awaitable<SmtpFact> SmtpConnector::carry(SmtpTransaction transaction, Deadline deadline) {
    auto link = co_await pool_->acquire(deadline);
    if (!link) {
        co_return SmtpFact(SmtpStage::connect, SmtpFact::Kind::timed_out,
                           "no connection became free in time");
    }
    const bool reused = link->used();
    SmtpFact fact = co_await link->carry(transaction, deadline);
    if (reused && fact.kind == SmtpFact::Kind::lost && !link->mail_answered()) {
        link = pool_->replace(std::move(link));
        fact = co_await link->carry(std::move(transaction), deadline);
    }
    pool_->release(std::move(link));
    co_return fact;
}

asio::awaitable<Outcome> SmtpConnector::send(const Outbound& outbound,
                                             std::chrono::steady_clock::time_point deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (pool_->closed()) {
        co_return make_deferred(Outcome::Scope::connection, Outcome::Class::none,
                                "the connector is closed");
    }
    Outcome refusal = refusal_of(outbound);
    if (refusal.status != Outcome::Status::accepted) {
        co_return refusal;
    }
    auto mime = build_mime(outbound, settings_.mime, clock_.now());
    if (!mime.has_value()) {
        co_return make_rejected(Outcome::Scope::message, Outcome::Class::content,
                                mime.error().detail);
    }
    SmtpTransaction transaction;
    transaction.sender = settings_.envelope_from;
    transaction.recipient = parse_email_address(outbound.to).value().text();
    transaction.needs_smtputf8 = mime.value().needs_smtputf8;
    transaction.envelope_id = outbound.id;
    transaction.content = smtp_content(mime.value().bytes);
    const SmtpFact fact = co_await carry(std::move(transaction), deadline);
    Outcome outcome = classify_smtp(fact);
    if (outcome.why == Outcome::Class::config) {
        log(LogLevel::error, "smtp.misconfigured",
            {{"stage", to_text(fact.stage)}, {"code", outcome.code}});
    }
    co_return outcome;
}

ConnectorKind smtp_kind() {
    ConnectorKind kind;
    kind.type = "smtp";
    kind.keys = {"host",
                 "port",
                 "tls",
                 "auth.user",
                 "auth.pass",
                 "from",
                 "reply_to",
                 "domain",
                 "ca_file",
                 "verify_name",
                 "envelope_from",
                 "pool.max_connections",
                 "pool.max_messages",
                 "allow_plain_auth",
                 "list_unsubscribe"};
    kind.required = {"host", "from"};
    kind.secrets = {"auth.pass"};
    kind.make = [](asio::any_io_executor executor, const ConnectorSettings& settings,
                   const ConnectorHost& host) -> Result<std::unique_ptr<Connector>> {
        SLUICE_TRY(SmtpSettings checked, read_smtp_settings(settings));
        return std::unique_ptr<Connector>(
            std::make_unique<SmtpConnector>(std::move(executor), std::move(checked), host.clock));
    };
    return kind;
}

}  // namespace sluice::connectors
