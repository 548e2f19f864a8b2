#pragma once

#include "engine/base/result.hpp"
#include "engine/model/event.hpp"

#include <string>
#include <vector>

namespace sluice::cli {

/// Reads an NDJSON file of Segment calls, by time. Of an id that turns out to be a person's,
/// anonymous or known, what came before is hers, too. Errors name file and line.
Result<std::vector<InboundEvent>> read_history(const std::string& path);

}  // namespace sluice::cli
