#pragma once

#include "dsl/program.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/model/customer.hpp"

/// The bounded memory that history conditions read (language.md §3.2): for each (event, filter) the
/// newest marks in a ring, the first one and a total. Exact for every threshold up to the ring's
/// size, however many events there were. Cost: O(1) an event for each aggregate of its type.
namespace sluice {

/// Counts an event into every aggregate whose filter it fits. Call after the customer's `events`
/// ordinal was raised for this event.
void fold(const dsl::Program& program, Customer& customer, Index event, const Fields& fields,
          Instant at, Zone zone);

/// The memory a condition reads; null when nothing was remembered (for this key).
const Memory* memory_of(const Customer& customer, const dsl::Program& program, Index aggregate,
                        const Value& key);

/// Value under which a keyed aggregate remembers.
std::string key_text(const Value& value);

}  // namespace sluice
