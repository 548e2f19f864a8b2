// W330 and W414: messages that follow each other too closely for the policy.
#include "dsl/check/analyse.hpp"

#include <algorithm>
#include <deque>

namespace sluice::dsl::check {
namespace {

constexpr int kMinutesOfDay = 1440;
/// Ways round a loop before an age is taken as unbounded.
constexpr int kVisitsMax = 64;

/// How long quiet hours hold a message that is let go at a minute of the day; in minutes.
int hold_of(const Policy& policy, Channel channel, int minute) {
    int held = 0;
    for (const QuietHours& quiet : policy.quiet_hours) {
        if (quiet.skip || (quiet.channel && *quiet.channel != channel)) {
            continue;
        }
        const int length = (quiet.to - quiet.from + kMinutesOfDay) % kMinutesOfDay;
        const int inside = (minute - quiet.from + kMinutesOfDay) % kMinutesOfDay;
        if (inside < length) {
            held = std::max(held, length - inside);
        }
    }
    return held;
}

std::int64_t longest_hold(const Policy& policy, Channel channel) {
    int longest = 0;
    for (int minute = 0; minute < kMinutesOfDay; ++minute) {
        longest = std::max(longest, hold_of(policy, channel, minute));
    }
    // One window may lead into the next, and clocks may be put back meanwhile.
    const bool several = policy.quiet_hours.size() > 2;
    return longest == 0 ? 0 : (longest * (several ? 2 : 1) + 120) * std::int64_t{60};
}

bool is_transactional(const Program& program, const SendTarget& target) {
    return program.messages[target.message].transactional;
}

bool meets(const std::optional<Channel>& wanted, const SendTarget& target) {
    return !wanted || *wanted == target.channel;
}

/// Whether a send that succeeds counts for the cap, whichever message it ends in.
bool always_counts(const Cap& cap, const OpSend& send) {
    return meets(cap.channel, send.first) &&
           (!send.alternative || meets(cap.channel, *send.alternative));
}

/// Ages of the newest messages that count for one cap, newest first: the most seconds that can have
/// passed since, kForever where there may be no such message.
using Ages = std::vector<std::int64_t>;

class CapWalk {
public:
    CapWalk(Compilation& c, Index flow, const Cap& cap)
        : c_(c), index_(flow), flow_(c.program.flows[flow]), cap_(cap) {}

    void check(std::set<Index>& told) {
        const auto size = static_cast<std::size_t>(cap_.count);
        if (flow_.code.empty() || size == 0 || size > flow_.code.size()) {
            return;
        }
        before_.assign(flow_.code.size(), {});
        visits_.assign(flow_.code.size(), 0);
        before_[0] = Ages(size, kForever);
        std::deque<Index> work = {0};
        while (!work.empty()) {
            const Index at = work.front();
            work.pop_front();
            for (const Edge& edge : edges_of(flow_, at)) {
                if (arrive(edge.target, behind(at, edge))) {
                    work.push_back(edge.target);
                }
            }
        }
        for (Index at = 0; at < flow_.code.size(); ++at) {
            if (!before_[at].empty() && full_at(at) && told.insert(at).second) {
                report(at);
            }
        }
    }

private:
    bool arrive(Index at, const Ages& ages) {
        if (before_[at].empty()) {
            before_[at] = ages;
            return true;
        }
        bool changed = false;
        const bool settle = ++visits_[at] > kVisitsMax;
        for (std::size_t one = 0; one < ages.size(); ++one) {
            if (ages[one] > before_[at][one]) {
                before_[at][one] = settle ? kForever : ages[one];
                changed = true;
            }
        }
        return changed;
    }

    Ages behind(Index at, const Edge& edge) {
        Ages ages = before_[at];
        const std::int64_t wait = most_wait(flow_.code[at]);
        for (std::int64_t& age : ages) {
            age = std::min(kForever, age + wait);
        }
        const auto* send = std::get_if<OpSend>(&flow_.code[at].op);
        if (send != nullptr && edge.sent && always_counts(cap_, *send)) {
            ages.insert(ages.begin(), 0);
            ages.pop_back();
        }
        return ages;
    }

    /// No message of this send can get through while all those before it count.
    bool full_at(Index at) {
        const auto* send = std::get_if<OpSend>(&flow_.code[at].op);
        if (send == nullptr) {
            return false;
        }
        const auto capped = [&](const SendTarget& target) {
            const bool exempt =
                c_.program.policy.transactional_skips_caps && is_transactional(c_.program, target);
            const std::int64_t late = longest_hold(c_.program.policy, target.channel) +
                                      (send->best_within ? most_seconds(*send->best_within) : 0);
            return meets(cap_.channel, target) && !exempt &&
                   before_[at].back() + late < least_seconds(cap_.per);
        };
        return capped(send->first) && (!send->alternative || capped(*send->alternative));
    }

    void report(Index at) {
        Diagnostic& diagnostic =
            c_.warning("W330", place_of(c_, index_, at),
                       "This message cannot go out once those before it have: your policy says `" +
                           cap_.text + "`:");
        diagnostic.help =
            "Put a wait of at least " + to_text(cap_.per) + " before it, or raise the cap.";
        // The line just before is the one to wait after.
        for (Index earlier = at; earlier-- > 0;) {
            const auto* send = std::get_if<OpSend>(&flow_.code[earlier].op);
            if (send != nullptr && always_counts(cap_, *send)) {
                diagnostic.labels.push_back({place_of(c_, index_, earlier), "comes before it"});
                return;
            }
        }
    }

    Compilation& c_;
    Index index_;
    const Flow& flow_;
    const Cap& cap_;
    std::vector<Ages> before_;
    std::vector<int> visits_;
};

/// Whether quiet hours can hold the one while they let the other go, or hold it longer.
bool can_overtake(const Program& program, const SendTarget& held, const SendTarget& later) {
    const auto skips = [&](const SendTarget& target) {
        return program.policy.transactional_skips_quiet_hours && is_transactional(program, target);
    };
    if (skips(held)) {
        return false;
    }
    for (int minute = 0; minute < kMinutesOfDay; ++minute) {
        const int one = hold_of(program.policy, held.channel, minute);
        const int other = skips(later) ? 0 : hold_of(program.policy, later.channel, minute);
        if (one > other) {
            return true;
        }
    }
    return false;
}

/// Sends that follow a held message without a wait. A wait counts from the end of the hold, so any
/// wait but one for an event keeps the order.
class OrderWalk {
public:
    OrderWalk(Compilation& c, Index flow) : c_(c), index_(flow), flow_(c.program.flows[flow]) {}

    void check() {
        std::set<Index> told;
        for (Index at = 0; at < flow_.code.size(); ++at) {
            if (const auto* send = std::get_if<OpSend>(&flow_.code[at].op)) {
                follow(at, *send, told);
            }
        }
    }

private:
    void follow(Index from, const OpSend& held, std::set<Index>& told) {
        std::set<Index> seen;
        std::vector<Index> work;
        push(from, work);
        while (!work.empty()) {
            const Index at = work.back();
            work.pop_back();
            if (at >= flow_.code.size() || !seen.insert(at).second) {
                continue;
            }
            const auto* later = std::get_if<OpSend>(&flow_.code[at].op);
            if (later != nullptr && overtakes(held, *later) && told.insert(at).second) {
                report(from, at);
            }
            push(at, work);
        }
    }

    /// The ways on that need no time; not the one on which nothing was sent.
    void push(Index at, std::vector<Index>& work) {
        const auto& op = flow_.code[at].op;
        if (std::holds_alternative<OpSleep>(op) || std::holds_alternative<OpUntil>(op)) {
            return;
        }
        for (const Edge& edge : edges_of(flow_, at)) {
            if (edge.sent && (edge.event || !std::holds_alternative<OpAwait>(op))) {
                work.push_back(edge.target);
            }
        }
    }

    bool overtakes(const OpSend& held, const OpSend& later) {
        return can_overtake(c_.program, held.first, later.first);
    }

    void report(Index from, Index at) {
        const auto& held = std::get<OpSend>(flow_.code[from].op);
        const std::string channel(to_text(held.first.channel));
        Diagnostic& diagnostic =
            c_.warning("W414", place_of(c_, index_, at),
                       "In the quiet hours for " + channel +
                           ", this message would arrive before the one that stands above it:");
        diagnostic.labels.push_back({place_of(c_, index_, from), "held until the morning"});
        diagnostic.help =
            "Put a wait between them; a wait counts from the moment the first message goes out. "
            "For example:  wait 1 minute";
    }

    Compilation& c_;
    Index index_;
    const Flow& flow_;
};

}  // namespace

void analyse_sends(Compilation& c) {
    for (Index flow = 0; flow < c.program.flows.size(); ++flow) {
        std::set<Index> told;
        for (const Cap& cap : c.program.policy.caps) {
            CapWalk(c, flow, cap).check(told);
        }
        OrderWalk(c, flow).check();
    }
}

}  // namespace sluice::dsl::check
