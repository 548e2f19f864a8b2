// W413: two flows that answer one event with a message each.
#include "dsl/check/analyse.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::check {
namespace {

/// Channels on which a flow sends before any wait, with the first such step each.
std::array<Index, kChannels> at_once(const Program& program, const Flow& flow) {
    std::array<Index, kChannels> out = {kNone, kNone};
    std::set<Index> seen;
    std::vector<Index> work = {0};
    while (!work.empty()) {
        const Index at = work.back();
        work.pop_back();
        if (at >= flow.code.size() || !seen.insert(at).second) {
            continue;
        }
        const auto& op = flow.code[at].op;
        if (std::holds_alternative<OpSleep>(op) || std::holds_alternative<OpUntil>(op) ||
            std::holds_alternative<OpAwait>(op)) {
            continue;
        }
        const auto* send = std::get_if<OpSend>(&op);
        if (send != nullptr && !program.messages[send->first.message].transactional) {
            Index& first = out[static_cast<std::size_t>(send->first.channel)];
            first = std::min(first, at);
        }
        for (const Edge& edge : edges_of(flow, at)) {
            if (edge.sent) {
                work.push_back(edge.target);
            }
        }
    }
    return out;
}

/// What every run that this start begins has met.
void add_facts(const Flow& flow, const StartOnEvent& start, std::vector<Fact>& facts) {
    for (const Index condition : {start.event.filter, start.audience, flow.only_if}) {
        if (condition != kNone) {
            facts.push_back({condition, true, start.slot});
        }
    }
}

class Pairs {
public:
    explicit Pairs(Compilation& c) : c_(c) {}

    void check() {
        const auto& flows = c_.program.flows;
        for (Index later = 0; later < flows.size(); ++later) {
            for (Index earlier = 0; earlier < later; ++earlier) {
                if (flows[earlier].priority == flows[later].priority && compare(earlier, later)) {
                    break;
                }
            }
        }
    }

private:
    bool compare(Index earlier, Index later) {
        const Flow& one = c_.program.flows[earlier];
        const Flow& other = c_.program.flows[later];
        const auto first = at_once(c_.program, one);
        const auto second = at_once(c_.program, other);
        for (std::size_t channel = 0; channel < kChannels; ++channel) {
            if (first[channel] == kNone || second[channel] == kNone) {
                continue;
            }
            for (std::size_t at = 0; at < other.starts.size(); ++at) {
                if (starts_with(one, other.starts[at], other)) {
                    report({earlier, first[channel]}, {later, second[channel]}, at);
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether one event can start both.
    bool starts_with(const Flow& one, const Start& start, const Flow& other) {
        const auto* second = std::get_if<StartOnEvent>(&start);
        return second != nullptr &&
               std::any_of(one.starts.begin(), one.starts.end(), [&](const Start& candidate) {
                   const auto* first = std::get_if<StartOnEvent>(&candidate);
                   if (first == nullptr || first->event.event != second->event.event) {
                       return false;
                   }
                   std::vector<Fact> facts;
                   add_facts(one, *first, facts);
                   add_facts(other, *second, facts);
                   return !impossible(c_.program, facts);
               });
    }

    using Place = std::pair<Index, Index>;  // flow, instruction

    void report(const Place& first, const Place& second, std::size_t start) {
        const Flow& flow = c_.program.flows[second.first];
        const auto& on = std::get<StartOnEvent>(flow.starts[start]);
        const auto& send = std::get<OpSend>(flow.code[second.second].op);
        Diagnostic& diagnostic = c_.warning(
            "W413", c_.places.starts[second.first][start],
            "One `" + c_.program.events[on.event.event].name + "` can start this flow and `" +
                c_.program.flows[first.first].name + "`, and both send " +
                (send.first.channel == Channel::email ? "an email" : "a text message") +
                " at once:");
        diagnostic.labels.push_back(
            {place_of(c_, first.first, first.second), "the message of the other flow"});
        diagnostic.help =
            "Say which comes first with `priority high` or `priority low`, tell the customers "
            "apart with `only if`, or wait first.";
    }

    Compilation& c_;
};

}  // namespace

void analyse_starts(Compilation& c) {
    Pairs(c).check();
}

}  // namespace sluice::dsl::check
