// One lifecycle to its state chart.
#include "dsl/graph/phrases.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/words.hpp"

#include <algorithm>

namespace sluice::dsl::graph {

namespace {

class ChartBuilder {
public:
    ChartBuilder(const Project& project, const ast::LifecycleDecl& lifecycle)
        : project_(project), lifecycle_(lifecycle) {}

    StateChart build() {
        chart_.name = lifecycle_.name.text;
        chart_.ordered = lifecycle_.transitions.empty() && !lifecycle_.starts_in;
        for (const ast::StateDecl& state : lifecycle_.states) {
            chart_.states.push_back(box(state));
        }
        begin_with_start();
        for (const ast::TransitionDecl& transition : lifecycle_.transitions) {
            add(transition);
        }
        for (StateBox& state : chart_.states) {
            decorate(state);
        }
        return std::move(chart_);
    }

private:
    StateBox box(const ast::StateDecl& state) const {
        StateBox out;
        out.name = state.name.text;
        out.final_state = state.final_state;
        const auto add_condition = [&](std::string_view verb, const ast::CondPtr& condition) {
            if (condition != nullptr) {
                out.details.push_back(std::string(verb) + " " +
                                      words(project_.sources, condition->span));
            }
        };
        add_condition("when", state.when);
        add_condition("enters when", state.enters);
        add_condition("leaves when", state.leaves);
        if (state.stays_at_least) {
            out.details.push_back("stays at least " +
                                  words(project_.sources, state.stays_at_least->span));
        }
        if (state.otherwise) {
            out.details.push_back("otherwise");
        }
        return out;
    }

    void begin_with_start() {
        if (lifecycle_.starts_in) {
            const std::size_t start = index_of(lifecycle_.starts_in->text);
            std::rotate(chart_.states.begin(), chart_.states.begin() + static_cast<long>(start),
                        chart_.states.begin() + static_cast<long>(start) + 1);
        }
    }

    /// A state that a transition names and nobody declares is drawn, and says so.
    std::size_t index_of(const std::string& name) {
        const auto found = std::ranges::find(chart_.states, name, &StateBox::name);
        if (found != chart_.states.end()) {
            return static_cast<std::size_t>(found - chart_.states.begin());
        }
        chart_.states.push_back({name, {"not declared"}, {}, false, {}});
        return chart_.states.size() - 1;
    }

    std::string label_of(const ast::TransitionDecl& transition) const {
        if (transition.on) {
            return "when " + happening(project_.sources, *transition.on);
        }
        if (transition.after) {
            return "after " + words(project_.sources, transition.after->span);
        }
        return transition.when == nullptr
                   ? std::string()
                   : "when " + words(project_.sources, transition.when->span);
    }

    void add(const ast::TransitionDecl& transition) {
        std::optional<std::size_t> from;
        if (transition.from) {
            from = index_of(transition.from->text);
        }
        const std::size_t to = index_of(transition.to.text);
        const auto same = std::ranges::find_if(chart_.arrows, [&](const Arrow& arrow) {
            return arrow.from == from && arrow.to == to;
        });
        if (same == chart_.arrows.end()) {
            chart_.arrows.push_back({from, to, {label_of(transition)}});
        } else {
            same->labels.push_back(label_of(transition));
        }
    }

    void decorate(StateBox& state) const {
        const auto counts = project_.counts.find(chart_.name);
        if (counts != project_.counts.end() && counts->second.contains(state.name)) {
            state.people = counts->second.at(state.name);
        }
        for (const ast::File& file : project_.files) {
            for (const ast::Decl& decl : file.decls) {
                if (const auto* flow = std::get_if<ast::FlowDecl>(&decl.node)) {
                    note_starts(state, *flow);
                }
            }
        }
    }

    static void note_starts(StateBox& state, const ast::FlowDecl& flow) {
        using Change = ast::StateChange::Kind;
        for (const ast::Header& header : flow.headers) {
            const auto* start = std::get_if<ast::HeaderStart>(&header.node);
            const auto* change =
                start == nullptr ? nullptr : std::get_if<ast::StartWhenState>(&start->node);
            if (change == nullptr) {
                continue;
            }
            const ast::StateChange& what = change->change;
            if (what.kind != Change::moves && what.state.text == state.name) {
                const bool entering = what.kind == Change::enters;
                state.flows.push_back((entering ? "entering starts " : "leaving starts ") +
                                      flow.name.text);
            } else if (what.kind == Change::moves && what.to.text == state.name) {
                state.flows.push_back("entering from " + what.state.text + " starts " +
                                      flow.name.text);
            }
        }
    }

    const Project& project_;
    const ast::LifecycleDecl& lifecycle_;
    StateChart chart_;
};

}  // namespace

StateChart chart_of(const Project& project, const ast::LifecycleDecl& lifecycle) {
    return ChartBuilder(project, lifecycle).build();
}

}  // namespace sluice::dsl::graph
