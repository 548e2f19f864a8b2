#include "engine/outbox/dispatcher.hpp"

#include "engine/base/limits.hpp"
#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace sluice {
namespace {

// The circuit breaker and the rate brake of channels.md §1.3 and §3.4.
constexpr std::uint32_t kFailuresToOpen = 10;
constexpr Millis kOpenFor{30'000};
constexpr Millis kThrottleFirst{60'000};
constexpr std::uint32_t kThrottleDoublingsMax = 4;  // 16 minutes

}  // namespace

Dispatcher::Dispatcher(boost::asio::any_io_executor executor, const Clock& clock, Lanes& lanes,
                       Options options)
    : executor_(std::move(executor)), clock_(clock), lanes_(lanes), options_(std::move(options)) {}

void Dispatcher::set_connector(std::size_t lane, const std::string& name,
                               std::shared_ptr<Connector> connector) {
    const Manifest manifest = connector->manifest();
    states_[lane].connector = std::move(connector);
    lanes_[lane].open(name, std::min(manifest.in_flight_max, limits::kSendsInFlightMax),
                      manifest.native_idempotency);
}

void Dispatcher::hand_over(std::vector<ClaimedMessage> messages) {
    in_flight_ += messages.size();
    for (ClaimedMessage& message : messages) {
        boost::asio::awaitable<void> delivery = deliver(std::move(message));
        boost::asio::co_spawn(executor_, std::move(delivery), boost::asio::detached);
    }
}

Result<Outbound> Dispatcher::outbound_of(const ClaimedMessage& message) const {
    Outbound out;
    out.id = message.row.id;
    out.attempt = message.attempt;
    out.customer = message.row.customer;
    if (message.row.is_call) {
        SLUICE_TRY(auto call, decode_call(message.row.body));
        out.is_call = true;
        out.flow = call.flow;
        out.step = call.step;
        out.message = call.webhook;
        out.url = call.url;
        out.body = call.body;
        if (!call.secret_name.empty()) {
            out.secret = options_.secret ? options_.secret(call.secret_name) : std::string{};
            if (out.secret.empty()) {
                return Error{Errc::config, "the secret " + call.secret_name + " is not set"};
            }
        }
        return out;
    }
    SLUICE_TRY(auto mail, decode_message(message.row.body));
    out.channel = mail.channel;
    out.transactional = mail.transactional;
    out.to = std::move(mail.to);
    out.subject = std::move(mail.subject);
    out.preview = std::move(mail.preview);
    out.html = std::move(mail.html);
    out.text = std::move(mail.text);
    out.flow = std::move(mail.flow);
    out.step = std::move(mail.step);
    out.message = std::move(mail.message);
    return out;
}

boost::asio::awaitable<void> Dispatcher::deliver(ClaimedMessage message) {
    const auto outbound = outbound_of(message);
    if (!outbound.has_value()) {
        // Nothing was handed to anyone: certainly not taken, and mended by the operator.
        Outcome broken;
        broken.status = Outcome::Status::deferred;
        broken.why = Outcome::Class::config;
        broken.text = outbound.error().detail;
        log(LogLevel::error, "outbox.not_sendable", {{"detail", outbound.error().detail}});
        finish(message, std::move(broken));
        co_return;
    }
    const std::shared_ptr<Connector> connector = states_[lane_of(message.row)].connector;
    const auto deadline = std::chrono::steady_clock::now() + options_.attempt_timeout;
    Outcome outcome = co_await connector->send(outbound.value(), deadline);
    finish(message, std::move(outcome));
}

void Dispatcher::finish(const ClaimedMessage& message, Outcome outcome) {
    const std::size_t lane = lane_of(message.row);
    watch_lane(lane, outcome);
    if (outcome.status != Outcome::Status::accepted) {
        log(LogLevel::info, "outbox.not_accepted",
            {{"message_id", message.row.id},
             {"status", to_text(outcome.status)},
             {"class", to_text(outcome.why)},
             {"code", outcome.code}});
    }
    AttemptResult result;
    result.id = message.row.id;
    result.attempt = message.attempt;
    result.outcome = std::move(outcome);
    lanes_[lane].give_back();
    shards_[message.shard]->settle(std::move(result));
    --in_flight_;
    // The credit may be what another shard waits for.
    for (Shard* shard : shards_) {
        if (shard->number() != message.shard) {
            shard->poke();
        }
    }
}

/// Rate limits of the provider pause the whole lane, doubling; ten faults of the connection in a
/// row open the circuit: nothing goes out for half a minute, then one probe after the other.
void Dispatcher::watch_lane(std::size_t lane, const Outcome& outcome) {
    LaneState& state = states_[lane];
    if (outcome.status == Outcome::Status::accepted) {
        state.failures = 0;
        state.throttles = 0;
        return;
    }
    const bool whole_lane =
        outcome.scope == Outcome::Scope::provider || outcome.scope == Outcome::Scope::connection;
    if (!whole_lane) {
        return;
    }
    const Instant now = clock_.now();
    if (outcome.why == Outcome::Class::throttle) {
        Millis pause = kThrottleFirst * (1U << std::min(state.throttles, kThrottleDoublingsMax));
        if (outcome.retry_after) {
            pause = std::max<Millis>(*outcome.retry_after, Millis{1'000});
        }
        ++state.throttles;
        lanes_[lane].pause(now + pause);
        log(LogLevel::warn, "outbox.throttled",
            {{"connector", lanes_[lane].connector()}, {"pause_ms", pause.count()}});
        return;
    }
    if (++state.failures >= kFailuresToOpen) {
        lanes_[lane].pause(now + kOpenFor);
        log(LogLevel::warn, "outbox.circuit_open", {{"connector", lanes_[lane].connector()}});
    }
}

void Dispatcher::close() {
    for (Lane& lane : lanes_) {
        lane.pause(kNever);
    }
}

}  // namespace sluice
