#pragma once

#include "engine/ingest/sink.hpp"
#include "engine/runtime/shard.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice {

/// The shard that owns a customer: partition = hash of the id mod 128, shard = partition mod
/// shards.
std::uint32_t shard_number(std::string_view customer, std::size_t shards);

/// From decoded calls to shards: resolves who an anonymous id is, and gives every customer's calls
/// to the shard that owns the customer.
///
/// Threads:  any. Owner: the daemon; the shards outlive it.
/// Errors:   submit() is false when the first shard asked is full; then nothing of the request was
///           taken. When a later one is, `done` gets Errc::unavailable: what the others took is
///           kept, the client repeats the request and it is recognised by its message ids.
class Router {
public:
    explicit Router(std::vector<Shard*> shards) : shards_(std::move(shards)) {}

    /// Learns the identities that the shards' stores hold; before events arrive.
    void learn(const IdentityLink& link);

    bool submit(std::vector<InboundEvent> events, std::function<void(Result<void>)> done);

    /// Names on the wire of events that happen to the catalog: every shard gets them.
    void set_catalog(std::set<std::string, std::less<>> names);

    [[nodiscard]] Shard& shard_of(std::string_view customer) const;
    [[nodiscard]] std::optional<std::string> identity(const std::string& anonymous_id) const;
    [[nodiscard]] const std::vector<Shard*>& shards() const { return shards_; }

private:
    void resolve(InboundEvent& event);
    [[nodiscard]] bool of_catalog(const InboundEvent& event) const;

    std::vector<Shard*> shards_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> identities_;  // anonymous id -> customer
    std::set<std::string, std::less<>> catalog_;
};

}  // namespace sluice
