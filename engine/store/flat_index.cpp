#include "engine/store/flat_index.hpp"

#include "engine/base/assert.hpp"

#include <algorithm>

namespace sluice {

void FlatIndex::place(Part& part, std::uint64_t slot) {
    std::size_t at = home(part, slot >> 32U);
    while (part.slots[at] != 0) {
        at = next(part, at);
    }
    part.slots[at] = slot;
}

void FlatIndex::grow(Part& part) {
    std::vector<std::uint64_t> old(std::max<std::size_t>(8, part.slots.size() * 3 / 2), 0);
    old.swap(part.slots);
    for (std::uint64_t slot : old) {
        if (slot != 0) {
            place(part, slot);
        }
    }
}

void FlatIndex::insert(std::uint64_t hash, std::uint32_t value) {
    ASSERT(value != UINT32_MAX);
    Part& part = parts_[part_of(hash)];
    if ((part.used + 1) * 8 > part.slots.size() * 7) {
        grow(part);
    }
    place(part, tag_of(hash) << 32U | (value + 1));
    ++part.used;
    ++size_;
}

void FlatIndex::erase(std::uint64_t hash, std::uint32_t value) {
    Part& part = parts_[part_of(hash)];
    ASSERT(part.used > 0);
    const std::uint64_t wanted = tag_of(hash) << 32U | (value + 1);
    std::size_t hole = home(part, tag_of(hash));
    while (part.slots[hole] != wanted) {
        ASSERT(part.slots[hole] != 0);
        hole = next(part, hole);
    }
    // Every later entry of the cluster moves into the hole unless that would put it before its
    // home.
    for (std::size_t at = next(part, hole); part.slots[at] != 0; at = next(part, at)) {
        std::size_t start = home(part, part.slots[at] >> 32U);
        bool stays = hole <= at ? (hole < start && start <= at) : (hole < start || start <= at);
        if (!stays) {
            part.slots[hole] = part.slots[at];
            hole = at;
        }
    }
    part.slots[hole] = 0;
    --part.used;
    --size_;
}

}  // namespace sluice
