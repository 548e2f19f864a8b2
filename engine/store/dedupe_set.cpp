#include "engine/store/dedupe_set.hpp"

#include "engine/base/assert.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>

namespace sluice {
namespace {

// Digests are SHA-256 output, so any eight bytes of them are a hash nobody can steer.
std::uint64_t hash_of(const Digest& id) {
    std::uint64_t hash = 0;
    std::memcpy(&hash, id.data(), sizeof hash);
    return hash;
}

}  // namespace

DedupeSet::DedupeSet(std::size_t entries_max) : entries_max_(entries_max) {
    ASSERT(entries_max > 0 && entries_max < UINT32_MAX);
}

const Digest& DedupeSet::at(std::uint32_t place) const {
    return ids_[(place + entries_max_ - first_) % entries_max_];
}

bool DedupeSet::contains(const Digest& id) const {
    return places_.find(hash_of(id), [&](std::uint32_t place) { return at(place) == id; })
        .has_value();
}

std::vector<Digest> DedupeSet::fresh(const std::vector<Digest>& ids) const {
    std::vector<Digest> out;
    out.reserve(ids.size());
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(out),
                 [&](const Digest& id) { return !contains(id); });
    std::vector<Digest> sorted = out;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        std::set<Digest> first;
        std::erase_if(out, [&](const Digest& id) { return !first.insert(id).second; });
    }
    return out;
}

bool DedupeSet::insert(const Digest& id) {
    if (contains(id)) {
        return false;
    }
    if (ids_.size() == entries_max_) {
        places_.erase(hash_of(ids_.front()), static_cast<std::uint32_t>(first_));
        ids_.pop_front();
        first_ = (first_ + 1) % entries_max_;
    }
    auto place = static_cast<std::uint32_t>((first_ + ids_.size()) % entries_max_);
    ids_.push_back(id);
    places_.insert(hash_of(id), place);
    return true;
}

}  // namespace sluice
