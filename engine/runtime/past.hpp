#pragma once

#include "engine/base/result.hpp"
#include "engine/model/event.hpp"
#include "engine/store/store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The past of a customer as the journal holds it, with what was taken in from other records at the
/// place where it belongs (docs/decisions/0008).
namespace sluice {

/// Which of two sequences, each in its own order, comes next, for as many times as both have items:
/// true is the second. By time, and because the order within a sequence stands, by the latest time
/// in it so far; of one instant the second comes first.
std::vector<bool> merged_order(const std::vector<Instant>& first,
                               const std::vector<Instant>& second);

/// Two histories of one person, each in the order it was applied, as one: by time of arrival.
std::vector<InboundEvent> merged_history(const std::vector<InboundEvent>& own,
                                         const std::vector<InboundEvent>& theirs);

/// Which entries matter to a reader.
enum class PastParts : std::uint8_t { calls, everything };

/// Visits the events, internal events and (of `everything`) trace rows of a customer, newest first,
/// until `visit` says false. Entries of others are read when the walk comes to where they were
/// taken in; until then it costs what it visits.
Result<void> each_of_past(Store& store, CustomerNo no, PastParts parts,
                          const std::function<bool(const JournalEntry&)>& visit);

/// Everything, oldest first: what a record hands to the person it belongs to.
Result<std::vector<JournalEntry>> read_past(Store& store, CustomerNo no);

/// The same past as entries of the person's own journal, at most about a megabyte each.
std::vector<JournalEntry> pack_past(std::string_view record, Instant at,
                                    const std::vector<JournalEntry>& past);

}  // namespace sluice
