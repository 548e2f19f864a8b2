// All flows of a project to one map: what starts them, what they send, what they lead to.
#include "dsl/graph/phrases.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/words.hpp"

#include <algorithm>
#include <set>

namespace sluice::dsl::graph {

namespace {

/// The place that looks the same, or a new one at the end.
std::size_t place_in(std::vector<Place>& places, Place place) {
    const auto same = std::ranges::find_if(places, [&](const Place& other) {
        return other.kind == place.kind && other.verb == place.verb && other.title == place.title &&
               other.detail == place.detail;
    });
    if (same != places.end()) {
        return static_cast<std::size_t>(same - places.begin());
    }
    places.push_back(std::move(place));
    return places.size() - 1;
}

void link(std::vector<Link>& links, std::size_t from, std::size_t to) {
    const bool known = std::ranges::any_of(
        links, [&](const Link& other) { return other.from == from && other.to == to; });
    if (!known) {
        links.push_back({from, to});
    }
}

class Map {
public:
    explicit Map(const Project& project) : project_(project) {}

    Overview build() {
        each<ast::LifecycleDecl>([&](const auto& lifecycle) { note_states(lifecycle); });
        each<ast::FlowDecl>([&](const auto& flow) { add(flow); });
        for (const auto& [flow, target] : flow_starts_) {
            start_by_flow(flow, target);
        }
        return std::move(map_);
    }

private:
    template <class Declaration, class Visit>
    void each(const Visit& visit) {
        for (const ast::File& file : project_.files) {
            for (const ast::Decl& decl : file.decls) {
                if (const auto* found = std::get_if<Declaration>(&decl.node)) {
                    visit(*found);
                }
            }
        }
    }

    void note_states(const ast::LifecycleDecl& lifecycle) {
        std::string states;
        for (const ast::StateDecl& state : lifecycle.states) {
            states += (states.empty() ? "" : " · ") + state.name.text;
            lifecycle_of_.emplace(state.name.text, lifecycle.name.text);
        }
        map_.facts.push_back({Kind::state, "Lifecycle", lifecycle.name.text + ": " + states});
    }
    std::string lifecycle_of(const std::string& state) const {
        const auto found = lifecycle_of_.find(state);
        return found == lifecycle_of_.end() ? std::string() : "in " + found->second;
    }

    void add(const ast::FlowDecl& flow) {
        flow_ = map_.flows.size();
        FlowCard card;
        card.name = flow.name.text;
        card.description = flow.description;
        for (const ast::Header& header : flow.headers) {
            if (const auto* start = std::get_if<ast::HeaderStart>(&header.node)) {
                std::visit([&](const auto& node) { source(card, node, header); }, start->node);
            }
        }
        for (Fact& fact : facts_of(project_.sources, flow)) {
            if (fact.kind == Kind::goal) {
                card.facts.push_back(std::move(fact));
            }
        }
        const Picture picture = picture_of(project_, flow);
        each_node(picture.steps, [&](const Node& node) { step(card, node); });
        sum_people(card);
        map_.flows.push_back(std::move(card));
    }

    void sum_people(FlowCard& card) const {
        const auto counts = project_.counts.find(card.name);
        if (counts == project_.counts.end()) {
            return;
        }
        if (const auto all = counts->second.find(std::string(kInside));
            all != counts->second.end()) {
            card.people = all->second;
            return;
        }
        card.people = 0;
        for (const auto& [step, people] : counts->second) {
            *card.people += people;
        }
    }

    void starts_with(Place place) {
        link(map_.starts, place_in(map_.sources, std::move(place)), flow_);
    }

    void source(FlowCard& card, const ast::StartWhenEvent& start, const ast::Header&) {
        starts_with({Kind::record, "", start.event.event.text, ""});
        const std::string where = where_of(project_.sources, start.event);
        if (!where.empty()) {
            card.facts.push_back({Kind::only_if, "Where", after_words(where, 1)});
        }
    }
    void source(FlowCard&, const ast::StartWhenState& start, const ast::Header&) {
        const ast::StateChange& change = start.change;
        if (change.kind == ast::StateChange::Kind::moves) {
            starts_with({Kind::state, "Moves to", change.to.text, "from " + change.state.text});
            return;
        }
        const bool enters = change.kind == ast::StateChange::Kind::enters;
        starts_with({Kind::state, enters ? "Enters" : "Leaves", change.state.text,
                     lifecycle_of(change.state.text)});
    }
    void source(FlowCard&, const ast::StartDate& start, const ast::Header&) {
        std::string verb = "On";
        if (start.offset) {
            verb =
                words(project_.sources, start.offset->span) + (start.before ? " before" : " after");
        }
        std::string detail = start.every_year ? "every year" : "";
        if (start.at) {
            detail += (detail.empty() ? "at " : " at ") + words(project_.sources, start.at->span);
        }
        starts_with({Kind::wait, verb, words(project_.sources, start.path.span), detail});
    }
    void source(FlowCard&, const ast::StartEvery&, const ast::Header& header) {
        starts_with(
            {Kind::wait, "Every", after_words(words(project_.sources, header.span), 2), ""});
    }

    void leads_to(Place place) {
        link(map_.leads, flow_, place_in(map_.targets, std::move(place)));
    }

    void step(FlowCard& card, const Node& node) {
        switch (node.kind) {
            case Kind::email:
            case Kind::sms:
                sends(card, node);
                return;
            case Kind::move:
                leads_to({Kind::state, "Moves to", after_words(node.title, 1),
                          lifecycle_of(after_words(node.title, 1))});
                return;
            case Kind::record:
                leads_to({Kind::record, "Records", node.title, ""});
                return;
            case Kind::call:
                leads_to({Kind::call, "Calls", node.title, ""});
                return;
            case Kind::start_flow:
                leads_to({Kind::start_flow, "Starts flow", node.title, ""});
                flow_starts_.emplace(card.name, node.title);
                return;
            default:
                return;
        }
    }

    static void sends(FlowCard& card, const Node& node) {
        add_message(card, node.kind, node.title);
        for (const std::string& detail : node.details) {
            if (detail.starts_with("or email ") || detail.starts_with("or sms ")) {
                const bool email = detail.starts_with("or email ");
                add_message(card, email ? Kind::email : Kind::sms, after_words(detail, 2));
            }
        }
    }
    static void add_message(FlowCard& card, Kind kind, const std::string& message) {
        const bool known = std::ranges::any_of(card.facts, [&](const Fact& fact) {
            return fact.kind == kind && fact.text == message;
        });
        if (!known) {
            card.facts.push_back({kind, kind == Kind::email ? "Email" : "Sms", message});
        }
    }

    void start_by_flow(const std::string& flow, const std::string& target) {
        const auto found = std::ranges::find(map_.flows, target, &FlowCard::name);
        if (found == map_.flows.end()) {
            return;
        }
        flow_ = static_cast<std::size_t>(found - map_.flows.begin());
        starts_with({Kind::start_flow, "Started by", flow, ""});
    }

    const Project& project_;
    Overview map_;
    std::size_t flow_ = 0;
    std::map<std::string, std::string> lifecycle_of_;
    std::set<std::pair<std::string, std::string>> flow_starts_;
};

}  // namespace

Overview overview_of(const Project& project) {
    return Map(project).build();
}

}  // namespace sluice::dsl::graph
