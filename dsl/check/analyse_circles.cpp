// E403: flows that record what starts them again, without a day in between.
#include "dsl/check/analyse.hpp"

#include <algorithm>
#include <deque>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kDay = 24 * 3600;

/// A step that starts a flow, itself or by what it records.
struct Link {
    Index from = kNone;
    Index to = kNone;
    Index at = 0;              // instruction
    std::int64_t seconds = 0;  // the least between the start and this step
    bool by_record = false;
};

/// The least seconds from the start of a run to each instruction.
std::vector<std::int64_t> earliest(const Flow& flow) {
    std::vector<std::int64_t> out(flow.code.size(), kForever);
    if (out.empty()) {
        return out;
    }
    out[0] = 0;
    std::deque<Index> work = {0};
    while (!work.empty()) {
        const Index at = work.front();
        work.pop_front();
        for (const Edge& edge : edges_of(flow, at)) {
            const std::int64_t then = out[at] + least_wait(flow.code[at], edge);
            if (edge.target < out.size() && then < out[edge.target]) {
                out[edge.target] = then;
                work.push_back(edge.target);
            }
        }
    }
    return out;
}

class Circles {
public:
    explicit Circles(Compilation& c) : c_(c) {}

    void check() {
        for (Index flow = 0; flow < c_.program.flows.size(); ++flow) {
            collect(flow);
        }
        std::set<Index> told;  // one circle, one report
        for (const Link& link : links_) {
            std::set<Index> seen;
            if (link.by_record && !told.contains(link.from) &&
                comes_back(link.to, link.from, link.seconds, seen)) {
                told.insert(link.from);
                told.insert(link.to);
                told.merge(seen);
                report(link);
            }
        }
    }

private:
    void collect(Index from) {
        const Flow& flow = c_.program.flows[from];
        const auto since_start = earliest(flow);
        for (Index at = 0; at < flow.code.size(); ++at) {
            if (since_start[at] >= kDay) {
                continue;
            }
            const auto* record = std::get_if<OpRecord>(&flow.code[at].op);
            const auto* start = std::get_if<OpStartFlow>(&flow.code[at].op);
            for (Index to = 0; to < c_.program.flows.size(); ++to) {
                const bool started =
                    (record != nullptr && started_by(c_.program.flows[to], *record)) ||
                    (start != nullptr && start->flow == to);
                if (started && !is_broken(to)) {
                    links_.push_back({from, to, at, since_start[at], record != nullptr});
                }
            }
        }
    }

    /// At least a day passes before it can be entered again, or it counts how often it is.
    bool is_broken(Index index) {
        const Flow& flow = c_.program.flows[index];
        const bool rare = flow.re_entry == ReEntry::never ||
                          (flow.re_entry == ReEntry::after &&
                           (flow.re_entry_after.months > 0 || flow.re_entry_after.days > 0 ||
                            flow.re_entry_after.seconds >= kDay));
        return rare || limits(flow.only_if);
    }

    /// `only if at most N …` ends a circle by itself.
    bool limits(Index condition) {
        if (condition == kNone) {
            return false;
        }
        const auto& node = c_.program.conditions[condition].node;
        if (const auto* all = std::get_if<CondAll>(&node)) {
            return std::any_of(all->terms.begin(), all->terms.end(),
                               [&](Index term) { return limits(term); });
        }
        const auto* quantity = std::get_if<CondQuantity>(&node);
        return quantity != nullptr && quantity->max >= 0;
    }

    /// Whether the recorded event can start the flow: what it says must not exclude the filter.
    bool started_by(const Flow& flow, const OpRecord& record) {
        return std::any_of(flow.starts.begin(), flow.starts.end(), [&](const Start& start) {
            const auto* event = std::get_if<StartOnEvent>(&start);
            return event != nullptr && event->event.event == record.event &&
                   !excluded(event->event.filter, record);
        });
    }

    /// The filter asks for a fixed text or number, and another one is recorded.
    bool excluded(Index filter, const OpRecord& record) {
        if (filter == kNone) {
            return false;
        }
        const auto& node = c_.program.conditions[filter].node;
        if (const auto* all = std::get_if<CondAll>(&node)) {
            return std::any_of(all->terms.begin(), all->terms.end(),
                               [&](Index term) { return excluded(term, record); });
        }
        const auto* compare = std::get_if<CondCompare>(&node);
        const bool fixed = compare != nullptr && compare->op == CompareOp::equal &&
                           compare->left.kind == Operand::Kind::event_field &&
                           compare->right.kind == Operand::Kind::literal;
        if (!fixed) {
            return false;
        }
        const std::string& name = c_.program.events[record.event].fields[compare->left.field].name;
        return std::any_of(record.args.begin(), record.args.end(), [&](const Arg& arg) {
            return arg.name == name && arg.operand.kind == Operand::Kind::literal &&
                   arg.slot == kNone && arg.operand.value != compare->right.value;
        });
    }

    bool comes_back(Index from, Index to, std::int64_t seconds, std::set<Index>& seen) {
        if (from == to) {
            return true;
        }
        if (!seen.insert(from).second) {
            return false;
        }
        return std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
            return link.from == from && seconds + link.seconds < kDay &&
                   comes_back(link.to, to, seconds + link.seconds, seen);
        });
    }

    void report(const Link& link) {
        const Flow& target = c_.program.flows[link.to];
        const auto& record = std::get<OpRecord>(c_.program.flows[link.from].code[link.at].op);
        const std::string name = c_.program.events[record.event].name;
        const bool itself = link.from == link.to;
        Diagnostic& diagnostic =
            c_.error("E403", place_of(c_, link.from, link.at),
                     itself ? "`" + name + "` starts this flow again, without end:"
                            : "`" + name + "` starts `" + target.name +
                                  "`, which leads back to this flow, without end:");
        for (std::size_t at = 0; at < target.starts.size(); ++at) {
            const auto* start = std::get_if<StartOnEvent>(&target.starts[at]);
            if (start != nullptr && start->event.event == record.event) {
                diagnostic.labels.push_back({c_.places.starts[link.to][at], "starts on it"});
                break;
            }
        }
        diagnostic.help =
            "Break the circle with `re-entry never`, or `re-entry after` a day or more.";
    }

    Compilation& c_;
    std::vector<Link> links_;
};

}  // namespace

void analyse_circles(Compilation& c) {
    Circles(c).check();
}

}  // namespace sluice::dsl::check
