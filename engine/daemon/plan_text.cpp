// A plan for people, and for programs.
#include "engine/base/json_text.hpp"
#include "engine/daemon/plan.hpp"

#include <algorithm>

namespace sluice {
namespace {

using How = dsl::ParkMatch::How;

/// 1204 -> "1,204".
std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) {
        digits.insert(at - 3, ",");
    }
    return digits;
}

std::string people_words(std::uint64_t count) {
    if (count == 0) {
        return "nobody is waiting";
    }
    return count == 1 ? "1 person is waiting: " : grouped(count) + " people are waiting: ";
}

bool changed(const PlanWait& wait) {
    return wait.how == How::none || wait.how == How::stops || wait.how == How::ambiguous ||
           !wait.fits || wait.retimed || wait.old_text != wait.new_text;
}

/// "17 minutes": how long a crowd takes at a pace.
std::string minutes(std::uint64_t people, std::uint32_t per_minute) {
    const std::uint64_t needed = (people + per_minute - 1) / per_minute;
    return std::to_string(needed) + (needed == 1 ? " minute" : " minutes");
}

std::string retimed(const PlanWait& wait, const Plan& plan) {
    std::string out = "their wait counts anew from where it began";
    if (wait.at_once == 0) {
        return out + "; nobody's is over already";
    }
    const std::uint32_t rate = plan.options.choices.retime_per_minute;
    return out + "; for " + grouped(wait.at_once) + " it is over: they go at most " +
           grouped(rate) + " a minute, within about " + minutes(wait.at_once, rate);
}

std::string fate(const PlanWait& wait, const Plan& plan) {
    if (wait.people == 0) {
        return people_words(0);
    }
    std::string out = people_words(wait.people);
    if (wait.how == How::stops) {
        return out + "their runs end";
    }
    if (wait.how == How::ambiguous) {
        return out + "the deploy is refused until you say which wait they go to";
    }
    if (wait.how == How::none || !wait.fits) {
        out += "they finish the old way";
        return wait.last > kEpoch && wait.last != kNever
                   ? out + " (this wait ends by " + format_rfc3339(wait.last) + ")"
                   : out;
    }
    return out + (wait.retimed ? retimed(wait, plan) : "they keep their promised time");
}

std::string wait_line(const PlanWait& wait, const Plan& plan) {
    const bool moves = wait.how != How::none && wait.how != How::stops &&
                       wait.how != How::ambiguous && !wait.new_text.empty();
    std::string head =
        moves ? (wait.old_text == wait.new_text ? "    " + wait.old_text
                                                : "  ~ " + wait.old_text + " -> " + wait.new_text)
              : "  - " + wait.old_text;
    head.resize(std::max<std::size_t>(head.size() + 2, 44), ' ');
    return head + "@" + wait.step + "  " + fate(wait, plan) + "\n";
}

std::string holding_line(const PlanFlow& flow, bool sweep) {
    return "    for " + grouped(flow.holding) + (flow.holding == 1 ? " person" : " people") +
           " an `ends when` holds already: " +
           (sweep ? "their runs end\n" : "they stay; --sweep ends their runs\n");
}

std::string flow_text(const PlanFlow& flow, const Plan& plan) {
    std::string out = flow.name;
    switch (flow.kind) {
        case PlanFlow::Kind::added:
            return out + "   new   " + flow.file + "\n";
        case PlanFlow::Kind::gone:
            out += "   is gone   " + grouped(flow.people) +
                   (flow.people == 1 ? " person is inside" : " people are inside") +
                   (plan.options.choices.stop && flow.people > 0 ? ": their runs end\n" : "\n");
            break;
        case PlanFlow::Kind::renamed:
            out += "   was named " + flow.was_named + "   " + flow.file + "\n";
            break;
        case PlanFlow::Kind::changed:
            out += "   changed   " + flow.file + "\n";
            break;
    }
    for (const PlanWait& wait : flow.waits) {
        if (changed(wait) || wait.people > 0) {
            out += wait_line(wait, plan);
        }
    }
    out += flow.holding > 0 ? holding_line(flow, plan.options.choices.sweep) : "";
    const auto is_wait = [&](const std::string& text) {
        return std::any_of(flow.waits.begin(), flow.waits.end(), [&](const PlanWait& wait) {
            return wait.old_text == text || wait.new_text == text;
        });
    };
    for (const std::string& text : flow.gone_steps) {
        out += is_wait(text) ? "" : "  - " + text + "\n";
    }
    for (const std::string& text : flow.new_steps) {
        out += is_wait(text) ? "" : "  + " + text + "\n";
    }
    return out;
}

std::string state_text(const PlanState& state, bool fire) {
    std::string out = "  " + grouped(state.people) +
                      (state.people == 1 ? " customer" : " customers") + " will move from " +
                      (state.from.empty() ? "nowhere" : state.from) + " to " +
                      (state.to.empty() ? "nowhere" : state.to);
    if (!state.would_start.empty()) {
        out += " (";
        for (const std::string& flow : state.would_start) {
            out += (out.ends_with('(') ? "" : ", ") + flow;
        }
        out += fire ? " will start for them)" : " will NOT start for them; --fire to start it)";
    }
    return out + "\n";
}

std::string messages_text(const PlanMessages& messages) {
    return grouped(messages.emails) + (messages.emails == 1 ? " email, " : " emails, ") +
           grouped(messages.sms) + " sms";
}

JsonObject messages_json(const PlanMessages& messages) {
    JsonObject out;
    out.number("emails", static_cast<std::int64_t>(messages.emails));
    out.number("sms", static_cast<std::int64_t>(messages.sms));
    out.number("most_for_one_person", static_cast<std::int64_t>(messages.most));
    return out;
}

template <class List, class Render>
std::string array(const List& list, Render render) {
    std::string out = "[";
    for (const auto& one : list) {
        out += (out.size() == 1 ? "" : ",") + render(one);
    }
    return out + "]";
}

std::string quoted(const std::string& text) {
    std::string out;
    append_json_text(out, text);
    return out;
}

std::string_view word(How how) {
    switch (how) {
        case How::label:
            return "label";
        case How::structure:
            return "structure";
        case How::sibling:
            return "sibling";
        case How::told:
            return "change";
        case How::stops:
            return "stops";
        case How::ambiguous:
            return "ambiguous";
        case How::none:
            return "drains";
    }
    return "";
}

std::string flow_json(const PlanFlow& flow) {
    constexpr std::string_view kKinds[] = {"added", "changed", "gone", "renamed"};
    JsonObject out;
    out.text("flow", flow.name).text("kind", kKinds[static_cast<std::size_t>(flow.kind)]);
    out.text_if_any("was_named", flow.was_named).text("file", flow.file);
    out.number("people", static_cast<std::int64_t>(flow.people));
    out.number("ends_when_holds", static_cast<std::int64_t>(flow.holding));
    out.json("waits", array(flow.waits, [](const PlanWait& wait) {
                 JsonObject one;
                 one.text("step", wait.step).text("old", wait.old_text).text("new", wait.new_text);
                 one.text("match", wait.fits ? word(wait.how) : std::string_view("drains"));
                 one.number("people", static_cast<std::int64_t>(wait.people));
                 if (wait.retimed) {
                     one.number("at_once", static_cast<std::int64_t>(wait.at_once));
                 }
                 return one.take();
             }));
    out.json("new_steps", array(flow.new_steps, quoted));
    return out.json("gone_steps", array(flow.gone_steps, quoted)).take();
}

}  // namespace

std::string render_text(const Plan& plan) {
    const std::string id = plan.id.empty() ? "" : "Plan " + plan.id + "\n";
    if (!plan.changes() && !plan.options.choices.any()) {
        return "Nothing changes: release " + std::to_string(plan.from_release) +
               " is these flows already.\n" + id;
    }
    std::string out;
    for (const PlanFlow& flow : plan.flows) {
        out += flow_text(flow, plan);
    }
    std::string lifecycle;
    for (const PlanState& state : plan.states) {
        if (state.lifecycle != lifecycle) {
            lifecycle = state.lifecycle;
            out += lifecycle + "\n";
        }
        out += state_text(state, plan.options.choices.fire);
    }
    const bool exact = plan.looked_at == plan.customers;
    out += "Next 24 h   " + std::string(exact ? "" : "about ") + messages_text(plan.after) +
           " from those already inside (before: " + messages_text(plan.before) +
           "); most for one person: " + std::to_string(plan.after.most) + "\n";
    if (!exact) {
        out += "Reckoned from " + grouped(plan.looked_at) + " of " + grouped(plan.customers) +
               " customers.\n";
    }
    for (const std::string& note : plan.notes) {
        out += note + "\n";
    }
    for (const std::string& refusal : plan.refusals) {
        out += "refused: " + refusal + "\n";
    }
    out += plan.flows.empty() && plan.states.empty()
               ? "Only messages or settings change; every run moves to the new version.\n"
               : "Nothing else changes.\n";
    return out + id;
}

std::string render_json(const Plan& plan) {
    JsonObject out;
    out.text_if_any("plan", plan.id).number("from_release", plan.from_release);
    out.text("from_hash", plan.from_hash).text("to_hash", plan.to_hash);
    out.flag("changes", plan.changes());
    out.json("flows", array(plan.flows, flow_json));
    out.json("states", array(plan.states, [](const PlanState& state) {
                 JsonObject one;
                 one.text("lifecycle", state.lifecycle).text("from", state.from);
                 one.text("to", state.to);
                 one.number("people", static_cast<std::int64_t>(state.people));
                 return one.json("would_start", array(state.would_start, quoted)).take();
             }));
    out.json("refusals", array(plan.refusals, quoted));
    out.json("notes", array(plan.notes, quoted));
    out.json("next_24h", messages_json(plan.after).take());
    out.json("next_24h_before", messages_json(plan.before).take());
    out.number("customers", static_cast<std::int64_t>(plan.customers));
    return out.number("looked_at", static_cast<std::int64_t>(plan.looked_at)).take() + "\n";
}

}  // namespace sluice
