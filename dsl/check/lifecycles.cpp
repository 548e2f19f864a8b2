#include "dsl/check/lifecycles.hpp"

#include "dsl/check/lower_cond.hpp"
#include "dsl/check/render.hpp"
#include "dsl/depends.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

/// One lifecycle of either form.
class LifecycleLowering {
public:
    LifecycleLowering(Compilation& c, const ast::LifecycleDecl& decl, const DeclRef& ref,
                      Index index)
        : c_(c), decl_(decl), ref_(ref), index_(index) {}

    void lower() {
        if (decl_.states.empty()) {
            if (!damaged()) {
                c_.error("E406", decl_.name.span, "`" + decl_.name.text + "` has no states:").help =
                    "Add lines such as:  state New when first Order Placed was less than "
                    "30 days ago";
            }
            return;
        }
        const bool explicit_form = !decl_.transitions.empty() || decl_.starts_in.has_value();
        for (const ast::StateDecl& state : decl_.states) {
            c_.program.lifecycles[index_].states.push_back(explicit_form ? plain_state(state)
                                                                         : ordered_state(state));
        }
        if (explicit_form) {
            lower_transitions();
        } else {
            check_otherwise();
        }
    }

private:
    Lifecycle& lifecycle() { return c_.program.lifecycles[index_]; }
    [[nodiscard]] bool damaged() const { return c_.damaged(ref_.decl->span, ref_.next); }

    Index condition(const ast::CondPtr& cond) {
        if (cond == nullptr) {
            return kNone;
        }
        Scope scope = customer_scope();
        return lower_cond(c_, *cond, scope);
    }

    State ordered_state(const ast::StateDecl& decl) {
        State out;
        out.name = decl.name.text;
        out.is_final = decl.final_state;
        out.enters = decl.when != nullptr ? condition(decl.when) : condition(decl.enters);
        out.leaves = condition(decl.leaves);
        if (decl.stays_at_least) {
            out.stays = lowered(*decl.stays_at_least);
            if (is_zero(*decl.stays_at_least)) {
                c_.error("E304", decl.stays_at_least->span, "This length of time is zero:").help =
                    "Write a length such as `30 minutes`, or remove the line.";
            }
        }
        const bool asked = decl.when != nullptr || decl.enters != nullptr;
        if (!asked && !decl.otherwise && !damaged()) {
            c_.error("E406", decl.name.span,
                     "Nothing says when a customer is in `" + decl.name.text + "`:")
                .help =
                "Add `when …`, or a block with `enters when …`; the last state says "
                "`otherwise`.";
        }
        return out;
    }

    State plain_state(const ast::StateDecl& decl) {
        State out;
        out.name = decl.name.text;
        out.is_final = decl.final_state;
        if (decl.when != nullptr || decl.enters != nullptr || decl.otherwise) {
            c_.error("E406", decl.name.span,
                     "This lifecycle is written as transitions, so its states have no conditions:")
                .help =
                "Say how customers get there:  from … to " + spelled(decl.name.text) + " when …";
        }
        return out;
    }

    void check_otherwise() {
        for (std::size_t at = 0; at + 1 < decl_.states.size(); ++at) {
            if (decl_.states[at].otherwise) {
                Diagnostic& diagnostic =
                    c_.error("E406", decl_.states[at + 1].name.span,
                             "No customer can ever be in `" + decl_.states[at + 1].name.text +
                                 "`, because the state above takes everybody:");
                diagnostic.labels.push_back({decl_.states[at].name.span, "takes everybody"});
                diagnostic.help = "`otherwise` belongs to the last state.";
                return;
            }
        }
        if (!decl_.states.back().otherwise && !damaged()) {
            c_.error("E406", decl_.states.back().name.span,
                     "Some customers may be in no state of `" + decl_.name.text + "`:")
                .help = "Make the last state the one for everybody else:  state " +
                        spelled(decl_.states.back().name.text) + " otherwise";
        }
    }

    /// The state of this lifecycle that a line names, or kNone after E203.
    Index own_state(const ast::Name& name) {
        const auto found = declared_state(c_, name.text);
        if (found && found->lifecycle == index_) {
            c_.note(Kind::state, name);
            return found->state;
        }
        if (found) {
            c_.error("E203", name.span,
                     "`" + name.text + "` is a state of another lifecycle, `" +
                         c_.program.lifecycles[found->lifecycle].name + "`:")
                .help = "Transitions stay within one lifecycle.";
            return kNone;
        }
        if (!damaged()) {
            c_.find(Kind::state, "E203", name);
        }
        return kNone;
    }

    void lower_transitions() {
        lifecycle().kind = Lifecycle::Kind::transitions;
        if (!decl_.starts_in) {
            if (!damaged()) {
                c_.error(
                      "E406", decl_.name.span,
                      "Nothing says in which state of `" + decl_.name.text + "` a new customer is:")
                    .help =
                    "Add a first line:  starts in " + spelled(decl_.states.front().name.text);
            }
        } else if (const Index start = own_state(*decl_.starts_in); start != kNone) {
            lifecycle().starts_in = start;
        }
        for (const ast::TransitionDecl& decl : decl_.transitions) {
            add_transition(decl);
        }
        if (!damaged()) {
            check_reached();
            check_left();
        }
    }

    void add_transition(const ast::TransitionDecl& decl) {
        Transition out;
        out.to = own_state(decl.to);
        if (decl.from) {
            out.from = own_state(*decl.from);
            if (out.from == kNone) {
                return;
            }
        }
        if (out.to == kNone) {
            return;
        }
        if (out.from == out.to) {
            c_.error("E406", decl.span, "This way leads from a state to itself:").help =
                "Remove it; a customer who is there stays there.";
            return;
        }
        out.when = condition(decl.when);
        if (decl.on) {
            out.on = lower_pattern(c_, *decl.on, customer_scope());
        }
        if (decl.after) {
            out.after = lowered(*decl.after);
            if (is_zero(*decl.after)) {
                c_.error("E304", decl.after->span, "This length of time is zero:").help =
                    "Write a length such as `14 days`.";
            }
        }
        check_same(decl, out);
        lifecycle().transitions.push_back(std::move(out));
        spans_.push_back(decl.span);
    }

    /// Two ways out of one state on the same cause lead to different places.
    void check_same(const ast::TransitionDecl& decl, const Transition& added) {
        for (std::size_t at = 0; at < lifecycle().transitions.size(); ++at) {
            const Transition& other = lifecycle().transitions[at];
            if (other.from != added.from || other.after != added.after ||
                cause(other) != cause(added)) {
                continue;
            }
            Diagnostic& diagnostic = c_.error(
                "E406", decl.span, "Two ways lead out of the same state for the same reason:");
            diagnostic.labels.push_back({spans_[at], "the other one"});
            diagnostic.help = "Only the first could ever be taken. Remove one, or tell them apart.";
            return;
        }
    }

    std::string cause(const Transition& transition) {
        if (transition.on.event != kNone) {
            return "on " + render_pattern(c_.program, transition.on, nullptr);
        }
        return transition.when == kNone ? std::string()
                                        : render_condition(c_.program, transition.when, {});
    }

    bool reached(Index state) {
        const Lifecycle& made = lifecycle();
        return state == made.starts_in ||
               std::any_of(made.transitions.begin(), made.transitions.end(),
                           [&](const Transition& way) { return way.to == state; });
    }

    void check_reached() {
        const Lifecycle& made = lifecycle();
        for (Index state = 0; state < made.states.size(); ++state) {
            if (!reached(state)) {
                c_.error("E406", decl_.states[state].name.span,
                         "No way leads to `" + made.states[state].name + "`:")
                    .help = "Add one, or remove the state:  from … to " +
                            spelled(made.states[state].name) + " when …";
            }
        }
    }

    void check_left() {
        const Lifecycle& made = lifecycle();
        for (Index state = 0; state < made.states.size(); ++state) {
            const bool left = std::any_of(
                made.transitions.begin(), made.transitions.end(), [&](const Transition& way) {
                    return way.to != state && (way.from == state || way.from == kNone);
                });
            if (!left && reached(state) && !made.states[state].is_final) {
                c_.error("E406", decl_.states[state].name.span,
                         "Nobody can ever leave `" + made.states[state].name + "`:")
                    .help = "If that is meant, mark it:  state " +
                            spelled(made.states[state].name) + " final";
            }
        }
    }

    Compilation& c_;
    const ast::LifecycleDecl& decl_;
    const DeclRef& ref_;
    Index index_;
    std::vector<Span> spans_;
};

/// Depth-first: a lifecycle stands behind those its conditions read.
class Order {
public:
    explicit Order(Compilation& c) : c_(c), state_(c.program.lifecycles.size(), 0) {}

    void visit(Index lifecycle) {
        if (state_[lifecycle] == 2) {
            return;
        }
        if (state_[lifecycle] == 1) {
            const std::string name = c_.program.lifecycles[lifecycle].name;
            c_.error("E403", c_.names.lifecycle_spans[lifecycle],
                     "Where a customer is in `" + name + "` depends on itself:")
                .help = "Its conditions ask for a state that is decided by them.";
            return;
        }
        state_[lifecycle] = 1;
        for (const Index other : read_by(lifecycle)) {
            visit(other);
        }
        state_[lifecycle] = 2;
        c_.program.lifecycle_order.push_back(lifecycle);
    }

private:
    /// How long a customer has been in a state of the same lifecycle may be asked: that is the
    /// past.
    std::set<Index> read_by(Index lifecycle) {
        const Lifecycle& made = c_.program.lifecycles[lifecycle];
        Dependencies found;
        for (const State& state : made.states) {
            collect_dependencies(c_.program, state.enters, found);
            collect_dependencies(c_.program, state.leaves, found);
        }
        for (const Transition& way : made.transitions) {
            collect_dependencies(c_.program, way.when, found);
        }
        found.dwelling.erase(lifecycle);
        found.lifecycles.merge(found.dwelling);
        return found.lifecycles;
    }

    Compilation& c_;
    std::vector<std::uint8_t> state_;
};

}  // namespace

std::optional<StateRef> declared_state(const Compilation& c, std::string_view name) {
    const Declared* known = c.declared(Kind::state, name);
    if (known == nullptr || known->index == kNone) {
        return std::nullopt;
    }
    const auto& [lifecycle, state] = c.names.state_places[known->index];
    return StateRef{lifecycle, state};
}

std::optional<StateRef> find_state(Compilation& c, const ast::Name& name) {
    if (const auto state = declared_state(c, name.text)) {
        c.note(Kind::state, name);
        return state;
    }
    const Index segment = c.find(Kind::segment, "E203", name);
    if (segment == kNone) {
        return std::nullopt;
    }
    const auto [place, fresh] =
        c.names.watched_segments.try_emplace(segment, to_index(c.program.lifecycles.size()));
    if (fresh) {
        Lifecycle& watched = c.program.lifecycles.emplace_back();
        watched.name = c.program.segments[segment].name;
        watched.kind = Lifecycle::Kind::segment;
        watched.states.resize(2);
        watched.states[0].name = watched.name;
        c.names.lifecycle_spans.push_back(c.names.segment_spans[segment]);
    }
    return StateRef{place->second, 0};
}

std::optional<StateChange> lower_change(Compilation& c, const ast::StateChange& change) {
    const auto state = find_state(c, change.state);
    if (change.kind != ast::StateChange::Kind::moves) {
        if (!state) {
            return std::nullopt;
        }
        const bool enters = change.kind == ast::StateChange::Kind::enters;
        return StateChange{state->lifecycle, enters ? kNone : state->state,
                           enters ? state->state : kNone};
    }
    const auto to = find_state(c, change.to);
    if (!state || !to) {
        return std::nullopt;
    }
    if (state->lifecycle != to->lifecycle || state->state == to->state) {
        c.error("E406", change.span,
                "Nobody moves from `" + change.state.text + "` to `" + change.to.text + "`:")
            .help = "Both must be different states of one lifecycle.";
        return std::nullopt;
    }
    return StateChange{state->lifecycle, state->state, to->state};
}

void declare_lifecycles(Compilation& c, const Decls& decls) {
    for (const DeclRef& ref : decls) {
        const auto* decl = std::get_if<ast::LifecycleDecl>(&ref.decl->node);
        const Index index = decl == nullptr ? kNone : index_of(c, Kind::lifecycle, decl->name);
        if (index != kNone) {
            LifecycleLowering(c, *decl, ref, index).lower();
        }
    }
}

void order_lifecycles(Compilation& c) {
    for (const auto& [segment, lifecycle] : c.names.watched_segments) {
        c.program.lifecycles[lifecycle].states[0].enters = c.program.segments[segment].condition;
    }
    Order order(c);
    for (Index at = 0; at < c.program.lifecycles.size(); ++at) {
        order.visit(at);
    }
}

}  // namespace sluice::dsl::check
