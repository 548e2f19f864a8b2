#pragma once

#include "engine/base/clock.hpp"
#include "engine/store/store.hpp"

#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace sluice {

/// The due times of one shard's customers, in memory: one wake-up a customer, the earliest.
///
/// Rebuilt at start from the due time that stands in every customer record, so a crash loses none.
/// A heap with lazy deletion: moving a due time pushes a new entry and the old one is dropped when
/// it surfaces. 16 bytes an entry; set() is O(log n). Threads: the shard's only.
class TimerIndex {
public:
    /// kNever removes the customer's wake-up.
    void set(CustomerNo no, Instant due);

    /// Takes up to `limit` customers due at or before `now`, by due time.
    std::vector<CustomerNo> take_due(Instant now, std::size_t limit);

    /// The earliest due time; kNever when there is none.
    Instant next();
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

private:
    using Entry = std::pair<Instant, CustomerNo>;
    void drop_stale();

    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
    std::vector<Instant> due_;  // by customer
    std::size_t waiting_ = 0;
};

}  // namespace sluice
