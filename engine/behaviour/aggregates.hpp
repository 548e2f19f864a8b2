#pragma once

#include "dsl/program.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/model/customer.hpp"

/// The bounded memory that history conditions read (language.md §3.2): for each (event, filter) the
/// newest marks in a ring, the first one and a total, and what the aggregate's kind adds. Exact for
/// every threshold up to the ring's size, however many events there were.
namespace sluice {

/// One event to be counted, in the terms of the layout's program.
struct Occurrence {
    Index event = kNone;
    const Fields& fields;
    Mark mark;
};

/// Counts an event into every aggregate of the layout whose filter it fits. `zone` is the
/// customer's.
void fold(const dsl::Program& program, const Customer& customer, Layout& layout,
          const Occurrence& occurrence, Zone zone);

/// A remembered occurrence; fields that nobody asks about are unknown.
struct Sample {
    Index event = kNone;
    bool then = false;  // of what comes behind: `followed by`
    Mark mark;
    Fields fields;
};

/// The occurrences that an aggregate which is not kept is made from, in the order they were
/// applied; what comes behind an occurrence stands before one that is both.
std::vector<Sample> samples_of(const Context& context, const dsl::Aggregate& made,
                               const Value& key);

/// What an aggregate that is not kept would have remembered, had its filters been decided with what
/// the context knows now. No more than its sources remember: their newest occurrences.
Memory make_memory(const Context& context, const dsl::Aggregate& made, const Value& key);

/// The memory of a kept aggregate; null when nothing was remembered (for this key).
const Memory* memory_of(const Layout& layout, const dsl::Program& program, Index aggregate,
                        const Value& key);

/// Value under which a keyed aggregate remembers.
std::string key_text(const Value& value);

/// Half-life of an intent in milliseconds; a day is 24 hours here, a month 30 days.
double half_life_ms(const dsl::Aggregate& aggregate);

}  // namespace sluice
