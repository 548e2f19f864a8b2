#pragma once

#include "connectors/email/smtp_session.hpp"
#include "connectors/email/smtp_settings.hpp"
#include "connectors/net_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace sluice::connectors {

/// One connection to the submission server: the I/O shell around SmtpSession.
///
/// Owner:   the pool when idle, one send() while it works.
/// Threads: the executor's.
class SmtpLink {
public:
    /// `settings` outlives the link.
    SmtpLink(const boost::asio::any_io_executor& executor, const SmtpSettings& settings)
        : settings_(settings), stream_(executor), session_(settings.session) {}

    /// Carries one message, connecting and setting up first when that has not happened yet. The
    /// fact says how it went. `transaction` is taken over.
    boost::asio::awaitable<SmtpFact> carry(SmtpTransaction transaction, Deadline deadline);
    /// Says QUIT and closes, in a second or not at all.
    boost::asio::awaitable<void> quit();

    /// Fit for one more message: the server is there, silent, and has not carried its share.
    [[nodiscard]] bool fit_for_more();
    [[nodiscard]] bool used() const { return carried_ > 0; }
    [[nodiscard]] bool mail_answered() const { return session_.mail_answered(); }

private:
    using Action = SmtpSession::Action;
    using Event = SmtpSession::Event;

    boost::asio::awaitable<bool> set_up(Deadline deadline);
    boost::asio::awaitable<void> drive(Action action, Deadline deadline);
    boost::asio::awaitable<Event> perform(const Action& action, Deadline deadline);

    const SmtpSettings& settings_;
    NetStream stream_;
    SmtpSession session_;
    bool ready_ = false;
    std::size_t carried_ = 0;
};

}  // namespace sluice::connectors
