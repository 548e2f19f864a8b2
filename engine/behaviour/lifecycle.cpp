#include "engine/behaviour/lifecycle.hpp"

#include "dsl/depends.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr Millis kTick{1};

/// One lifecycle of one customer.
class Settler {
public:
    Settler(const Context& context, Layout& layout, Index lifecycle, std::vector<Moved>& moved)
        : context_(context),
          lifecycle_(context.program.lifecycles[lifecycle]),
          index_(lifecycle),
          standing_(layout.standings[lifecycle]),
          moved_(moved) {}

    void settle(const Occurrence* event) {
        if (lifecycle_.kind == dsl::Lifecycle::Kind::transitions) {
            settle_transitions(event);
        } else {
            settle_ordered();
        }
        standing_.until = std::max(until_, context_.now + kTick);
    }

    void go(Index to) {
        moved_.push_back({index_, standing_.state, to});
        standing_.state = to;
        standing_.since = context_.now;
    }

private:
    bool ask(Index condition) {
        const Truth truth = judge(context_, condition);
        until_ = std::min(until_, truth.until);
        return truth.value;
    }

    bool ask_enters(Index state) {
        const Index enters = lifecycle_.states[state].enters;
        return enters == kNone || ask(enters);  // `otherwise`
    }

    void settle_ordered() {
        until_ = kNever;
        const Index found = ordered_state();
        if (found == standing_.state) {
            return;
        }
        go(found);
        // Asked again from there: what ends the new state is another matter than what began it.
        until_ = kNever;
        static_cast<void>(ordered_state());
    }

    /// A higher state's `enters` always wins; then the present state keeps its customer until it
    /// lets go; then the first lower one that takes her.
    Index ordered_state() {
        const auto count = static_cast<Index>(lifecycle_.states.size());
        const Index here = standing_.state == kNone ? count : standing_.state;
        for (Index state = 0; state < std::min(here, count); ++state) {
            if (ask_enters(state)) {
                return state;
            }
        }
        if (here == count || keeps(here)) {
            return here == count ? count - 1 : here;
        }
        for (Index state = here + 1; state < count; ++state) {
            if (ask_enters(state)) {
                return state;
            }
        }
        return here;
    }

    bool keeps(Index here) {
        const dsl::State& state = lifecycle_.states[here];
        if (state.enters == kNone || ask(state.enters)) {
            return true;
        }
        if (state.leaves != kNone && !ask(state.leaves)) {
            return true;
        }
        const Instant free = add(standing_.since, to_span(state.stays), context_.zone);
        if (context_.now >= free) {
            return false;
        }
        until_ = std::min(until_, free);
        return true;
    }

    /// One event moves a customer at most once; conditions may move her on at once.
    void settle_transitions(const Occurrence* event) {
        if (standing_.state == kNone) {
            go(lifecycle_.starts_in);
        }
        for (std::size_t round = 0; round <= lifecycle_.states.size(); ++round) {
            until_ = kNever;
            const Index to = way_out(event);
            if (to == kNone) {
                return;
            }
            go(to);
            event = nullptr;
        }
    }

    Index way_out(const Occurrence* event) {
        for (const dsl::Transition& way : lifecycle_.transitions) {
            const bool from_here = way.from == kNone || way.from == standing_.state;
            if (from_here && way.to != standing_.state && open(way, event)) {
                return way.to;
            }
        }
        return kNone;
    }

    /// `on`, `when` and `after` are alternatives of the grammar: a way has one of them.
    bool open(const dsl::Transition& way, const Occurrence* event) {
        if (way.on.event != kNone) {
            return event != nullptr && event->event == way.on.event &&
                   fits(context_, way.on, event->fields);
        }
        if (way.when != kNone) {
            return ask(way.when);
        }
        if (!way.after) {
            return false;  // only a flow goes this way
        }
        const Instant due = add(standing_.since, to_span(*way.after), context_.zone);
        until_ = due > context_.now ? std::min(until_, due) : until_;
        return due <= context_.now;
    }

    const Context& context_;
    const dsl::Lifecycle& lifecycle_;
    Index index_;
    Standing& standing_;
    std::vector<Moved>& moved_;
    Instant until_ = kNever;
};

bool needs_look(const LifecycleNeeds& needs, const Standing& standing, const Cause& cause,
                const std::vector<Moved>& moved, Instant now) {
    if (cause.everything || standing.state == kNone || standing.until <= now) {
        return true;
    }
    if (cause.event != nullptr && needs.events[cause.event->event]) {
        return true;
    }
    return std::any_of(moved.begin(), moved.end(), [&](const Moved& one) {
        return std::find(needs.lifecycles.begin(), needs.lifecycles.end(), one.lifecycle) !=
               needs.lifecycles.end();
    });
}

}  // namespace

std::vector<LifecycleNeeds> lifecycle_needs(const dsl::Program& program) {
    std::vector<LifecycleNeeds> out;
    for (const dsl::Lifecycle& lifecycle : program.lifecycles) {
        dsl::Dependencies found;
        for (const dsl::State& state : lifecycle.states) {
            collect_dependencies(program, state.enters, found);
            collect_dependencies(program, state.leaves, found);
        }
        for (const dsl::Transition& way : lifecycle.transitions) {
            collect_dependencies(program, way.when, found);
            collect_dependencies(program, way.on.filter, found);
            if (way.on.event != kNone) {
                found.events.insert(way.on.event);
            }
        }
        LifecycleNeeds& needs = out.emplace_back();
        needs.events.resize(program.events.size());
        for (const Index event : found.events) {
            needs.events[event] = true;
        }
        found.lifecycles.merge(found.dwelling);
        needs.lifecycles.assign(found.lifecycles.begin(), found.lifecycles.end());
    }
    return out;
}

void settle(const Context& context, const std::vector<LifecycleNeeds>& needs, Layout& layout,
            const Cause& cause, std::vector<Moved>& moved) {
    layout.standings.resize(context.program.lifecycles.size());
    for (const Index lifecycle : context.program.lifecycle_order) {
        if (needs_look(needs[lifecycle], layout.standings[lifecycle], cause, moved, context.now)) {
            Settler(context, layout, lifecycle, moved).settle(cause.event);
        }
    }
}

bool may_move(const dsl::Lifecycle& lifecycle, Index from, Index to) {
    return from != to && std::any_of(lifecycle.transitions.begin(), lifecycle.transitions.end(),
                                     [&](const dsl::Transition& way) {
                                         return way.to == to &&
                                                (way.from == kNone || way.from == from);
                                     });
}

void move_to(const Context& context, Layout& layout, Index lifecycle, Index state,
             std::vector<Moved>& moved) {
    Settler settler(context, layout, lifecycle, moved);
    settler.go(state);
    settler.settle(nullptr);
}

}  // namespace sluice
