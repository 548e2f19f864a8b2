#include "connectors/email/smtp_session.hpp"

#include "connectors/encoding.hpp"
#include "engine/base/assert.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::connectors {
namespace {

using Kind = SmtpFact::Kind;

/// xtext of RFC 3461 §4.
std::string xtext(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '+' && c != '=') {
            out.push_back(c);
        } else {
            out.push_back('+');
            out.push_back(kHex[byte >> 4U]);
            out.push_back(kHex[byte & 15U]);
        }
    }
    return out;
}

bool refuses(SmtpStage stage, const SmtpReply& reply) {
    return stage == SmtpStage::data ? reply.code != 354 : !reply.positive();
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) {
            words.push_back(line.substr(0, end));
        }
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

}  // namespace

SmtpStage SmtpSession::stage() const {
    switch (state_) {
        case State::fresh:
            return SmtpStage::connect;
        case State::tls:
        case State::starttls:
            return SmtpStage::starttls;
        case State::greeting:
            return SmtpStage::greeting;
        case State::ehlo:
        case State::helo:
            return SmtpStage::ehlo;
        case State::auth_plain:
        case State::auth_login:
        case State::auth_user:
        case State::auth_password:
            return SmtpStage::auth;
        case State::commands:
            return answered_ < commands_.size() ? commands_[answered_].stage : SmtpStage::data;
        case State::content:
            return SmtpStage::content;
        case State::verdict:
            return SmtpStage::verdict;
        case State::empty_content:
            return SmtpStage::data;
        case State::idle:
        case State::dead:
            break;
    }
    return SmtpStage::connect;
}

std::chrono::seconds SmtpSession::patience() const {
    switch (stage()) {
        case SmtpStage::connect:
        case SmtpStage::starttls:
            return std::chrono::seconds(30);
        case SmtpStage::data:
            return std::chrono::seconds(120);
        case SmtpStage::content:
        case SmtpStage::verdict:
            return std::chrono::seconds(600);
        default:
            return std::chrono::seconds(60);
    }
}

SmtpSession::Action SmtpSession::finish(SmtpFact fact, bool alive) {
    fact_ = std::move(fact);
    state_ = alive ? State::idle : State::dead;
    return {Action::Kind::done};
}

SmtpSession::Action SmtpSession::fail_setup(SmtpStage stage, Kind kind, std::string words) {
    return finish(SmtpFact(stage, kind, std::move(words)), false);
}

SmtpSession::Action SmtpSession::next_write(State state, std::string bytes) {
    state_ = state;
    return {Action::Kind::write, std::move(bytes)};
}

SmtpSession::Action SmtpSession::resume(const Event& event) {
    ASSERT(state_ != State::dead && state_ != State::idle);
    switch (event.kind) {
        case Event::Kind::connected:
            state_ = options_.tls == Tls::implicit ? State::tls : State::greeting;
            return state_ == State::tls ? Action::Kind::start_tls : Action::Kind::read;
        case Event::Kind::tls_up:
            encrypted_ = true;
            if (options_.tls == Tls::implicit) {
                state_ = State::greeting;
                return {Action::Kind::read};
            }
            // RFC 3207 §4.2: everything learned before TLS is forgotten.
            offers_ = Offers();
            return next_write(State::ehlo, "EHLO " + options_.helo + "\r\n");
        case Event::Kind::tls_failed:
            return fail_setup(SmtpStage::starttls, Kind::tls_failed, event.bytes);
        case Event::Kind::received:
            return on_received(event.bytes);
        case Event::Kind::wrote:
            if (state_ == State::content) {
                state_ = State::verdict;
            }
            return on_received({});
        case Event::Kind::closed:
        case Event::Kind::deadline:
            break;
    }
    if (refusal_) {
        return finish(*refusal_, false);
    }
    const bool late = event.kind == Event::Kind::deadline;
    return finish(SmtpFact(stage(), late ? Kind::timed_out : Kind::lost, event.bytes), false);
}

SmtpSession::Action SmtpSession::on_received(std::string_view bytes) {
    replies_.feed(bytes);
    while (auto reply = replies_.next()) {
        const Action action = on_reply(*reply);
        if (action.kind != Action::Kind::read) {
            return action;
        }
    }
    if (replies_.broken()) {
        return finish(SmtpFact(stage(), Kind::violation, "the server does not speak SMTP"), false);
    }
    return {Action::Kind::read};
}

SmtpSession::Action SmtpSession::on_reply(const SmtpReply& reply) {
    if (state_ == State::commands && commands_[answered_].stage == SmtpStage::mail) {
        mail_answered_ = true;
    }
    if (reply.code == 421) {
        // The server closes now; replies still owed will never come (RFC 5321 §3.8).
        return finish(refusal_ ? *refusal_ : SmtpFact(stage(), reply), false);
    }
    switch (state_) {
        case State::commands:
            return on_command_reply(reply);
        case State::empty_content:
            return finish(*refusal_, true);
        case State::verdict:
            needs_reset_ = !reply.positive();
            return finish(SmtpFact(SmtpStage::verdict, reply), true);
        default:
            return on_setup_reply(reply);
    }
}

SmtpSession::Action SmtpSession::on_setup_reply(const SmtpReply& reply) {
    switch (state_) {
        case State::greeting:
            if (reply.code == 220) {
                return next_write(State::ehlo, "EHLO " + options_.helo + "\r\n");
            }
            break;
        case State::ehlo:
            return on_ehlo(reply);
        case State::helo:
            if (reply.code == 250) {
                return after_ehlo();
            }
            break;
        case State::starttls:
            return on_starttls(reply);
        case State::auth_login:
            if (reply.code == 334) {
                return next_write(State::auth_user, base64_encode(options_.user) + "\r\n");
            }
            break;
        case State::auth_user:
            if (reply.code == 334) {
                return next_write(State::auth_password, base64_encode(options_.password) + "\r\n");
            }
            break;
        case State::auth_plain:
        case State::auth_password:
            if (reply.code == 235) {
                state_ = State::idle;
                return {Action::Kind::ready};
            }
            break;
        default:
            break;
    }
    return finish(SmtpFact(stage(), reply), false);
}

SmtpSession::Action SmtpSession::on_ehlo(const SmtpReply& reply) {
    if (reply.code == 250) {
        read_offers(reply);
        return after_ehlo();
    }
    if (reply.code == 500 || reply.code == 502) {
        return next_write(State::helo, "HELO " + options_.helo + "\r\n");
    }
    return finish(SmtpFact(SmtpStage::ehlo, reply), false);
}

void SmtpSession::read_offers(const SmtpReply& reply) {
    offers_ = Offers();
    std::string_view rest = reply.text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string line = to_lower(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto words = words_of(line);
        if (words.empty()) {
            continue;
        }
        offers_.pipelining |= words[0] == "pipelining";
        offers_.starttls |= words[0] == "starttls";
        offers_.dsn |= words[0] == "dsn";
        offers_.smtputf8 |= words[0] == "smtputf8";
        offers_.eight_bit |= words[0] == "8bitmime";
        if (words[0] == "size") {
            offers_.size = true;
            if (words.size() > 1) {
                std::from_chars(words[1].data(), words[1].data() + words[1].size(),
                                offers_.size_max);
            }
        }
        for (std::size_t i = 1; words[0] == "auth" && i < words.size(); ++i) {
            offers_.auth_plain |= words[i] == "plain";
            offers_.auth_login |= words[i] == "login";
        }
    }
}

SmtpSession::Action SmtpSession::after_ehlo() {
    if (options_.tls == Tls::required && !encrypted_) {
        if (!offers_.starttls) {
            return fail_setup(SmtpStage::starttls, Kind::unsupported,
                              "the server does not offer STARTTLS");
        }
        return next_write(State::starttls, "STARTTLS\r\n");
    }
    if (options_.user.empty()) {
        state_ = State::idle;
        return {Action::Kind::ready};
    }
    return authenticate();
}

SmtpSession::Action SmtpSession::on_starttls(const SmtpReply& reply) {
    if (reply.code != 220) {
        return finish(SmtpFact(SmtpStage::starttls, reply), false);
    }
    if (replies_.has_bytes()) {
        // Plain bytes behind the 220 would be taken for words spoken under TLS (CVE-2011-0411).
        return fail_setup(SmtpStage::starttls, Kind::violation,
                          "the server sent bytes between its STARTTLS answer and TLS");
    }
    state_ = State::tls;
    return {Action::Kind::start_tls};
}

SmtpSession::Action SmtpSession::authenticate() {
    if (!encrypted_ && !options_.auth_without_tls) {
        return fail_setup(SmtpStage::auth, Kind::unsupported, "a password is not sent without TLS");
    }
    if (offers_.auth_plain) {
        std::string secret;
        secret.append(1, '\0').append(options_.user).append(1, '\0').append(options_.password);
        return next_write(State::auth_plain, "AUTH PLAIN " + base64_encode(secret) + "\r\n");
    }
    if (offers_.auth_login) {
        return next_write(State::auth_login, "AUTH LOGIN\r\n");
    }
    return fail_setup(SmtpStage::auth, Kind::unsupported,
                      "the server offers neither AUTH PLAIN nor AUTH LOGIN");
}

std::vector<SmtpSession::Command> SmtpSession::commands_for(
    const SmtpTransaction& transaction) const {
    std::string mail = "MAIL FROM:<" + transaction.sender + ">";
    std::string rcpt = "RCPT TO:<" + transaction.recipient + ">";
    if (offers_.size) {
        mail += " SIZE=" + std::to_string(transaction.content.size());
    }
    if (transaction.needs_smtputf8) {
        mail += offers_.eight_bit ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8";
    }
    if (offers_.dsn) {
        mail += " RET=HDRS ENVID=" + xtext(transaction.envelope_id);
        rcpt += " NOTIFY=FAILURE,DELAY";
        if (!transaction.needs_smtputf8) {
            rcpt += " ORCPT=rfc822;" + xtext(transaction.recipient);
        }
    }
    std::vector<Command> commands;
    if (needs_reset_) {
        commands.push_back({SmtpStage::rset, "RSET\r\n"});
    }
    commands.push_back({SmtpStage::mail, mail + "\r\n"});
    commands.push_back({SmtpStage::rcpt, rcpt + "\r\n"});
    commands.push_back({SmtpStage::data, "DATA\r\n"});
    return commands;
}

SmtpSession::Action SmtpSession::begin(SmtpTransaction transaction) {
    ASSERT(state_ == State::idle);
    mail_answered_ = false;
    refusal_.reset();
    transaction_ = std::move(transaction);
    if (replies_.has_bytes()) {
        return finish(SmtpFact(SmtpStage::rset, Kind::lost, "the idle server said goodbye"), false);
    }
    if (transaction_.needs_smtputf8 && !offers_.smtputf8) {
        return finish(SmtpFact(SmtpStage::mail, Kind::unsupported,
                               "the server does not take addresses beyond ASCII (SMTPUTF8)"),
                      true);
    }
    if (offers_.size_max > 0 && transaction_.content.size() > offers_.size_max) {
        return finish(
            SmtpFact(SmtpStage::mail, Kind::too_large,
                     "larger than the server's SIZE of " + std::to_string(offers_.size_max)),
            true);
    }
    commands_ = commands_for(transaction_);
    answered_ = 0;
    needs_reset_ = false;
    return write_commands();
}

SmtpSession::Action SmtpSession::write_commands() {
    if (!offers_.pipelining) {
        return next_write(State::commands, commands_[answered_].line);
    }
    std::string all;
    for (const Command& command : commands_) {
        all += command.line;
    }
    return next_write(State::commands, all);
}

SmtpSession::Action SmtpSession::on_command_reply(const SmtpReply& reply) {
    const SmtpStage at = commands_[answered_].stage;
    ++answered_;
    if (refuses(at, reply) && !refusal_) {
        refusal_ = SmtpFact(at, reply);
    }
    if (refusal_ && refusal_->stage == SmtpStage::rset) {
        return finish(*refusal_, false);
    }
    if (answered_ == commands_.size()) {
        return after_commands(reply);
    }
    if (offers_.pipelining) {
        return {Action::Kind::read};
    }
    if (refusal_) {
        needs_reset_ = true;
        return finish(*refusal_, true);
    }
    return write_commands();
}

SmtpSession::Action SmtpSession::after_commands(const SmtpReply& last) {
    needs_reset_ = refusal_.has_value();
    if (last.code != 354) {
        return finish(*refusal_, true);
    }
    if (refusal_) {
        // RFC 2920 §3.1: the server waits for content no recipient of ours shall get.
        return next_write(State::empty_content, ".\r\n");
    }
    return next_write(State::content, transaction_.content);
}

std::string smtp_content(std::string_view message) {
    std::string out;
    out.reserve(message.size() + message.size() / 32 + 8);
    bool line_start = true;
    for (std::size_t i = 0; i < message.size(); ++i) {
        const char c = message[i];
        if (c == '\r' || c == '\n') {
            out += "\r\n";
            line_start = true;
            const bool pair = c == '\r' && i + 1 < message.size() && message[i + 1] == '\n';
            i += pair ? 1 : 0;
            continue;
        }
        if (line_start && c == '.') {
            out.push_back('.');
        }
        out.push_back(c);
        line_start = false;
    }
    out += line_start ? ".\r\n" : "\r\n.\r\n";
    return out;
}

}  // namespace sluice::connectors
