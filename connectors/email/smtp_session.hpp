#pragma once

#include "connectors/email/smtp_classify.hpp"
#include "connectors/email/smtp_reply.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::connectors {

/// One message for one recipient.
struct SmtpTransaction {
    std::string sender;     // envelope, ASCII; "" for the null sender
    std::string recipient;  // envelope; UTF-8 only when needs_smtputf8
    bool needs_smtputf8 = false;
    std::string envelope_id;  // ENVID of RFC 3461, given when the server offers DSN
    std::string content;      // final bytes: CRLF lines, dots doubled, "." CRLF at the end
};

/// The client side of an SMTP submission (RFC 5321, 2920, 3207, 4954, 3461, 6531), without I/O.
/// The shell does what an Action says and reports back with resume(). A session is made for one
/// connection, is set up once, and then carries one transaction after another.
///
///     connected -> [TLS] greeting EHLO [STARTTLS TLS EHLO] [AUTH] -> ready
///     begin()   -> [RSET] MAIL RCPT DATA (one write when PIPELINING is offered) content -> done
///
/// Threads: one caller at a time.
/// Errors:  none; what goes wrong is the fact() at `done`.
class SmtpSession {
public:
    enum class Tls : std::uint8_t { required, implicit, none };
    struct Options {
        std::string helo;  // our name; a domain or an address literal in brackets
        Tls tls = Tls::required;
        std::string user, password;     // no AUTH when the user is empty
        bool auth_without_tls = false;  // only for a loopback host, and only when asked for
    };
    struct Event {
        enum class Kind : std::uint8_t {
            connected,
            tls_up,
            tls_failed,
            received,  // bytes
            wrote,     // the last Action's bytes are with the kernel, all of them
            closed,
            deadline,
        };
        Event(Kind what, std::string with = {}) : kind(what), bytes(std::move(with)) {}

        Kind kind;
        std::string bytes;  // received: what came; failures: words for people
    };
    struct Action {
        enum class Kind : std::uint8_t {
            write,      // bytes; then resume(wrote)
            read,       // resume(received)
            start_tls,  // resume(tls_up) or resume(tls_failed)
            ready,      // set up: begin() may be called
            done,       // fact() tells; begin() may be called while reusable()
        };
        Action(Kind what, std::string with = {}) : kind(what), bytes(std::move(with)) {}

        Kind kind;
        std::string bytes;
    };

    explicit SmtpSession(Options options) : options_(std::move(options)) {}

    Action resume(const Event& event);
    /// Starts a transaction; the content must stay as it is until `done`. Only after `ready`, or
    /// after `done` while reusable().
    Action begin(SmtpTransaction transaction);

    [[nodiscard]] const SmtpFact& fact() const { return fact_; }
    [[nodiscard]] bool reusable() const { return state_ == State::idle; }
    /// Whether the server said anything about MAIL: before that, an end of the connection has
    /// nothing to do with this message and a fresh connection may carry it.
    [[nodiscard]] bool mail_answered() const { return mail_answered_; }
    /// How long the present step may take at most, RFC 5321 §4.5.3.2 cut to what a submission
    /// client with a short deadline needs.
    [[nodiscard]] std::chrono::seconds patience() const;

private:
    enum class State : std::uint8_t {
        fresh,
        tls,
        greeting,
        ehlo,
        helo,
        starttls,
        auth_plain,
        auth_login,
        auth_user,
        auth_password,
        idle,
        commands,
        content,
        empty_content,
        verdict,
        dead,
    };
    struct Command {
        SmtpStage stage;
        std::string line;
    };
    struct Offers {
        bool pipelining = false, starttls = false, dsn = false, smtputf8 = false;
        bool eight_bit = false, auth_plain = false, auth_login = false, size = false;
        std::uint64_t size_max = 0;  // 0: no limit told
    };

    [[nodiscard]] SmtpStage stage() const;
    Action on_received(std::string_view bytes);
    Action on_reply(const SmtpReply& reply);
    Action on_setup_reply(const SmtpReply& reply);
    Action on_command_reply(const SmtpReply& reply);
    Action on_ehlo(const SmtpReply& reply);
    Action on_starttls(const SmtpReply& reply);
    Action after_ehlo();
    Action authenticate();
    Action after_commands(const SmtpReply& last);
    Action next_write(State state, std::string bytes);
    Action write_commands();
    Action finish(SmtpFact fact, bool alive);
    Action fail_setup(SmtpStage stage, SmtpFact::Kind kind, std::string words);
    void read_offers(const SmtpReply& reply);
    std::vector<Command> commands_for(const SmtpTransaction& transaction) const;

    Options options_;
    State state_ = State::fresh;
    bool encrypted_ = false;
    bool needs_reset_ = false;  // the server still holds a refused transaction
    bool mail_answered_ = false;
    SmtpReplyReader replies_;
    Offers offers_;
    SmtpTransaction transaction_;
    std::vector<Command> commands_;  // sent or to be sent, in order
    std::size_t answered_ = 0;       // how many of them have their reply
    std::optional<SmtpFact> refusal_;
    SmtpFact fact_;
};

/// The bytes that go out for a MIME message: every line ends with CRLF, a dot at the start of a
/// line is doubled (RFC 5321 §4.5.2), and the final dot follows.
std::string smtp_content(std::string_view message);

}  // namespace sluice::connectors
