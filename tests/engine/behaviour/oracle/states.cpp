// Where a customer stands, by looking at every instant at which anything could have changed.
#include "tests/engine/behaviour/oracle/scan.hpp"

#include <algorithm>
#include <set>

namespace sluice::oracle {
namespace {

constexpr Millis kTick{1};
constexpr Millis kHorizon{400LL * 86'400'000};

/// One customer walking through one lifecycle.
class Walk {
public:
    Walk(const Moment& moment, const LifecycleDef& lifecycle)
        : moment_(moment), lifecycle_(lifecycle) {}

    std::vector<StateMove> run() {
        const auto& events = moment_.life.events;
        for (std::size_t i = 0; i < moment_.applied; ++i) {
            // At one instant states go before events.
            pass_to(i, events[i].received);
            look(i + 1, events[i].received, &events[i]);
        }
        if (moment_.applied > 0) {
            pass_to(moment_.applied, events[moment_.applied - 1].received + kHorizon);
        }
        return std::move(moves_);
    }

private:
    [[nodiscard]] std::size_t here() const { return moves_.back().state; }

    bool ask(const Asked& condition, std::size_t applied, Instant now) const {
        return condition.holds({moment_.life, applied, now, moment_.notes, moment_.beyond});
    }

    /// Every border of every condition, and the ends of stays and of ways that take their time.
    void pass_to(std::size_t applied, Instant end) {
        if (applied == 0) {
            return;
        }
        const Instant begin = moment_.life.events[applied - 1].received;
        std::vector<Instant> borders;
        const Moment now{moment_.life, applied, begin, moment_.notes, moment_.beyond};
        const auto gather = [&](const std::optional<Asked>& condition) {
            if (condition) {
                condition->borders(now, borders);
            }
        };
        for (const LifecycleDef::State& state : lifecycle_.states) {
            gather(state.enters);
            gather(state.leaves);
        }
        for (const LifecycleDef::Way& way : lifecycle_.ways) {
            gather(way.when);
        }
        std::set<Instant> instants;
        for (const Instant at : borders) {
            if (at != kNever) {
                instants.insert(at);
                instants.insert(at + kTick);
            }
        }
        add_own(instants);
        for (Instant at = begin;;) {
            const auto next = instants.upper_bound(at);
            if (next == instants.end() || *next > end) {
                return;
            }
            at = *next;
            const std::size_t before = moves_.size();
            look(applied, at, nullptr);
            if (moves_.size() != before) {
                add_own(instants);
            }
        }
    }

    void add_own(std::set<Instant>& instants) const {
        const Instant since = moves_.back().at;
        const auto after = [&](std::size_t length) {
            instants.insert(add(since, kLengths[length].span, moment_.life.zone));
        };
        for (const LifecycleDef::State& state : lifecycle_.states) {
            if (state.stays) {
                after(*state.stays);
            }
        }
        for (const LifecycleDef::Way& way : lifecycle_.ways) {
            if (!way.on && !way.when) {
                after(way.after);
            }
        }
    }

    void look(std::size_t applied, Instant now, const Happened* event) {
        if (!lifecycle_.ways.empty()) {
            walk(applied, now, event);
            return;
        }
        const std::size_t found = ordered(applied, now);
        if (moves_.empty() || found != here()) {
            moves_.push_back({now, found});
        }
    }

    /// A higher state always takes over; then the present one keeps her; then the first that holds.
    std::size_t ordered(std::size_t applied, Instant now) const {
        const auto& states = lifecycle_.states;
        for (std::size_t state = 0; state < states.size(); ++state) {
            const bool enters = !states[state].enters || ask(*states[state].enters, applied, now);
            const bool present = !moves_.empty() && state == here();
            if (enters || (present && keeps(states[state], applied, now))) {
                return state;
            }
        }
        return states.size() - 1;
    }

    /// Of a state whose `enters` no longer holds.
    bool keeps(const LifecycleDef::State& state, std::size_t applied, Instant now) const {
        if (state.leaves && !ask(*state.leaves, applied, now)) {
            return true;
        }
        return state.stays &&
               now < add(moves_.back().at, kLengths[*state.stays].span, moment_.life.zone);
    }

    /// One event moves her at most once; conditions may move her on at once.
    void walk(std::size_t applied, Instant now, const Happened* event) {
        if (moves_.empty()) {
            moves_.push_back({now, 0});
        }
        for (std::size_t round = 0; round <= lifecycle_.states.size(); ++round) {
            const auto way = std::find_if(
                lifecycle_.ways.begin(), lifecycle_.ways.end(), [&](const LifecycleDef::Way& one) {
                    const bool from = one.from ? *one.from == here() : true;
                    return from && one.to != here() && open(one, applied, now, event);
                });
            if (way == lifecycle_.ways.end()) {
                return;
            }
            moves_.push_back({now, way->to});
            event = nullptr;
        }
    }

    [[nodiscard]] bool open(const LifecycleDef::Way& way, std::size_t applied, Instant now,
                            const Happened* event) const {
        if (way.on) {
            return event != nullptr && event->what == *way.on;
        }
        if (way.when) {
            return ask(*way.when, applied, now);
        }
        return now >= add(moves_.back().at, kLengths[way.after].span, moment_.life.zone);
    }

    const Moment& moment_;
    const LifecycleDef& lifecycle_;
    std::vector<StateMove> moves_;
};

}  // namespace

StateMove standing(const Moment& moment, const LifecycleDef& lifecycle) {
    auto [place, fresh] = moment.notes.courses.try_emplace({&lifecycle, moment.applied});
    Course& course = place->second;
    if (fresh) {
        const Moment apart{moment.life, moment.applied, moment.now, moment.notes, course.beyond};
        course.moves = Walk(apart, lifecycle).run();
    }
    moment.beyond = moment.beyond || course.beyond;
    StateMove out = course.moves.front();
    for (const StateMove& move : course.moves) {
        out = move.at <= moment.now ? move : out;
    }
    return out;
}

}  // namespace sluice::oracle
