#pragma once

#include "engine/store/flat_index.hpp"
#include "engine/store/frame.hpp"
#include "engine/store/siphash.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace sluice {

/// What memory keeps of one customer; everything else is on disk.
struct CustomerSlot {
    Locator state;  // nowhere: the number is not in use
    Locator journal_tail;
    Instant due = kNever;
    std::uint64_t fingerprint = 0;
    std::uint32_t bytes = 0;  // of the state frame
};

/// Every customer of a shard: id -> number -> slot, about 52 bytes each.
///
/// The id itself is not kept. It is known by 96 bits of a SipHash with a random key: 32 in the hash
/// table, 64 in the slot. Ten million customers collide with a probability below 1e-14, and nobody
/// outside can aim for it.
/// Threads: one.
class CustomerIndex {
public:
    CustomerIndex();

    [[nodiscard]] SipHash128 fingerprint(std::string_view customer) const;
    [[nodiscard]] std::optional<CustomerNo> find(const SipHash128& print) const;
    [[nodiscard]] std::size_t size() const { return slots_.size(); }

    CustomerSlot& operator[](CustomerNo no) { return slots_[no]; }
    const CustomerSlot& operator[](CustomerNo no) const { return slots_[no]; }

    /// Makes `no` the number of this customer, making room below it when numbers come out of order.
    CustomerSlot& add(CustomerNo no, const SipHash128& print);

private:
    SipKey key_;
    FlatIndex numbers_;
    std::deque<CustomerSlot> slots_;  // a deque: growing it never copies ten million slots
};

}  // namespace sluice
