#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/hash.hpp"
#include "engine/model/message.hpp"
#include "engine/store/store.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

/// The ways out of the engine: one per channel, and one for webhook calls.
inline constexpr std::size_t kLanes = dsl::kChannels + 1;
inline constexpr std::size_t kCallLane = dsl::kChannels;

inline std::size_t lane_of(const OutboxRow& row) {
    return row.is_call ? kCallLane : static_cast<std::size_t>(row.channel);
}

/// How many messages may be on the wire of one lane at once, shared by all shards.
/// A shard takes a credit before it commits an attempt; the dispatcher gives it back when the
/// outcome is known. Threads: any.
class Lane {
public:
    /// Set once, before the shards start.
    void open(std::string connector, std::size_t in_flight_max, bool idempotent) {
        connector_ = std::move(connector);
        idempotent_ = idempotent;
        credits_.store(static_cast<std::int64_t>(in_flight_max));
    }
    bool try_take(Instant now) {
        if (to_ms(now) < paused_until_.load(std::memory_order_relaxed)) {
            return false;
        }
        std::int64_t left = credits_.load(std::memory_order_relaxed);
        while (left > 0) {
            if (credits_.compare_exchange_weak(left, left - 1)) {
                return true;
            }
        }
        return false;
    }
    void give_back() { credits_.fetch_add(1); }
    /// Nothing is taken before `until`: rate limits, the circuit breaker, shutting down. A longer
    /// pause that already holds stays.
    void pause(Instant until) {
        std::int64_t before = paused_until_.load();
        while (before < to_ms(until) &&
               !paused_until_.compare_exchange_weak(before, to_ms(until))) {
        }
    }
    [[nodiscard]] Instant paused_until() const { return from_ms(paused_until_.load()); }
    [[nodiscard]] const std::string& connector() const { return connector_; }
    /// The provider drops a repeated idempotency key: an attempt in doubt may be repeated.
    [[nodiscard]] bool idempotent() const { return idempotent_; }

private:
    std::string connector_;
    bool idempotent_ = false;
    std::atomic<std::int64_t> credits_{0};
    std::atomic<std::int64_t> paused_until_{0};
};
using Lanes = std::array<Lane, kLanes>;

/// The addresses that must not be written to, over all shards. Addresses are kept as digests.
/// Threads: any.
class SuppressionList {
public:
    static Digest digest_of(Channel channel, const std::string& address);
    void add(const SuppressionRow& row);
    [[nodiscard]] bool contains(Channel channel, const std::string& address) const;
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> reasons_;  // digest bytes -> reason
};

}  // namespace sluice
