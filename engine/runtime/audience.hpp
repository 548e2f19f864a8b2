#pragma once

#include "engine/runtime/step.hpp"
#include "engine/store/store.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace sluice {

/// Who may care about a catalog event: from (what was remembered, its key) to customers, so that
/// `for customers with any Product Viewed where product_id is drop.product_id …` asks only those
/// who once viewed that product (language.md §3.2). The condition itself decides.
///
/// Owner: one shard, on its thread. Grows with the different keys customers are remembered under;
/// rebuilt from the records at start and at a deploy.
class AudienceIndex {
public:
    /// Starts anew for the current release.
    void reset(const Releases& releases);
    /// Whether the current flows start on any catalog event.
    [[nodiscard]] bool needed() const { return !starts_.empty(); }
    /// Takes in what a customer is remembered under now.
    void add(CustomerNo no, const Customer& customer, const Releases& releases);
    /// Those whom the event may concern, ascending; empty: everybody has to be asked.
    [[nodiscard]] std::optional<std::vector<CustomerNo>> of(const AppliedEvent& event) const;

private:
    struct CatalogStart {
        Index event = kNone;
        std::string identity;  // of the keyed memory; empty: everybody
        Index field = kNone;   // of the event: the key
    };
    void add_keys(CustomerNo no, const std::string& identity, const AggregateState& state);

    std::vector<CatalogStart> starts_;
    std::unordered_map<std::uint64_t, std::vector<CustomerNo>> customers_;
};

}  // namespace sluice
