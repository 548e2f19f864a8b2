#pragma once

#include "dsl/ast.hpp"
#include "dsl/source.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What a picture shows, before anything is measured: values in the author's words. Built from the
/// tree of one or more files, so that a flow the checker refuses can still be looked at.
namespace sluice::dsl::graph {

/// What a card, a line of a header or an icon stands for. Colours and icons go by it.
enum class Kind : std::uint8_t {
    start,
    only_if,
    wait,
    email,
    sms,
    condition,
    split,
    experiment,
    repeat,
    data,
    call,
    record,
    stop,
    start_flow,
    move,
    goal,
    ends_when,
    rule,  // re-entry, one run per, priority …
    state,
};
/// `email`, `start_flow`: the name used for CSS classes and node classes.
std::string_view name_of(Kind kind);

// ---- one flow

struct Node;
/// Steps one below the other.
using Sequence = std::vector<Node>;

/// One way out of a branch: its label and what lies on it. No steps: the way leads straight on.
struct Way {
    std::string label;
    Sequence steps;
};

/// One step. `verb` and `title` read as one sentence: "Wait" "2 days", "Send email" "Cart
/// Reminder".
struct Node {
    Kind kind = Kind::wait;
    std::string id;  // as StepInfo::id: the label without @, else "s" and the number of the step
    std::string verb;
    std::string title;
    std::vector<std::string> details;
    std::vector<Way> ways;  // empty: a plain step; of a repeat exactly one, its body
    std::optional<std::int64_t> people;
};

/// Whether somebody who enters can come out at the end.
bool falls_through(const Node& node);
bool falls_through(const Sequence& steps);
/// Every step in source order.
void each_node(const Sequence& steps, const auto& visit) {
    for (const Node& node : steps) {
        visit(node);
        for (const Way& way : node.ways) {
            each_node(way.steps, visit);
        }
    }
}

/// One line of a header card: "Only if" "customer can get email".
struct Fact {
    Kind kind = Kind::rule;
    std::string verb;
    std::string text;
};

struct Picture {
    std::string name;
    std::string description;
    std::optional<std::int64_t> people;  // inside
    std::vector<Fact> facts;  // starts, only if, goal, ends when, then the others as written
    Sequence steps;
};

// ---- one lifecycle

struct StateBox {
    std::string name;
    std::vector<std::string> details;
    std::vector<std::string> flows;  // that start here, as "entering starts Win Back"
    bool final_state = false;
    std::optional<std::int64_t> people;
};
/// All transitions between one pair of states; `labels` are alternatives.
struct Arrow {
    std::optional<std::size_t> from;  // empty: any state
    std::size_t to = 0;
    std::vector<std::string> labels;
};
struct StateChart {
    std::string name;
    bool ordered = true;  // the first state whose condition holds, from the top; else arrows
    std::vector<StateBox> states;  // with arrows: the state it starts in stands first
    std::vector<Arrow> arrows;
};

// ---- the whole project

/// An event, a state, a date, a flow, a webhook: what starts a flow, or what a flow leads to.
struct Place {
    Kind kind = Kind::record;
    std::string verb;
    std::string title;
    std::string detail;
};
struct FlowCard {
    std::string name;
    std::string description;
    std::vector<Fact> facts;  // conditions, goal, then what it sends, each message once
    std::optional<std::int64_t> people;
};
struct Link {
    std::size_t from = 0;
    std::size_t to = 0;
};
struct Overview {
    std::vector<Fact> facts;  // the lifecycles with their states
    std::vector<Place> sources;
    std::vector<FlowCard> flows;
    std::vector<Place> targets;
    std::vector<Link> starts;  // source -> flow
    std::vector<Link> leads;   // flow -> target
};

using Drawing = std::variant<Picture, StateChart, Overview>;

/// Beside the step ids of a flow in Counts: everybody inside, who may stand at more than one wait
/// or at none that is drawn; and of them those who finish an earlier version.
inline constexpr std::string_view kInside = "";
inline constexpr std::string_view kEarlier = "@";

/// People by step id (or state), by flow (or lifecycle).
using Counts = std::map<std::string, std::map<std::string, std::int64_t>>;

/// Trees of a project with the sources their spans point into. Borrowed.
struct Project {
    const SourceSet& sources;
    const std::vector<ast::File>& files;
    const Counts& counts;
};

Picture picture_of(const Project& project, const ast::FlowDecl& flow);
StateChart chart_of(const Project& project, const ast::LifecycleDecl& lifecycle);
Overview overview_of(const Project& project);

/// Flows and lifecycles by file and place in the file.
std::vector<std::string> names_in(const Project& project);
/// The flow or lifecycle of exactly this name; the overview for an empty name.
std::optional<Drawing> draw(const Project& project, std::string_view name);

/// "1,204".
std::string grouped(std::int64_t number);
/// "1,204 people", "1 person".
std::string people_words(std::int64_t number);
/// "45%" of percent x 10'000.
std::string percent(std::int64_t scaled);

}  // namespace sluice::dsl::graph
