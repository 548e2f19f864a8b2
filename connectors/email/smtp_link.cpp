#include "connectors/email/smtp_link.hpp"

#include <algorithm>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;

SmtpSession::Event failure(const NetStatus& status) {
    const bool late = status.fault == NetFault::timeout;
    return {late ? SmtpSession::Event::Kind::deadline : SmtpSession::Event::Kind::closed,
            status.detail};
}

}  // namespace

asio::awaitable<SmtpSession::Event> SmtpLink::perform(const Action& action, Deadline deadline) {
    const Deadline end = std::min(deadline, std::chrono::steady_clock::now() + session_.patience());
    NetStatus status;
    Event done(Event::Kind::wrote);
    if (action.kind == Action::Kind::write) {
        status = co_await stream_.write(action.bytes, end);
    } else if (action.kind == Action::Kind::read) {
        done.kind = Event::Kind::received;
        status = co_await stream_.read(done.bytes, end);
    } else {
        done.kind = Event::Kind::tls_up;
        status = co_await stream_.start_tls(settings_.trust, settings_.verify_name, end);
        if (status.fault == NetFault::tls) {
            co_return Event(Event::Kind::tls_failed, status.detail);
        }
    }
    co_return status.ok() ? std::move(done) : failure(status);
}

/// Does what the session says until it is ready or done.
asio::awaitable<void> SmtpLink::drive(Action action, Deadline deadline) {
    while (action.kind != Action::Kind::ready && action.kind != Action::Kind::done) {
        Event event = co_await perform(action, deadline);
        action = session_.resume(event);
    }
    ready_ = action.kind == Action::Kind::ready || session_.reusable();
    if (!ready_) {
        stream_.close();
    }
}

asio::awaitable<bool> SmtpLink::set_up(Deadline deadline) {
    NetTarget target(settings_.host, settings_.port);
    NetStatus status = co_await stream_.connect(target, deadline);
    Event first = status.ok() ? Event(Event::Kind::connected) : failure(status);
    Action action = session_.resume(first);
    co_await drive(std::move(action), deadline);
    co_return ready_;
}

asio::awaitable<SmtpFact> SmtpLink::carry(SmtpTransaction transaction, Deadline deadline) {
    if (!ready_) {
        const bool up = co_await set_up(deadline);
        if (!up) {
            co_return session_.fact();
        }
    }
    ++carried_;
    Action action = session_.begin(std::move(transaction));
    co_await drive(std::move(action), deadline);
    co_return session_.fact();
}

asio::awaitable<void> SmtpLink::quit() {
    const std::string words = "QUIT\r\n";
    if (ready_) {
        const Deadline end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        co_await stream_.write(words, end);
    }
    stream_.close();
}

bool SmtpLink::fit_for_more() {
    return ready_ && carried_ < settings_.messages_max && stream_.idle_and_open();
}

}  // namespace sluice::connectors
