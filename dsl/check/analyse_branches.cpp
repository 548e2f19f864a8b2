// E401: an `if` whose answer earlier steps of every path have given.
#include "dsl/check/analyse.hpp"

#include <algorithm>
#include <deque>

namespace sluice::dsl::check {
namespace {

using Facts = std::set<Fact>;

class Guards {
public:
    Guards(Compilation& c, Index flow, const std::set<Index>& reported)
        : c_(c), flow_(c.program.flows[flow]), reported_(reported) {}

    void check() {
        if (flow_.code.empty()) {
            return;
        }
        spread();
        std::set<Index> told;
        for (Index at = 0; at < flow_.code.size(); ++at) {
            const auto* branch = std::get_if<OpBranch>(&flow_.code[at].op);
            if (branch == nullptr || !reached_[at] || reported_.contains(branch->condition)) {
                continue;
            }
            // One step, one report: later arms of an `if` follow from the first.
            if (!told.contains(flow_.code[at].step) && decided(at, *branch)) {
                told.insert(flow_.code[at].step);
            }
        }
    }

private:
    /// What holds as the run enters.
    Facts at_entry() {
        Facts out;
        const auto* start =
            flow_.starts.size() == 1 ? std::get_if<StartOnEvent>(&flow_.starts[0]) : nullptr;
        if (start != nullptr && start->slot != kNone) {
            start_slot_ = start->slot;
            if (start->event.filter != kNone) {
                out.insert({start->event.filter, true, start_slot_});
            }
        }
        if (flow_.only_if != kNone) {
            out.insert({flow_.only_if, true, start_slot_});
        }
        return out;
    }

    /// Facts at every instruction: what holds on all the ways that lead there.
    void spread() {
        const std::size_t size = flow_.code.size();
        before_.assign(size, {});
        reached_.assign(size, false);
        std::deque<Index> work = {0};
        before_[0] = at_entry();
        reached_[0] = true;
        while (!work.empty()) {
            const Index at = work.front();
            work.pop_front();
            for (const Edge& edge : edges_of(flow_, at)) {
                if (edge.target < size && arrive(edge.target, behind(at, edge))) {
                    work.push_back(edge.target);
                }
            }
        }
    }

    bool arrive(Index at, Facts facts) {
        if (!reached_[at]) {
            reached_[at] = true;
            before_[at] = std::move(facts);
            return true;
        }
        return std::erase_if(before_[at], [&](const Fact& fact) { return !facts.contains(fact); }) >
               0;
    }

    Facts behind(Index at, const Edge& edge) {
        Facts facts = before_[at];
        const auto& op = flow_.code[at].op;
        if (const auto* branch = std::get_if<OpBranch>(&op)) {
            // An empty block makes both ways one, which says nothing.
            if (branch->otherwise != at + 1) {
                facts.insert({branch->condition, edge.target == at + 1, start_slot_});
            }
            return facts;
        }
        const bool quiet =
            std::holds_alternative<OpJump>(op) || std::holds_alternative<OpSplit>(op) ||
            std::holds_alternative<OpLoop>(op) || std::holds_alternative<OpExperiment>(op);
        if (quiet) {
            return facts;
        }
        // Time passes, or the customer changes: only what the run holds stays as it was.
        Index bound = kNone;
        if (const auto* await = std::get_if<OpAwait>(&op)) {
            for (const AwaitBranch& branch : await->branches) {
                bound = branch.target == edge.target && branch.slot != kNone ? branch.slot : bound;
            }
        }
        std::erase_if(facts, [&](const Fact& fact) {
            return !lasting(fact.condition, fact.candidate_slot, bound);
        });
        return facts;
    }

    /// Whether a condition reads nothing but events the run holds (but not the slot `bound`).
    bool lasting(Index condition, Index candidate, Index bound) {
        const auto& node = c_.program.conditions[condition].node;
        const auto held = [&](const Operand& operand) {
            return operand.kind == Operand::Kind::literal ||
                   (operand.kind == Operand::Kind::slot_field && operand.slot != bound) ||
                   (operand.kind == Operand::Kind::event_field && candidate != bound);
        };
        const auto all = [&](const std::vector<Index>& terms) {
            return std::all_of(terms.begin(), terms.end(),
                               [&](Index term) { return lasting(term, candidate, bound); });
        };
        if (const auto* both = std::get_if<CondAll>(&node)) {
            return all(both->terms);
        }
        if (const auto* either = std::get_if<CondAny>(&node)) {
            return all(either->terms);
        }
        if (const auto* inverted = std::get_if<CondNot>(&node)) {
            return lasting(inverted->term, candidate, bound);
        }
        if (const auto* compare = std::get_if<CondCompare>(&node)) {
            return held(compare->left) && held(compare->right);
        }
        if (const auto* known = std::get_if<CondKnown>(&node)) {
            return held(known->operand);
        }
        if (const auto* one = std::get_if<CondOneOf>(&node)) {
            return held(one->operand) && std::all_of(one->values.begin(), one->values.end(), held);
        }
        const auto* has = std::get_if<CondContains>(&node);
        return has != nullptr && held(has->operand) && held(has->value);
    }

    bool excluded(const Facts& known, const Fact& fact) {
        std::vector<Fact> facts(known.begin(), known.end());
        facts.push_back(fact);
        return impossible(c_.program, facts);
    }

    bool decided(Index at, const OpBranch& branch) {
        const Facts& known = before_[at];
        if (known.empty() || excluded(known, known_again(known))) {
            return false;  // the way itself cannot be taken, and that has been told
        }
        if (excluded(known, {branch.condition, true, start_slot_})) {
            report(at, branch, true);
            return true;
        }
        if (has_other_way(branch) && excluded(known, {branch.condition, false, start_slot_})) {
            report(at, branch, false);
            return true;
        }
        return false;
    }

    /// Steps that only those reach for whom the condition fails.
    bool has_other_way(const OpBranch& branch) {
        const Instruction& last = flow_.code[branch.otherwise - 1];
        if (const auto* jump = std::get_if<OpJump>(&last.op)) {
            return jump->target > branch.otherwise;
        }
        return std::holds_alternative<OpEnd>(last.op) && flow_.code[branch.otherwise].step != kNone;
    }

    static Fact known_again(const Facts& known) { return *known.begin(); }

    void report(Index at, const OpBranch& branch, bool never) {
        Facts deciding = before_[at];
        for (auto fact = deciding.begin(); fact != deciding.end();) {
            Facts fewer = deciding;
            fewer.erase(*fact);
            if (excluded(fewer, {branch.condition, never, start_slot_})) {
                fact = deciding.erase(fact);
            } else {
                ++fact;
            }
        }
        Diagnostic& diagnostic =
            c_.error("E401", c_.places.conditions[branch.condition],
                     never ? "This cannot be true here, so its steps are never reached:"
                           : "This is always true here, so the steps of the other way are never "
                             "reached:");
        for (const Fact& fact : deciding) {
            diagnostic.labels.push_back({c_.places.conditions[fact.condition],
                                         fact.holds ? "holds whenever a run comes here"
                                                    : "never holds when a run comes here"});
        }
        diagnostic.help = "Remove the steps, or change one of the conditions.";
    }

    Compilation& c_;
    const Flow& flow_;
    const std::set<Index>& reported_;
    Index start_slot_ = kNone;
    std::vector<Facts> before_;
    std::vector<bool> reached_;
};

}  // namespace

void analyse_branches(Compilation& c, const std::set<Index>& reported) {
    for (Index flow = 0; flow < c.program.flows.size(); ++flow) {
        Guards(c, flow, reported).check();
    }
}

}  // namespace sluice::dsl::check
