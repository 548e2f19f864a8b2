#pragma once

#include "engine/ingest/sink.hpp"
#include "engine/runtime/shard.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice {

/// The shard that owns a customer: partition = hash of the id mod 128, shard = partition mod
/// shards.
std::uint32_t shard_number(std::string_view customer, std::size_t shards);

/// From decoded calls to shards: resolves who an id belongs to, and gives every person's calls to
/// the shard that owns her.
///
/// Threads:  any. Owner: the daemon; the shards outlive it.
/// Errors:   submit() is false when the first shard asked is full; then nothing of the request was
///           taken. When a later one is, `done` gets Errc::unavailable: what the others took is
///           kept, the client repeats the request and it is recognised by its message ids.
class Router {
public:
    explicit Router(std::vector<Shard*> shards) : shards_(std::move(shards)) {}

    /// Learns a link that a shard's store holds: before events arrive, and after each commit. Of
    /// the links of one record the newest counts, in whatever order they are told.
    void learn(const IdentityLink& link);
    /// False when the link counts and is known to be in a store.
    [[nodiscard]] bool wanted(const IdentityLink& link) const;
    /// The record at the end of what is linked to what; the id itself when it is linked to nothing.
    [[nodiscard]] std::string person_of(const std::string& record) const;

    bool submit(std::vector<InboundEvent> events, std::function<void(Result<void>)> done);

    /// Names on the wire of events that happen to the catalog: every shard gets them.
    void set_catalog(std::set<std::string, std::less<>> names);

    [[nodiscard]] Shard& shard_of(std::string_view customer) const;
    [[nodiscard]] const std::vector<Shard*>& shards() const { return shards_; }

private:
    struct Lead {
        IdentityLink link;
        bool kept = false;  // in a store
    };
    void resolve(InboundEvent& event);
    void note(const IdentityLink& link, bool kept);
    [[nodiscard]] const std::string& end_of(const std::string& record) const;
    [[nodiscard]] bool of_catalog(const InboundEvent& event) const;

    std::vector<Shard*> shards_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Lead> leads_;  // by record
    std::set<std::string, std::less<>> catalog_;
};

}  // namespace sluice
