#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sluice {

/// An open-addressed multimap of 64-bit hash -> 32-bit number, 8 bytes a slot, about 11 bytes an
/// entry. The caller compares what the number stands for.
///
/// It is split into 64 tables that grow by half on their own, so that no insertion ever stalls for
/// more than a sixty-fourth of a rehash. Linear probing; erasing shifts back, so no tombstones.
/// Threads: one.
class FlatIndex {
public:
    /// The first number filed under `hash` for which `is_it(number)` holds.
    template <class IsIt>
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t hash, IsIt is_it) const {
        const Part& part = parts_[part_of(hash)];
        if (part.slots.empty()) {
            return std::nullopt;
        }
        std::size_t at = home(part, tag_of(hash));
        for (; part.slots[at] != 0; at = next(part, at)) {
            auto value = static_cast<std::uint32_t>(part.slots[at]) - 1;
            if (part.slots[at] >> 32U == tag_of(hash) && is_it(value)) {
                return value;
            }
        }
        return std::nullopt;
    }

    /// `value` must be below 2^32 - 1 and not be there already under the same hash.
    void insert(std::uint64_t hash, std::uint32_t value);
    /// Takes away exactly this pair; it must be there.
    void erase(std::uint64_t hash, std::uint32_t value);
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Part {
        std::vector<std::uint64_t> slots;  // tag << 32 | value + 1; 0 is free
        std::size_t used = 0;
    };

    static std::size_t part_of(std::uint64_t hash) { return hash >> 58U; }
    static std::uint64_t tag_of(std::uint64_t hash) { return hash & 0xffffffffU; }
    // Scales the tag to the table instead of masking it: any size will do, not only powers of two.
    static std::size_t home(const Part& part, std::uint64_t tag) {
        return static_cast<std::size_t>((tag * part.slots.size()) >> 32U);
    }
    static std::size_t next(const Part& part, std::size_t at) {
        return at + 1 == part.slots.size() ? 0 : at + 1;
    }
    static void place(Part& part, std::uint64_t slot);
    static void grow(Part& part);

    std::array<Part, 64> parts_;
    std::size_t size_ = 0;
};

}  // namespace sluice
