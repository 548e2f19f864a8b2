// W411: conditions that are never, or always, true; and states that no customer can be in.
#include "dsl/check/analyse.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

const std::vector<Index>* terms_of(const Condition& condition) {
    if (const auto* all = std::get_if<CondAll>(&condition.node)) {
        return &all->terms;
    }
    const auto* any = std::get_if<CondAny>(&condition.node);
    return any == nullptr ? nullptr : &any->terms;
}

class Finder {
public:
    explicit Finder(Compilation& c) : c_(c) {}

    /// Looks at the parts first: the smallest condition that decides nothing is the cause.
    bool root(Index condition) {
        if (condition == kNone) {
            return false;
        }
        const auto [place, fresh] = seen_.try_emplace(condition, false);
        if (!fresh) {
            return place->second;
        }
        const bool reported = parts(condition) || itself(condition);
        seen_[condition] = reported;
        return reported;
    }

    [[nodiscard]] std::set<Index> reported() const {
        std::set<Index> out;
        for (const auto& [condition, said] : seen_) {
            if (said) {
                out.insert(condition);
            }
        }
        return out;
    }

private:
    bool parts(Index condition) {
        const Condition& written = c_.program.conditions[condition];
        bool reported = false;
        if (const auto* inverted = std::get_if<CondNot>(&written.node)) {
            return root(inverted->term);
        }
        if (const auto* terms = terms_of(written)) {
            for (const Index term : *terms) {
                reported = root(term) || reported;
            }
        }
        return reported;
    }

    bool itself(Index condition) {
        const auto& node = c_.program.conditions[condition].node;
        // A segment and a consent rule are told where they are declared.
        if (std::holds_alternative<CondInSegment>(node) ||
            std::holds_alternative<CondCanGet>(node) || std::holds_alternative<CondNot>(node)) {
            return false;
        }
        const Fact holds{condition, true, kNone};
        if (impossible(c_.program, {&holds, 1})) {
            report(condition, true);
            return true;
        }
        if (always_true(c_.program, condition)) {
            report(condition, false);
            return true;
        }
        return false;
    }

    /// The terms that already decide it: what can be left out is left out.
    std::vector<Index> core(Index condition, bool never) {
        const std::vector<Index>* terms = terms_of(c_.program.conditions[condition]);
        if (terms == nullptr) {
            return {};
        }
        std::vector<Index> left = *terms;
        for (std::size_t at = 0; at < left.size();) {
            std::vector<Fact> facts;
            for (std::size_t other = 0; other < left.size(); ++other) {
                if (other != at) {
                    facts.push_back({left[other], never, kNone});
                }
            }
            if (impossible(c_.program, facts)) {
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
            } else {
                ++at;
            }
        }
        return left;
    }

    void report(Index condition, bool never) {
        const std::vector<Index> deciding = core(condition, never);
        const Index main = deciding.empty() ? condition : deciding.back();
        const Span place = c_.places.conditions[main];
        const std::string_view verdict = never ? "never" : "always";
        if (deciding.size() < 2) {
            c_.warning("W411", place, "This is " + std::string(verdict) + " true:").help =
                never ? "No customer can meet it. Change it, or remove what depends on it."
                      : "Every customer meets it. Change it, or remove it.";
            return;
        }
        Diagnostic& diagnostic =
            c_.warning("W411", place,
                       never ? "This can never be true together with what stands before it:"
                             : "With what stands before it, this is true for everybody:");
        for (std::size_t at = 0; at + 1 < deciding.size(); ++at) {
            diagnostic.labels.push_back({c_.places.conditions[deciding[at]],
                                         never ? "cannot hold with it" : "holds when it does not"});
        }
        diagnostic.help = never ? "No customer can meet both. Change one of them."
                                : "So nobody is left out. Change one of them.";
    }

    Compilation& c_;
    std::map<Index, bool> seen_;
};

/// Every condition that stands for itself.
std::vector<Index> roots_of(const Program& program) {
    std::vector<Index> out;
    for (const Segment& segment : program.segments) {
        out.push_back(segment.condition);
    }
    for (const Lifecycle& lifecycle : program.lifecycles) {
        for (const State& state : lifecycle.states) {
            out.insert(out.end(), {state.enters, state.leaves});
        }
        for (const Transition& way : lifecycle.transitions) {
            out.insert(out.end(), {way.when, way.on.filter});
        }
    }
    out.insert(out.end(), program.policy.consent.begin(), program.policy.consent.end());
    for (const Aggregate& aggregate : program.aggregates) {
        out.insert(out.end(), {aggregate.filter, aggregate.then.filter});
    }
    for (const Experiment& experiment : program.experiments) {
        out.push_back(experiment.measure.filter);
    }
    return out;
}

void add_flow(const Flow& flow, std::vector<Index>& out) {
    for (const Start& start : flow.starts) {
        if (const auto* event = std::get_if<StartOnEvent>(&start)) {
            out.insert(out.end(), {event->event.filter, event->audience});
        }
    }
    out.push_back(flow.only_if);
    out.push_back(flow.goal ? flow.goal->event.filter : kNone);
    for (const EventPattern& pattern : flow.ends_when) {
        out.push_back(pattern.filter);
    }
    out.insert(out.end(), flow.ends_when_true.begin(), flow.ends_when_true.end());
    for (const Instruction& instruction : flow.code) {
        if (const auto* branch = std::get_if<OpBranch>(&instruction.op)) {
            out.push_back(branch->condition);
        } else if (const auto* loop = std::get_if<OpLoop>(&instruction.op)) {
            out.push_back(loop->until);
        } else if (const auto* await = std::get_if<OpAwait>(&instruction.op)) {
            for (const AwaitBranch& arm : await->branches) {
                out.push_back(arm.event.filter);
            }
        }
    }
}

}  // namespace

std::set<Index> analyse_conditions(Compilation& c) {
    std::vector<Index> roots = roots_of(c.program);
    for (const Flow& flow : c.program.flows) {
        add_flow(flow, roots);
    }
    Finder finder(c);
    for (const Index condition : roots) {
        finder.root(condition);
    }
    return finder.reported();
}

}  // namespace sluice::dsl::check
