#pragma once

#include "engine/base/result.hpp"
#include "engine/store/store.hpp"

namespace sluice {

/// What every store refuses before it looks at what it holds: an id that is empty or above 64 KB, a
/// state or journal entry that no frame can hold (4 MB). Errc::invalid_argument.
Result<void> check_customers(const Commit& commit);

/// The refusal of a commit that names one customer twice.
Error customer_twice(std::string_view customer);

}  // namespace sluice
