#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace sluice::api {

/// Lets a coroutine wait for a result that another thread will post, with a deadline.
///
/// Owner:    shared by the waiting request and the callback; either may go first.
/// Threads:  complete() from any thread, once; wait() on the executor given, once.
/// Limits:   the executor's context must outlive the call of complete().
class Completion {
public:
    explicit Completion(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    static void complete(std::shared_ptr<Completion> self, Result<void> result);
    /// The result; empty when the deadline passed first. A result that came before wait() is not
    /// lost: both sides touch it on the executor only.
    static boost::asio::awaitable<std::optional<Result<void>>> wait(
        std::shared_ptr<Completion> self, Millis deadline);

private:
    boost::asio::steady_timer timer_;
    std::optional<Result<void>> result_;
};

}  // namespace sluice::api
