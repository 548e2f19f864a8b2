#include "dsl/migrate/match.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace sluice::dsl {
namespace {

/// A step with the steps in its blocks, as written.
struct Node {
    Index step = kNone;
    std::size_t kind = 0;  // of its instruction
    std::vector<std::vector<Node>> blocks;
};

/// `wait 2 days @second` without the label, which has a rule of its own.
std::string words_of(const StepInfo& step) {
    const std::string label = " @" + step.id;
    return step.text.ends_with(label) ? step.text.substr(0, step.text.size() - label.size())
                                      : step.text;
}

/// The steps of a flow as the tree they were written as, from their paths.
class TreeBuilder {
public:
    explicit TreeBuilder(const Flow& flow) : flow_(flow), kinds_(flow.steps.size(), 0) {
        for (const Instruction& instruction : flow.code) {
            if (instruction.step != kNone && kinds_[instruction.step] == 0) {
                kinds_[instruction.step] = instruction.op.index() + 1;
            }
        }
    }

    std::vector<Node> build() { return block(""); }

private:
    /// Steps stand in source order, so those of one block with their inner ones are neighbours.
    std::vector<Node> block(const std::string& prefix) {
        std::vector<Node> out;
        while (next_ < flow_.steps.size()) {
            const std::string& path = flow_.steps[next_].path;
            const bool here =
                path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos;
            if (!here) {
                break;
            }
            Node& node = out.emplace_back();
            node.step = next_;
            node.kind = kinds_[next_];
            ++next_;
            inner(path + "/", node);
        }
        return out;
    }

    void inner(const std::string& prefix, Node& node) {
        while (next_ < flow_.steps.size() && flow_.steps[next_].path.starts_with(prefix)) {
            const std::string& path = flow_.steps[next_].path;
            const std::size_t dot = path.find('.', prefix.size());
            const auto number =
                static_cast<std::size_t>(std::stoul(path.substr(prefix.size(), dot)));
            node.blocks.resize(std::max(node.blocks.size(), number));
            node.blocks[number - 1] = block(path.substr(0, dot + 1));
        }
    }

    const Flow& flow_;
    std::vector<std::size_t> kinds_;
    Index next_ = 0;
};

using Pair = std::pair<std::size_t, std::size_t>;

/// The longest common subsequence of two lists of words.
std::vector<Pair> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::vector<std::size_t>> best(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t j = b.size(); j-- > 0;) {
            best[i][j] =
                a[i] == b[j] ? best[i + 1][j + 1] + 1 : std::max(best[i + 1][j], best[i][j + 1]);
        }
    }
    std::vector<Pair> out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            out.emplace_back(i++, j++);
        } else if (best[i + 1][j] >= best[i][j + 1]) {
            ++i;
        } else {
            ++j;
        }
    }
    return out;
}

struct StepMatch {
    Index to = kNone;
    ParkMatch::How how = ParkMatch::How::none;
};

/// Finds for each step of the old flow its place in the new one.
class StepMatcher {
public:
    StepMatcher(const Flow& from, const Flow& to, const FlowChange* change)
        : from_(from), to_(to), found_(from.steps.size()), taken_(to.steps.size(), false) {
        if (change != nullptr) {
            told(*change);
        }
        labels();
        const std::vector<Node> old_tree = TreeBuilder(from).build();
        const std::vector<Node> new_tree = TreeBuilder(to).build();
        blocks(old_tree, new_tree);
    }

    [[nodiscard]] const std::vector<StepMatch>& found() const { return found_; }

private:
    static Index step_called(const Flow& flow, const std::string& id) {
        const auto place = std::find_if(flow.steps.begin(), flow.steps.end(),
                                        [&](const StepInfo& step) { return step.id == id; });
        return place == flow.steps.end() ? kNone : static_cast<Index>(place - flow.steps.begin());
    }

    void pair(Index from, Index to, ParkMatch::How how) {
        found_[from] = {to, how};
        if (to != kNone) {
            taken_[to] = true;
        }
    }

    void told(const FlowChange& change) {
        for (const auto& [label, target] : change.labels) {
            const Index from = step_called(from_, label);
            if (from != kNone) {
                pair(from, target.empty() ? kNone : step_called(to_, target),
                     target.empty() ? ParkMatch::How::stops : ParkMatch::How::told);
            }
        }
    }

    /// Numbers such as s3 are not labels: they say where a step stands, not which it is.
    static bool is_label(const StepInfo& step, Index at) {
        return step.id != "s" + std::to_string(at + 1);
    }

    void labels() {
        for (Index from = 0; from < from_.steps.size(); ++from) {
            const Index to =
                is_label(from_.steps[from], from) ? step_called(to_, from_.steps[from].id) : kNone;
            if (to != kNone && open(from) && !taken_[to] && is_label(to_.steps[to], to)) {
                pair(from, to, ParkMatch::How::label);
            }
        }
    }

    [[nodiscard]] bool open(Index from) const { return found_[from].how == ParkMatch::How::none; }

    /// Two blocks that stand for each other: the same words pair first, then what is left alone of
    /// its kind between the same neighbours; containers that pair lend their blocks.
    void blocks(const std::vector<Node>& a, const std::vector<Node>& b) {
        std::vector<std::string> old_words;
        std::vector<std::string> new_words;
        for (const Node& node : a) {
            old_words.push_back(words_of(from_.steps[node.step]));
        }
        for (const Node& node : b) {
            new_words.push_back(words_of(to_.steps[node.step]));
        }
        std::vector<Pair> anchors;
        std::size_t i = 0;
        std::size_t j = 0;
        for (const auto& [at, with] : common(old_words, new_words)) {
            gap(a, {i, at}, b, {j, with});
            step_pair(a[at], b[with], ParkMatch::How::structure);
            i = at + 1;
            j = with + 1;
        }
        gap(a, {i, a.size()}, b, {j, b.size()});
    }

    void step_pair(const Node& a, const Node& b, ParkMatch::How how) {
        if (open(a.step) && !taken_[b.step]) {
            pair(a.step, b.step, how);
        }
        for (std::size_t at = 0; at < std::min(a.blocks.size(), b.blocks.size()); ++at) {
            blocks(a.blocks[at], b.blocks[at]);
        }
    }

    void gap(const std::vector<Node>& a, Pair range_a, const std::vector<Node>& b, Pair range_b) {
        std::map<std::size_t, std::pair<std::vector<const Node*>, std::vector<const Node*>>> kinds;
        for (std::size_t at = range_a.first; at < range_a.second; ++at) {
            if (open(a[at].step)) {
                kinds[a[at].kind].first.push_back(&a[at]);
            }
        }
        for (std::size_t at = range_b.first; at < range_b.second; ++at) {
            if (!taken_[b[at].step]) {
                kinds[b[at].kind].second.push_back(&b[at]);
            }
        }
        for (const auto& [kind, sides] : kinds) {
            const auto& [left, right] = sides;
            if (left.size() == 1 && right.size() == 1) {
                step_pair(*left.front(), *right.front(), ParkMatch::How::sibling);
            } else if (!left.empty() && !right.empty()) {
                for (const Node* node : left) {
                    found_[node->step].how = ParkMatch::How::ambiguous;
                }
            }
        }
    }

    const Flow& from_;
    const Flow& to_;
    std::vector<StepMatch> found_;  // by old step
    std::vector<bool> taken_;       // by new step
};

const FlowChange* change_of(const Program& program, Index flow) {
    for (const FlowChange& change : program.changes) {
        if (change.flow == flow) {
            return &change;
        }
    }
    return nullptr;
}

Index new_flow_of(const Program& from, const Program& to, Index flow) {
    const std::string& name = from.flows[flow].name;
    if (const Index same = to.find_flow(name); same != kNone) {
        return same;
    }
    for (const FlowChange& change : to.changes) {
        if (change.was_named == name) {
            return change.flow;
        }
    }
    return kNone;
}

Index park_of_step(const Flow& flow, Index step) {
    for (Index pc = 0; pc < flow.code.size(); ++pc) {
        if (flow.code[pc].step == step && parks(flow.code[pc])) {
            return pc;
        }
    }
    return kNone;
}

Index slot_called(const Program& program, const Flow& flow, const std::string& name,
                  const std::string& event) {
    for (Index slot = 0; slot < flow.slots.size(); ++slot) {
        if (flow.slots[slot].name == name && flow.slots[slot].event != kNone &&
            program.events[flow.slots[slot].event].wire_name == event) {
            return slot;
        }
    }
    return kNone;
}

/// Every field the two versions share holds the same type.
bool same_types(const EventType& a, const EventType& b) {
    return std::all_of(b.fields.begin(), b.fields.end(), [&](const Field& field) {
        const Index known = Program::find_field(a.fields, field.name);
        return known == kNone ? field.optional : a.fields[known].type == field.type;
    });
}

void match_slots(const Program& from, const Program& to, FlowMatch& match) {
    const Flow& old_flow = from.flows[match.old_flow];
    const Flow& new_flow = to.flows[match.new_flow];
    for (const Slot& slot : old_flow.slots) {
        const std::string& event = from.events[slot.event].wire_name;
        const Index found = slot_called(to, new_flow, slot.name, event);
        match.slots.push_back(found);
        match.slots_fit = match.slots_fit &&
                          (found == kNone || same_types(from.events[slot.event],
                                                        to.events[new_flow.slots[found].event]));
    }
    // What the new version binds at its start, a run from before must have bound as well.
    for (const Start& start : new_flow.starts) {
        const auto* event = std::get_if<StartOnEvent>(&start);
        if (event != nullptr && event->slot != kNone) {
            match.slots_fit = match.slots_fit && std::find(match.slots.begin(), match.slots.end(),
                                                           event->slot) != match.slots.end();
        }
    }
}

FlowMatch match_flow(const Program& from, const Program& to, Index flow) {
    FlowMatch match;
    match.old_flow = flow;
    match.new_flow = new_flow_of(from, to, flow);
    const Flow& old_flow = from.flows[flow];
    std::vector<StepMatch> steps(old_flow.steps.size());
    const Flow* new_flow = match.new_flow == kNone ? nullptr : &to.flows[match.new_flow];
    if (new_flow != nullptr) {
        match.same = dump(from, old_flow) == dump(to, *new_flow);
        steps = StepMatcher(old_flow, *new_flow, change_of(to, match.new_flow)).found();
        match_slots(from, to, match);
    }
    std::map<Index, Index> loops;  // by step
    for (Index pc = 0; new_flow != nullptr && pc < new_flow->code.size(); ++pc) {
        if (const auto* loop = std::get_if<OpLoop>(&new_flow->code[pc].op)) {
            loops[new_flow->code[pc].step] = loop->counter;
        }
    }
    match.counters.assign(old_flow.counters, kNone);
    for (Index pc = 0; pc < old_flow.code.size(); ++pc) {
        const Index step = old_flow.code[pc].step;
        if (const auto* loop = std::get_if<OpLoop>(&old_flow.code[pc].op)) {
            const auto place = loops.find(steps[step].to);
            match.counters[loop->counter] = place == loops.end() ? kNone : place->second;
        }
        if (!parks(old_flow.code[pc])) {
            continue;
        }
        ParkMatch park{pc, kNone, steps[step].how, false};
        if (steps[step].to != kNone) {
            park.new_pc = park_of_step(*new_flow, steps[step].to);
            park.changed =
                words_of(old_flow.steps[step]) != words_of(new_flow->steps[steps[step].to]);
        }
        if (park.new_pc == kNone && park.how != ParkMatch::How::stops &&
            park.how != ParkMatch::How::ambiguous) {
            park.how = ParkMatch::How::none;
        }
        match.parks.push_back(park);
    }
    return match;
}

}  // namespace

bool parks(const Instruction& instruction) {
    return std::holds_alternative<OpSleep>(instruction.op) ||
           std::holds_alternative<OpUntil>(instruction.op) ||
           std::holds_alternative<OpAwait>(instruction.op);
}

const ParkMatch* FlowMatch::park_at(Index old_pc) const {
    const auto place =
        std::lower_bound(parks.begin(), parks.end(), old_pc,
                         [](const ParkMatch& park, Index pc) { return park.old_pc < pc; });
    return place == parks.end() || place->old_pc != old_pc ? nullptr : &*place;
}

ProgramMatch match_programs(const Program& from, const Program& to) {
    ProgramMatch out;
    for (Index flow = 0; flow < from.flows.size(); ++flow) {
        out.flows.push_back(match_flow(from, to, flow));
    }
    return out;
}

}  // namespace sluice::dsl
