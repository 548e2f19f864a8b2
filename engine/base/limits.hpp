#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the engine, each with its reason. Nothing grows without one of these.
namespace sluice::limits {

// Ingest: Segment's own limits (32 KB an event, 500 KB and 2,500 events a batch).
inline constexpr std::size_t kEventBytesMax = 32 * 1024;
inline constexpr std::size_t kBatchBytesMax = 500 * 1024;
inline constexpr std::size_t kBatchEventsMax = 2'500;
// A gzip bomb stops here: the inflated body may be no larger than a plain one.
inline constexpr std::size_t kInflatedBytesMax = kBatchBytesMax + 64 * 1024;
inline constexpr std::size_t kMessageIdBytesMax = 100;
inline constexpr std::size_t kCustomerIdBytesMax = 256;
// Levels of JSON in one event; no real event comes near, and readers downstream count to 32 as
// well.
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kHeaderBytesMax = 16 * 1024;
inline constexpr std::size_t kHeaderFieldsMax = 100;

// Shards: an inbox holds a few commits' worth; when full the HTTP front answers 503.
inline constexpr std::size_t kInboxMax = 16 * 1024;
inline constexpr std::size_t kCommitInputsMax = 2'048;  // inputs taken into one commit
inline constexpr std::size_t kCommitTimersMax = 512;    // due customers taken into one commit
inline constexpr std::size_t kShardsMax = 8;
inline constexpr std::size_t kCachedCustomersMax = 64 * 1024;  // decoded records a shard keeps

// Dedupe: message ids a shard remembers; 16 bytes each.
inline constexpr std::size_t kDedupeEntriesMax = 4'000'000;

// Customers.
inline constexpr std::size_t kRunsPerCustomerMax = 256;
// Thresholds look back on 64 occurrences; sums and counts on 256, then the oldest two are merged.
inline constexpr std::size_t kAggregateNewestMax = 257;
inline constexpr std::size_t kPendingMax = 16;  // occurrences waiting to be followed
inline constexpr std::size_t kAggregateKeysMax = 64;
inline constexpr std::size_t kSendMarksMax = 128;             // remembered sends for caps
inline constexpr std::size_t kEntriesPerCustomerMax = 1'024;  // remembered entries for re-entry
inline constexpr std::size_t kTextBytesMax = 1'024;  // one text of a trait or a bound event
inline constexpr std::size_t kListItemsMax = 64;
// Experiments a customer's variant is remembered of; then the oldest is drawn anew.
inline constexpr std::size_t kAssignmentsMax = 64;
// Experiments whose winner is remembered; then the oldest that no flow has any more goes.
inline constexpr std::size_t kDecisionsMax = 256;

// Steps: between two parks a run is a straight line; more than this is a fault of the program.
inline constexpr std::size_t kInstructionsPerTickMax = 10'000;
inline constexpr std::size_t kInternalEventsDepthMax = 32;

// Outbox.
inline constexpr std::size_t kMessageBytesMax = 512 * 1024;
inline constexpr std::size_t kSendsInFlightMax = 64;  // per connector

static_assert(kCommitInputsMax <= kInboxMax);

}  // namespace sluice::limits
