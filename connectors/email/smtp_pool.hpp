#pragma once

#include "connectors/email/smtp_link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

namespace sluice::connectors {

/// The connections of one `smtp` connector: at most connections_max at work, opened when needed,
/// idle ones kept for idle_close.
///
/// Owner:   the connector, by shared_ptr, so that a late timer finds either all of it or nothing.
/// Threads: the executor's.
class SmtpPool : public std::enable_shared_from_this<SmtpPool> {
public:
    /// `settings` outlives the pool.
    SmtpPool(boost::asio::any_io_executor executor, const SmtpSettings& settings);

    /// An idle link, or a new one that is not connected yet; waits for a free place until the
    /// deadline. Null when the deadline passed or the pool was closed. Every link taken is given
    /// back by release().
    boost::asio::awaitable<std::unique_ptr<SmtpLink>> acquire(Deadline deadline);
    /// A new link in the place of one that turned out to be dead.
    std::unique_ptr<SmtpLink> replace(std::unique_ptr<SmtpLink> dead);
    void release(std::unique_ptr<SmtpLink> link);
    /// Says QUIT on idle connections and turns waiting acquire() calls away.
    void close();
    [[nodiscard]] bool closed() const { return closed_; }

private:
    struct Idle {
        std::unique_ptr<SmtpLink> link;
        Deadline since;
    };
    using Waiter = std::shared_ptr<boost::asio::steady_timer>;

    std::unique_ptr<SmtpLink> take_idle();
    void wake_one();
    void schedule_sweep();
    void sweep();
    void dismiss(std::unique_ptr<SmtpLink> link);

    boost::asio::any_io_executor executor_;
    const SmtpSettings& settings_;
    boost::asio::steady_timer sweeper_;
    std::vector<Idle> idle_;  // oldest first
    std::deque<Waiter> waiters_;
    std::size_t busy_ = 0;
    bool closed_ = false;
};

}  // namespace sluice::connectors
