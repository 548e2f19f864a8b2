#pragma once

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/store/flat_index.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace sluice {

/// The newest message ids of a shard, oldest out first. Memory follows what it holds, about 28
/// bytes an id, so an idle daemon stays small. Threads: one.
class DedupeSet {
public:
    explicit DedupeSet(std::size_t entries_max = limits::kDedupeEntriesMax);

    [[nodiscard]] bool contains(const Digest& id) const;
    /// False when it was there already: it keeps its place in the line then.
    bool insert(const Digest& id);
    [[nodiscard]] std::size_t size() const { return ids_.size(); }
    /// Those of `ids` that are not here yet, each once, in their order: what a commit adds.
    [[nodiscard]] std::vector<Digest> fresh(const std::vector<Digest>& ids) const;

private:
    [[nodiscard]] const Digest& at(std::uint32_t place) const;

    std::size_t entries_max_;
    std::size_t first_ = 0;   // place of ids_.front(), counted modulo entries_max_
    std::deque<Digest> ids_;  // oldest first
    FlatIndex places_;
};

}  // namespace sluice
