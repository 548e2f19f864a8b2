#include "engine/runtime/explain.hpp"

#include "engine/base/json_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/flow_test.hpp"
#include "engine/runtime/local_text.hpp"
#include "engine/runtime/past.hpp"
#include "engine/runtime/refold.hpp"

#include <algorithm>

namespace sluice {
namespace {

std::string_view kind_of(const InboundEvent& event) {
    switch (event.kind) {
        case CallKind::track:
            return "track";
        case CallKind::identify:
            return "identify";
        case CallKind::page:
            return "page";
        case CallKind::screen:
            return "screen";
        case CallKind::group:
            return "group";
        case CallKind::alias:
            return "alias";
    }
    return "track";
}

Result<StoryEntry> entry_of(const JournalEntry& entry) {
    StoryEntry out;
    out.at = entry.at;
    if (entry.kind == JournalKind::trace) {
        SLUICE_TRY(auto row, decode_trace(entry.payload));
        out.trace = std::move(row);
    } else {
        SLUICE_TRY(auto event, decode_event(entry.payload));
        out.event = std::move(event);
    }
    return out;
}

bool wanted(const StoryEntry& entry, const std::string& flow) {
    if (entry.event && is_moved_by_flow(*entry.event)) {
        return false;  // its trace row tells it
    }
    return flow.empty() || (entry.trace && entry.trace->flow == flow);
}

std::string json_of(const StoryEntry& entry) {
    JsonObject out;
    out.text("at", format_rfc3339(entry.at));
    if (entry.event) {
        out.text("kind", kind_of(*entry.event)).text_if_any("event", entry.event->name);
        out.text_if_any("message_id", entry.event->message_id);
        return out.json("data", entry.event->data.empty() ? "{}" : entry.event->data).take();
    }
    const TraceRow& row = *entry.trace;
    out.text("kind", to_text(row.kind)).text_if_any("flow", row.flow);
    out.text_if_any("step", row.step).text_if_any("reason", to_text(row.reason));
    out.text_if_any("message", row.message);
    if (!row.message.empty() && row.kind != TraceKind::called) {
        out.text("channel", row.channel == Channel::email ? "email" : "sms");
    }
    out.text_if_any("id", row.id).text_if_any("note", row.note);
    out.text_if_any("detail", row.detail);
    if (row.until != kNever) {
        out.text("until", format_rfc3339(row.until));
    }
    return out.number("run", static_cast<std::int64_t>(row.run)).text("text", sentence(row)).take();
}

}  // namespace

Result<Story> read_story(Store& store, const std::string& customer, const StoryRequest& request) {
    const auto no = store.find(customer);
    if (!no) {
        return Error{Errc::not_found, "no customer \"" + customer + "\" is known"};
    }
    Story story;
    story.customer = customer;
    Result<void> fault = success();
    SLUICE_TRY(each_of_past(store, *no, PastParts::everything, [&](const JournalEntry& stored) {
        auto entry = entry_of(stored);
        if (!entry.has_value()) {
            fault = entry.error();
            return false;
        }
        if (!wanted(entry.value(), request.flow)) {
            return true;
        }
        if (story.entries.size() == request.entries_max) {
            story.more = true;
            return false;
        }
        story.entries.push_back(std::move(entry.value()));
        return true;
    }));
    SLUICE_TRY(fault);
    std::reverse(story.entries.begin(), story.entries.end());
    return story;
}

void note_decisions(Story& story, const ExperimentDecisions& decisions) {
    for (const ExperimentDecision& decision : decisions.made) {
        const auto part = [&](const StoryEntry& entry) {
            return entry.trace && entry.trace->kind == TraceKind::assigned &&
                   entry.trace->note == decision.experiment;
        };
        if (std::any_of(story.entries.begin(), story.entries.end(), part)) {
            story.notes.push_back(decision.experiment + ": " + decision.name +
                                  " has won; whoever is new gets it since " +
                                  local_text(decision.since, story.zone) +
                                  ", whoever had a variant keeps it");
        }
    }
}

Result<void> each_call(Store& store, CustomerNo no,
                       const std::function<bool(InboundEvent&&)>& visit) {
    Result<void> fault = success();
    SLUICE_TRY(each_of_past(store, no, PastParts::calls, [&](const JournalEntry& entry) {
        auto event = decode_event(entry.payload);
        if (!event.has_value()) {
            fault = event.error();
            return false;
        }
        return visit(std::move(event.value()));
    }));
    return fault;
}

Result<std::vector<InboundEvent>> read_calls(Store& store, CustomerNo no) {
    std::vector<InboundEvent> events;
    SLUICE_TRY(each_call(store, no, [&](InboundEvent&& event) {
        events.push_back(std::move(event));
        return true;
    }));
    std::reverse(events.begin(), events.end());
    return events;
}

std::string render_text(const Story& story) {
    std::string out = story.customer + "  (times in " + std::string(story.zone.name()) + ")\n";
    if (story.more) {
        out += "  … older entries left out\n";
    }
    std::string flow;
    for (const StoryEntry& entry : story.entries) {
        out += "  " + local_text(entry.at, story.zone) + "  ";
        if (entry.event) {
            out +=
                entry.event->name.empty() ? std::string(kind_of(*entry.event)) : entry.event->name;
            out += entry.event->data.empty() || entry.event->data == "{}"
                       ? "\n"
                       : "  " + entry.event->data + "\n";
            continue;
        }
        const TraceRow& row = *entry.trace;
        if (row.kind != TraceKind::merged) {
            out += row.flow + (row.step.empty() ? "" : " @" + row.step) + ": ";
        }
        out += sentence(row);
        if (row.until != kNever) {
            out += "  until " + local_text(row.until, story.zone);
        }
        out += "\n";
    }
    for (const std::string& note : story.notes) {
        out += "  " + note + "\n";
    }
    return out;
}

std::string render_json(const Story& story) {
    std::string entries = "[";
    for (const StoryEntry& entry : story.entries) {
        entries += (entries.size() == 1 ? "" : ",") + json_of(entry);
    }
    JsonObject out;
    out.text("customer", story.customer).text("zone", story.zone.name()).flag("more", story.more);
    std::string notes;
    for (const std::string& note : story.notes) {
        notes += notes.empty() ? "[" : ",";
        append_json_text(notes, note);
    }
    if (!notes.empty()) {
        out.json("notes", notes + "]");
    }
    return out.json("entries", entries + "]").take() + "\n";
}

}  // namespace sluice
