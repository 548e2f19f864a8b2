#pragma once

#include "engine/outbox/connector.hpp"
#include "engine/runtime/shard.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

/// Hands claimed messages to connectors and turns what they report into inputs of the shards.
///
/// Place:    engine/outbox; made by the daemon; fed by the shards' commits.
/// Owner:    the daemon; outlived by its executor, the lanes and the shards.
/// Threads:  hand_over may be called from any thread; everything else runs on the executor (one
///           thread). It never touches shard state: results go through Shard::settle.
/// Limits:   a lane never has more on the wire than its credits; one attempt lasts at most
///           Options::attempt_timeout.
/// Crash:    what was handed over and not settled is in doubt at the next start.
class Dispatcher {
public:
    struct Options {
        std::chrono::seconds attempt_timeout{30};
        /// The value of a secret named in a flow file (`secret "WAREHOUSE_KEY"`); empty: unknown.
        std::function<std::string(const std::string&)> secret;
    };

    Dispatcher(boost::asio::any_io_executor executor, const Clock& clock, Lanes& lanes,
               Options options);

    /// Opens a lane; before the shards start. `name` is the connector's name in the configuration.
    void set_connector(std::size_t lane, const std::string& name,
                       std::shared_ptr<Connector> connector);
    /// Where outcomes go; before the shards start. Shards are given by number.
    void set_shards(std::vector<Shard*> shards) { shards_ = std::move(shards); }

    void hand_over(std::vector<ClaimedMessage> messages);

    /// Lets nothing more out. Attempts that are on their way go on; in_flight() tells how many.
    void close();
    [[nodiscard]] std::size_t in_flight() const { return in_flight_.load(); }

private:
    struct LaneState {
        std::shared_ptr<Connector> connector;
        std::uint32_t failures = 0;  // of the connection or provider, one after the other
        std::uint32_t throttles = 0;
    };

    boost::asio::awaitable<void> deliver(ClaimedMessage message);
    void finish(const ClaimedMessage& message, Outcome outcome);
    void watch_lane(std::size_t lane, const Outcome& outcome);
    [[nodiscard]] Result<Outbound> outbound_of(const ClaimedMessage& message) const;

    boost::asio::any_io_executor executor_;
    const Clock& clock_;
    Lanes& lanes_;
    Options options_;
    std::array<LaneState, kLanes> states_;
    std::vector<Shard*> shards_;
    std::atomic<std::size_t> in_flight_{0};
};

}  // namespace sluice
