#pragma once

#include "engine/base/chunked.hpp"
#include "engine/store/flat_index.hpp"
#include "engine/store/frame.hpp"
#include "engine/store/siphash.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace sluice {

/// What memory keeps of one customer; everything else is on disk.
struct CustomerSlot {
    Locator state;  // nowhere: the number is not in use
    Locator journal_tail;
    std::uint32_t bytes = 0;  // of the state frame
};

/// A slot and 63 bits of its customer's fingerprint in 24 bytes: ten million of them are kept.
class PackedSlot {
public:
    /// Offsets that fit: a pack is begun anew before it is longer than this.
    static constexpr unsigned kOffsetBits = 13;

    [[nodiscard]] CustomerSlot get() const;
    void put(const CustomerSlot& slot);
    void set_print(std::uint64_t print) { words_[2] = print << 1U | (words_[2] & 1U); }
    [[nodiscard]] bool has_print(std::uint64_t print) const {
        return words_[2] >> 1U == (print & ~(std::uint64_t{1} << 63U));
    }

private:
    // Two locators of 53 bits, each with 11 bits of the length; the fingerprint with the last one.
    std::array<std::uint64_t, 3> words_{};
};

/// Every customer of a shard: id -> number -> slot, about 36 bytes each.
///
/// The id itself is not kept. It is known by 95 bits of a SipHash with a random key: 32 in the hash
/// table, 63 in the slot. Ten million customers collide with a probability below 2e-15, and nobody
/// outside can aim for it.
///
/// Due times are kept until they are asked for: whoever asks keeps them from then on.
/// Threads: one.
class CustomerIndex {
public:
    CustomerIndex();

    [[nodiscard]] SipHash128 fingerprint(std::string_view customer) const;
    [[nodiscard]] std::optional<CustomerNo> find(const SipHash128& print) const;
    [[nodiscard]] std::size_t size() const { return slots_.size(); }

    [[nodiscard]] CustomerSlot operator[](CustomerNo no) const { return slots_[no].get(); }
    void put(CustomerNo no, const CustomerSlot& slot) { slots_[no].put(slot); }

    /// Makes `no` the number of this customer, making room below it when numbers come out of order.
    void add(CustomerNo no, const SipHash128& print);

    void set_due(CustomerNo no, Instant due);
    /// Empty once they were forgotten.
    [[nodiscard]] const std::optional<Chunked<Instant>>& dues() const { return dues_; }
    void forget_dues() { dues_.reset(); }

private:
    SipKey key_;
    FlatIndex numbers_;
    Chunked<PackedSlot> slots_;
    std::optional<Chunked<Instant>> dues_{std::in_place};
};

}  // namespace sluice
