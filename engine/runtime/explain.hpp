#pragma once

#include "engine/base/civil_time.hpp"
#include "engine/base/result.hpp"
#include "engine/behaviour/experiment_decisions.hpp"
#include "engine/model/customer.hpp"
#include "engine/model/event.hpp"
#include "engine/model/trace.hpp"
#include "engine/store/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why this person did, or did not, get what: read back from the journal (architecture.md §2.5).
namespace sluice {

/// One entry of a customer's story: what they did, or what was decided.
struct StoryEntry {
    Instant at;
    std::optional<InboundEvent> event;
    std::optional<TraceRow> trace;
};

struct Story {
    std::string customer;
    Zone zone;
    std::vector<StoryEntry> entries;  // oldest first
    bool more = false;                // older entries were left out
    std::vector<std::string> notes;   // what has become of it since, a sentence each
};

struct StoryRequest {
    std::string flow;  // only decisions of this flow; empty: of all
    std::size_t entries_max = 1'000;
};

/// Walks the customer's journal, with what was taken in from other records of the same person at
/// its place. Errc::not_found when nobody of that id is known.
Result<Story> read_story(Store& store, const std::string& customer, const StoryRequest& request);

/// Notes which of the experiments that gave the customer a variant are decided, and since when.
void note_decisions(Story& story, const ExperimentDecisions& decisions);

/// Visits the customer's calls and the events the engine made itself, newest first, until `visit`
/// says false.
Result<void> each_call(Store& store, CustomerNo no,
                       const std::function<bool(InboundEvent&&)>& visit);
/// All of them, oldest first: what a new release folds anew.
Result<std::vector<InboundEvent>> read_calls(Store& store, CustomerNo no);

/// For a terminal: one line an entry, in the customer's local time.
std::string render_text(const Story& story);

/// {"customer","zone","more","entries":[{"at","kind",…}]}. Properties of events are included as
/// they came: this is an operator's view.
std::string render_json(const Story& story);

}  // namespace sluice
