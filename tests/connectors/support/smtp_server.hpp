#pragma once

#include "connectors/encoding.hpp"
#include "tests/connectors/support/tls_identity.hpp"
#include "tests/connectors/support/wire.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace sluice::connectors::test {

/// An SMTP server whose answers are a table, and which remembers what it was told.
class SmtpServer {
public:
    struct Rules {
        std::string greeting = "220 test ESMTP";
        std::vector<std::string> offers{"PIPELINING", "SIZE 1000000", "8BITMIME",
                                        "ENHANCEDSTATUSCODES"};
        std::map<std::string, std::string> replies;  // by verb; "." is the end of the content
        std::map<std::string, std::string> rcpt;     // by recipient
        std::set<std::string> hang_up;               // verbs after which the connection ends
        std::set<std::string> reset;                 // the same, by RST
        std::set<std::string> silence;               // verbs that get no answer
        std::string user, password;                  // AUTH is demanded when set
        bool starttls = false;                       // offered when an identity is given
        bool implicit_tls = false;
        std::string injected;                     // plain bytes behind the 220 to STARTTLS
        int messages_per_connection = 1'000'000;  // then FIN while idle
    };
    struct Message {
        std::string mail, rcpt, content;
        bool encrypted = false;
    };

    explicit SmtpServer(Rules rules, const TlsIdentity* identity = nullptr)
        : rules_(std::move(rules)),
          context_(identity == nullptr ? ServerContext() : identity->server_context()),
          server_([this](Wire& wire) { serve(wire); }) {}

    void set(Rules rules) {
        const std::lock_guard lock(mutex_);
        rules_ = std::move(rules);
    }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] int connections() const { return server_.connections(); }
    std::vector<Message> messages() {
        const std::lock_guard lock(mutex_);
        return messages_;
    }
    /// Every line clients said, AUTH lines included.
    std::vector<std::string> lines() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    /// How many contents came in whole, whatever was answered.
    int contents() {
        const std::lock_guard lock(mutex_);
        return contents_;
    }
    std::string server_name() {
        const std::lock_guard lock(mutex_);
        return server_name_;
    }

private:
    struct Session {
        Message message;
        bool authenticated = false;
        int carried = 0;
    };

    Rules rules() {
        const std::lock_guard lock(mutex_);
        return rules_;
    }
    void serve(Wire& wire) {
        const Rules rules = this->rules();
        if (rules.implicit_tls && !start_tls(wire)) {
            return;
        }
        if (rules.hang_up.contains("CONNECT")) {
            return;
        }
        wire.write(rules.greeting + "\r\n");
        Session session;
        while (auto line = wire.line()) {
            remember(*line);
            if (!handle(wire, *line, session, this->rules())) {
                return;
            }
        }
    }
    bool start_tls(Wire& wire) {
        if (!wire.start_tls(context_.get())) {
            return false;
        }
        const std::lock_guard lock(mutex_);
        server_name_ = wire.server_name();
        return true;
    }
    void remember(const std::string& line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line);
    }

    /// False ends the connection.
    bool handle(Wire& wire, const std::string& line, Session& session, const Rules& rules) {
        std::string verb = line.substr(0, line.find_first_of(" :"));
        for (char& c : verb) {
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        if (!permit(wire, verb, rules)) {
            return false;
        }
        if (rules.silence.contains(verb)) {
            return true;
        }
        const auto scripted = rules.replies.find(verb);
        if (scripted != rules.replies.end()) {
            wire.write(scripted->second + "\r\n");
            return !scripted->second.starts_with("421");
        }
        return obey(wire, verb, line, session, rules);
    }
    static bool permit(Wire& wire, const std::string& verb, const Rules& rules) {
        if (rules.reset.contains(verb)) {
            wire.reset();
            return false;
        }
        return !rules.hang_up.contains(verb);
    }
    bool obey(Wire& wire, const std::string& verb, const std::string& line, Session& session,
              const Rules& rules) {
        if (verb == "EHLO") {
            wire.write(ehlo(wire, rules));
        } else if (verb == "STARTTLS") {
            wire.write("220 2.0.0 go ahead\r\n" + rules.injected);
            return start_tls(wire);
        } else if (verb == "AUTH") {
            session.authenticated = authenticate(wire, line, rules);
        } else if (verb == "MAIL") {
            session.message = Message{line, "", "", wire.encrypted()};
            const bool closed = !rules.user.empty() && !session.authenticated;
            wire.write(closed ? "530 5.7.0 Authentication required\r\n" : "250 2.1.0 Ok\r\n");
        } else if (verb == "RCPT") {
            const auto reply = rules.rcpt.find(line.substr(9, line.find('>') - 9));
            const bool known = reply != rules.rcpt.end();
            session.message.rcpt = known ? "" : line;
            wire.write(known ? reply->second + "\r\n" : "250 2.1.5 Ok\r\n");
        } else if (verb == "DATA") {
            return take_content(wire, session, rules);
        } else {
            wire.write(verb == "QUIT" ? "221 2.0.0 Bye\r\n" : "250 2.0.0 Ok\r\n");
            return verb != "QUIT";
        }
        return true;
    }
    std::string ehlo(Wire& wire, const Rules& rules) const {
        std::string out = "250-test\r\n";
        for (const std::string& offer : rules.offers) {
            out += "250-" + offer + "\r\n";
        }
        if (rules.starttls && !wire.encrypted()) {
            out += "250-STARTTLS\r\n";
        }
        return out + "250 HELP\r\n";
    }
    bool authenticate(Wire& wire, const std::string& line, const Rules& rules) {
        bool right = false;
        if (line.starts_with("AUTH PLAIN ")) {
            std::string want;
            want.append(1, '\0').append(rules.user).append(1, '\0').append(rules.password);
            right = line.substr(11) == base64_encode(want);
        } else {
            wire.write("334 VXNlcm5hbWU6\r\n");
            const auto user = wire.line();
            wire.write("334 UGFzc3dvcmQ6\r\n");
            const auto password = wire.line();
            right = user == base64_encode(rules.user) && password == base64_encode(rules.password);
        }
        wire.write(right ? "235 2.7.0 Ok\r\n" : "535 5.7.8 Error: authentication failed\r\n");
        return right;
    }
    bool take_content(Wire& wire, Session& session, const Rules& rules) {
        if (session.message.rcpt.empty()) {
            wire.write("554 5.5.1 No valid recipients\r\n");
            return true;
        }
        wire.write("354 End data with <CR><LF>.<CR><LF>\r\n");
        for (auto line = wire.line(); line && *line != "."; line = wire.line()) {
            session.message.content += line->starts_with('.') ? line->substr(1) : *line;
            session.message.content += "\r\n";
        }
        {
            const std::lock_guard lock(mutex_);
            ++contents_;
        }
        if (!permit(wire, ".", rules)) {
            return false;
        }
        if (rules.silence.contains(".")) {
            wire.wait_for_end();
            return false;
        }
        const auto scripted = rules.replies.find(".");
        if (scripted != rules.replies.end()) {
            wire.write(scripted->second + "\r\n");
            return true;
        }
        {
            const std::lock_guard lock(mutex_);
            messages_.push_back(session.message);
        }
        wire.write("250 2.0.0 Ok: queued as T" + std::to_string(++session.carried) + "\r\n");
        return session.carried < rules.messages_per_connection;
    }

    std::mutex mutex_;
    Rules rules_;
    ServerContext context_;
    std::vector<Message> messages_;
    std::vector<std::string> lines_;
    std::string server_name_;
    int contents_ = 0;
    LoopbackServer server_;  // last: its threads use the rest
};

}  // namespace sluice::connectors::test
