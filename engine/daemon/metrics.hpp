#pragma once

#include "engine/runtime/shard.hpp"

#include <memory>
#include <vector>

namespace prometheus {
class Registry;
}

namespace sluice {

/// The daemon's metrics, read from the shards' counters each time they are asked for. Names follow
/// Prometheus' rules: `sluice_` prefix, base units, `_total` for counters. No label ever holds a
/// customer.
std::shared_ptr<prometheus::Registry> make_metrics(std::vector<const Shard*> shards);

}  // namespace sluice
