#pragma once

#include "engine/outbox/connector.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace sluice::connectors::test {

using std::chrono::steady_clock;

inline steady_clock::time_point in(std::chrono::milliseconds wait) {
    return steady_clock::now() + wait;
}

/// Runs coroutines to their end on this thread.
class Loop {
public:
    boost::asio::io_context io;

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
            result = std::move(value);
        });
        io.restart();
        while (!result) {
            io.run_one();
        }
        return *std::move(result);
    }

    Outcome send(Connector& connector, const Outbound& outbound,
                 std::chrono::milliseconds within = std::chrono::seconds(20)) {
        return run(connector.send(outbound, in(within)));
    }
    /// Runs until `done()`, which may depend on another thread. False after 20 seconds.
    template <class Done>
    bool run_until(Done done) {
        const auto end = in(std::chrono::seconds(20));
        bool reached = done();
        for (io.restart(); !reached && steady_clock::now() < end; reached = done()) {
            io.run_one_for(std::chrono::milliseconds(2));
        }
        return reached;
    }
};

}  // namespace sluice::connectors::test
