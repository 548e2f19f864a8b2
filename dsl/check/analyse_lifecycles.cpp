// E406 and W407: states that the states above them leave nothing, and states without a pause
// between coming and going.
#include "dsl/check/analyse.hpp"

#include <array>

namespace sluice::dsl::check {
namespace {

struct Above {
    Index state = kNone;
    Index enters = kNone;
};

class States {
public:
    States(Compilation& c, Index lifecycle, const std::set<Index>& reported)
        : c_(c), lifecycle_(lifecycle), reported_(reported) {}

    void check() {
        const Lifecycle& made = c_.program.lifecycles[lifecycle_];
        std::vector<Above> above;
        for (Index at = 0; at < made.states.size(); ++at) {
            const State& state = made.states[at];
            if (reported_.contains(state.enters)) {
                continue;
            }
            if (!above.empty() && taken(state.enters, above)) {
                report_taken(at, above);
                continue;
            }
            if (state.enters != kNone) {
                above.push_back({at, state.enters});
            }
            check_overlap(at);
        }
    }

private:
    /// Whether whoever meets the condition (kNone: everybody) meets one of those above.
    bool taken(Index enters, const std::vector<Above>& above) {
        std::vector<Fact> facts;
        if (enters != kNone) {
            facts.push_back({enters, true, kNone});
        }
        for (const Above& one : above) {
            facts.push_back({one.enters, false, kNone});
        }
        return impossible(c_.program, facts);
    }

    void report_taken(Index state, std::vector<Above> above) {
        const Lifecycle& made = c_.program.lifecycles[lifecycle_];
        for (std::size_t at = 0; at < above.size();) {
            std::vector<Above> fewer = above;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at));
            if (taken(made.states[state].enters, fewer)) {
                above = std::move(fewer);
            } else {
                ++at;
            }
        }
        Diagnostic& diagnostic =
            c_.error("E406", place(state),
                     "No customer can ever be in `" + made.states[state].name + "`, because the " +
                         (above.size() > 1 ? "states above take" : "state above takes") +
                         " everybody who could be:");
        for (const Above& one : above) {
            diagnostic.labels.push_back({c_.places.conditions[one.enters], "takes them"});
        }
        diagnostic.help = made.states[state].enters == kNone
                              ? "Remove the state, or narrow one above it."
                              : "The first state that fits wins. Put the narrower one first.";
    }

    /// A customer who meets both would come and go with every change. Only what is certain is told:
    /// comings that are goings at once, and bounds of one number that cross.
    void check_overlap(Index at) {
        const State& state = c_.program.lifecycles[lifecycle_].states[at];
        if (state.enters == kNone || state.leaves == kNone || reported_.contains(state.leaves)) {
            return;
        }
        const std::array<Fact, 2> apart = {Fact{state.enters, true, kNone},
                                           Fact{state.leaves, false, kNone}};
        const std::array<Fact, 2> both = {Fact{state.enters, true, kNone},
                                          Fact{state.leaves, true, kNone}};
        const bool crossing =
            same_number(state.enters, state.leaves) && !impossible(c_.program, both);
        if (!crossing && !impossible(c_.program, apart)) {
            return;
        }
        Diagnostic& diagnostic =
            c_.warning("W407", c_.places.conditions[state.leaves],
                       "A customer can meet this and still meet what let her in:");
        diagnostic.labels.push_back({c_.places.conditions[state.enters], "lets her in"});
        diagnostic.help =
            "She stays while both hold, so this line does less than it says. Leave a gap between "
            "the two, such as `>= 500` and `< 400`.";
    }

    /// Both compare one and the same number with a fixed one.
    bool same_number(Index enters, Index leaves) {
        const Condition& one = c_.program.conditions[enters];
        const Condition& other = c_.program.conditions[leaves];
        const auto* left = std::get_if<CondCompare>(&one.node);
        const auto* right = std::get_if<CondCompare>(&other.node);
        if (left != nullptr && right != nullptr) {
            return fixed(left->right) && fixed(right->right) && same(left->left, right->left);
        }
        const auto* count = std::get_if<CondQuantity>(&one.node);
        const auto* again = std::get_if<CondQuantity>(&other.node);
        return count != nullptr && again != nullptr && count->aggregate == again->aggregate &&
               c_.program.aggregates[count->aggregate].key_field == kNone &&
               same(count->window, again->window);
    }

    static bool fixed(const Operand& operand) {
        return operand.kind == Operand::Kind::literal && operand.value.kind == Value::Kind::number;
    }
    static bool same(const HistoryWindow& a, const HistoryWindow& b) {
        return a.kind == b.kind && a.duration == b.duration && a.date == b.date &&
               a.aggregate == b.aggregate;
    }
    bool same(const Operand& a, const Operand& b) {
        if (a.kind != b.kind) {
            return false;
        }
        if (a.kind == Operand::Kind::customer_field) {
            return a.field == b.field;
        }
        if (a.kind != Operand::Kind::measure) {
            return false;
        }
        const Measure& one = c_.program.measures[a.field];
        const Measure& other = c_.program.measures[b.field];
        return one.function == other.function && one.aggregate == other.aggregate &&
               c_.program.aggregates[one.aggregate].key_field == kNone &&
               same(one.window, other.window) && one.last == other.last;
    }

    Span place(Index state) {
        const Declared* declared =
            c_.declared(Kind::state, c_.program.lifecycles[lifecycle_].states[state].name);
        return declared == nullptr ? c_.names.lifecycle_spans[lifecycle_] : declared->span;
    }

    Compilation& c_;
    Index lifecycle_;
    const std::set<Index>& reported_;
};

}  // namespace

void analyse_lifecycles(Compilation& c, const std::set<Index>& reported) {
    for (Index at = 0; at < c.program.lifecycles.size(); ++at) {
        if (c.program.lifecycles[at].kind == Lifecycle::Kind::ordered) {
            States(c, at, reported).check();
        }
    }
}

}  // namespace sluice::dsl::check
