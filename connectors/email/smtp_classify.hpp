#pragma once

#include "connectors/email/smtp_reply.hpp"
#include "engine/outbox/connector.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::connectors {

/// How far a conversation had come.
enum class SmtpStage : std::uint8_t {
    connect,
    greeting,
    ehlo,
    starttls,
    auth,
    rset,
    mail,
    rcpt,
    data,
    content,  // the message is being written; its final dot is not out
    verdict,  // the final dot is out
};

std::string_view to_text(SmtpStage stage);

/// What happened to one try, without any judgement: the session reports it, classify_smtp judges.
struct SmtpFact {
    enum class Kind : std::uint8_t {
        reply,        // the server's own words
        lost,         // the connection ended, or never came to be
        timed_out,    // the deadline passed
        tls_failed,   // handshake or certificate
        unsupported,  // the server does not offer what we need (STARTTLS, AUTH, SMTPUTF8)
        violation,    // the server does not speak SMTP, or injected bytes before TLS
        too_large,    // larger than the server's SIZE
    };
    SmtpFact() = default;
    SmtpFact(SmtpStage where, Kind what, std::string words)
        : stage(where), kind(what), detail(std::move(words)) {}
    SmtpFact(SmtpStage where, SmtpReply answer) : stage(where), reply(std::move(answer)) {}

    SmtpStage stage = SmtpStage::connect;
    Kind kind = Kind::reply;
    SmtpReply reply;
    std::string detail;
};

/// The whole failure policy of SMTP submission in one place: a fact becomes an Outcome by the first
/// row that fits. Pure. The basic code and the stage decide where a server gives no enhanced code.
///
/// A wrong configuration is `deferred` with class config: nothing is wrong with the message, and it
/// stays queued until the operator has mended the connector.
Outcome classify_smtp(const SmtpFact& fact);

}  // namespace sluice::connectors
