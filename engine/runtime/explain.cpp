#include "engine/runtime/explain.hpp"

#include "engine/model/codec.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/flow_test.hpp"
#include "engine/runtime/local_text.hpp"

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
    return flow.empty() || (entry.trace && entry.trace->flow == flow);
}

void member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) {
        return;
    }
    out.push_back(',');
    append_json_text(out, name);
    out.push_back(':');
    append_json_text(out, value);
}

void append_json(std::string& out, const StoryEntry& entry) {
    out += "{\"at\":";
    append_json_text(out, format_rfc3339(entry.at));
    if (entry.event) {
        member(out, "kind", kind_of(*entry.event));
        member(out, "event", entry.event->name);
        member(out, "message_id", entry.event->message_id);
        out += ",\"data\":" + (entry.event->data.empty() ? "{}" : entry.event->data) + "}";
        return;
    }
    const TraceRow& row = *entry.trace;
    member(out, "kind", to_text(row.kind));
    member(out, "flow", row.flow);
    member(out, "step", row.step);
    member(out, "reason", to_text(row.reason));
    member(out, "message", row.message);
    if (!row.message.empty() && row.kind != TraceKind::called) {
        member(out, "channel", row.channel == Channel::email ? "email" : "sms");
    }
    member(out, "id", row.id);
    member(out, "note", row.note);
    member(out, "detail", row.detail);
    if (row.until != kNever) {
        member(out, "until", format_rfc3339(row.until));
    }
    out += ",\"run\":" + std::to_string(row.run);
    member(out, "text", sentence(row));
    out += "}";
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
    SLUICE_TRY(store.journal(*no, [&](const JournalEntry& stored) {
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
        out += row.flow + (row.step.empty() ? "" : " @" + row.step) + ": " + sentence(row);
        if (row.until != kNever) {
            out += "  until " + local_text(row.until, story.zone);
        }
        out += "\n";
    }
    return out;
}

std::string render_json(const Story& story) {
    std::string out = "{\"customer\":";
    append_json_text(out, story.customer);
    member(out, "zone", story.zone.name());
    out += std::string(",\"more\":") + (story.more ? "true" : "false") + ",\"entries\":[";
    for (std::size_t i = 0; i < story.entries.size(); ++i) {
        if (i != 0) {
            out.push_back(',');
        }
        append_json(out, story.entries[i]);
    }
    out += "]}\n";
    return out;
}

}  // namespace sluice
