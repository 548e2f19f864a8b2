#pragma once

#include "engine/base/civil_time.hpp"

#include <string>

namespace sluice {

/// An instant as a customer's wall clock shows it: `Mon 2026-03-02 10:00`, with `:05` when there
/// are seconds.
std::string local_text(Instant at, Zone zone);

}  // namespace sluice
