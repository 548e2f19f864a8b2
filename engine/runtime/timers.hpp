#pragma once

#include "engine/base/chunked.hpp"
#include "engine/base/clock.hpp"
#include "engine/store/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <utility>
#include <vector>

namespace sluice {

/// The due times of one shard's customers, in memory: one wake-up a customer, the earliest.
///
/// Rebuilt at start from the due time that stands in every customer record, so a crash loses none.
/// What is due soon stands in a heap by its exact time; everything later lies unsorted in the
/// stretch of about seventeen minutes it is due in, four bytes each, and comes into the heap when
/// its stretch is the next. Moving a due time leaves the old entry behind: it is dropped when it
/// comes up, and before that when such entries outnumber half of those that count, a stretch at a
/// time. set() is O(log n) of what is due soon, about 13 bytes a waiting customer in all.
/// Threads: the shard's only.
class TimerIndex {
public:
    /// kNever removes the customer's wake-up.
    void set(CustomerNo no, Instant due);

    /// Takes up to `limit` customers due at or before `now`, by due time.
    std::vector<CustomerNo> take_due(Instant now, std::size_t limit);

    /// The earliest due time; kNever when there is none.
    Instant next();
    [[nodiscard]] std::size_t waiting() const { return waiting_; }
    /// Entries that are kept, those left behind included: bounded by one and a half of the waiting,
    /// and a few thousand.
    [[nodiscard]] std::size_t entries() const { return far_entries_ + soon_.size(); }

private:
    using Entry = std::pair<Instant, CustomerNo>;
    using Stretch = std::int64_t;  // number since the epoch

    static Stretch stretch_of(Instant due);
    [[nodiscard]] bool counts(const Entry& entry) const {
        return due_[entry.second] == entry.first;
    }
    void put(CustomerNo no, Instant due);
    void bring_next();
    void drop_some();

    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> soon_;
    std::map<Stretch, std::vector<CustomerNo>> far_;
    std::size_t far_entries_ = 0;
    Stretch soon_until_ = 0;     // due in a stretch before it: in the heap
    Stretch dropped_until_ = 0;  // where drop_some() goes on
    Chunked<Instant> due_;       // by customer
    std::size_t waiting_ = 0;
};

}  // namespace sluice
