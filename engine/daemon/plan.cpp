#include "engine/daemon/plan.hpp"

#include "engine/base/json_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/runtime/shard.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace sluice {
namespace {

constexpr Millis kAhead{86'400'000};

/// Every `step`-th customer.
Result<void> some_customers(
    Readers& readers, std::uint64_t step,
    const std::function<Result<void>(Store&, CustomerNo, Customer)>& visit) {
    std::uint64_t at = 0;
    for (auto& store : readers) {
        const auto count = static_cast<CustomerNo>(store->customers());
        for (CustomerNo no = 0; no < count; ++no) {
            if (at++ % step != 0) {
                continue;
            }
            SLUICE_TRY(auto loaded, store->load(no));
            SLUICE_TRY(auto customer, decode_customer(loaded.state));
            SLUICE_TRY(visit(*store, no, std::move(customer)));
        }
    }
    return success();
}

std::vector<std::string> texts(const dsl::Flow& flow) {
    std::vector<std::string> out;
    for (const dsl::StepInfo& step : flow.steps) {
        out.push_back(step.text);
    }
    return out;
}

/// Words that one list has more often than the other.
std::vector<std::string> beyond(const std::vector<std::string>& list,
                                const std::vector<std::string>& other) {
    std::multiset<std::string> known(other.begin(), other.end());
    std::vector<std::string> out;
    for (const std::string& one : list) {
        if (const auto place = known.find(one); place != known.end()) {
            known.erase(place);
        } else {
            out.push_back(one);
        }
    }
    return out;
}

/// Gathers a plan, first what the two programs say, then what the people do.
class Planner {
public:
    Planner(Readers& readers, const Releases& releases, std::shared_ptr<const dsl::Program> next,
            const PlanRequest& request)
        : readers_(readers),
          request_(request),
          releases_(releases),
          old_(*releases.ready().program),
          next_(*next),
          with_next_(releases),
          match_(dsl::match_programs(old_, next_)) {
        with_next_.add(releases.current() + 1, std::move(next));
        with_next_.choices = request.options.choices;
    }

    Result<Plan> make() {
        plan_.from_release = releases_.current();
        plan_.from_hash = old_.hash;
        plan_.to_hash = next_.hash;
        plan_.options = request_.options;
        SLUICE_TRY(const auto kept, readers_.front()->note(kDecisionsNote));
        SLUICE_TRY(decisions_, decode_decisions(kept));
        SLUICE_TRY(look_for_unclear_waits());
        compare_flows();
        for (const auto& store : readers_) {
            plan_.customers += store->customers();
        }
        const std::uint64_t sample = std::max<std::uint64_t>(1, request_.sample);
        const std::uint64_t step = std::max<std::uint64_t>(1, plan_.customers / sample);
        SLUICE_TRY(some_customers(readers_, step, [&](Store& store, CustomerNo no, Customer one) {
            if (one.given_away()) {
                plan_.customers -= std::min(step, plan_.customers);  // a record, but nobody
                return Result<void>(success());
            }
            ++plan_.looked_at;
            return look_at(store, no, std::move(one), request_.now);
        }));
        finish(step);
        return std::move(plan_);
    }

private:
    Result<void> look_for_unclear_waits() {
        SLUICE_TRY(const auto unclear, unclear_waits(readers_, releases_, next_));
        for (const UnclearWait& wait : unclear) {
            (wait.people > 0 ? plan_.refusals : plan_.notes).push_back(describe(wait));
        }
        if (auto unknown = unknown_retimes(old_, next_, request_.options.choices);
            !unknown.empty()) {
            plan_.refusals.push_back(std::move(unknown));
        }
        return success();
    }

    void compare_flows() {
        std::set<Index> taken;
        for (const dsl::FlowMatch& match : match_.flows) {
            const dsl::Flow& before = old_.flows[match.old_flow];
            PlanFlow flow;
            flow.name = before.name;
            flow.file = before.file;
            if (match.new_flow == kNone) {
                flow.kind = PlanFlow::Kind::gone;
            } else {
                taken.insert(match.new_flow);
                const dsl::Flow& after = next_.flows[match.new_flow];
                flow.kind =
                    after.name == before.name ? PlanFlow::Kind::changed : PlanFlow::Kind::renamed;
                flow.was_named = after.name == before.name ? "" : before.name;
                flow.name = after.name;
                flow.file = after.file;
                flow.new_steps = beyond(texts(after), texts(before));
                flow.gone_steps = beyond(texts(before), texts(after));
            }
            for (const dsl::ParkMatch& park : match.parks) {
                flow.waits.push_back(wait_of(match, park));
            }
            flows_.push_back(std::move(flow));
        }
        for (Index at = 0; at < next_.flows.size(); ++at) {
            if (!taken.contains(at)) {
                PlanFlow flow;
                flow.kind = PlanFlow::Kind::added;
                flow.name = next_.flows[at].name;
                flow.file = next_.flows[at].file;
                added_.push_back(std::move(flow));
            }
        }
    }

    PlanWait wait_of(const dsl::FlowMatch& match, const dsl::ParkMatch& park) const {
        const dsl::Flow& before = old_.flows[match.old_flow];
        PlanWait wait;
        const dsl::StepInfo& step = before.steps[before.code[park.old_pc].step];
        wait.step = step.id;
        wait.old_text = step.text;
        wait.how = park.how;
        wait.fits = match.slots_fit;
        if (park.new_pc != kNone) {
            const dsl::Flow& after = next_.flows[match.new_flow];
            const dsl::StepInfo& to = after.steps[after.code[park.new_pc].step];
            const auto& named = request_.options.choices.retime;
            wait.new_text = to.text;
            wait.retimed = std::any_of(named.begin(), named.end(), [&](const std::string& one) {
                return one == after.name + "@" + to.id || one == after.name + "@" + step.id;
            });
        }
        return wait;
    }

    Result<void> look_at(Store& store, CustomerNo no, Customer customer, Instant now) {
        for (const Run& run : customer.runs) {
            if (run.park != Park::ended && run.release == releases_.current()) {
                count(run);
            }
        }
        SLUICE_TRY(auto history, read_calls(store, no));
        if (needs_relayout(releases_, customer)) {
            relayout(releases_, customer, history);
        }
        Customer after = customer;
        const std::vector<Moved> moved = relayout(with_next_, after, history);
        for (const Moved& one : moved) {
            ++moves_[{one.lifecycle, {one.from, one.to}}];
        }
        look_at_moves(customer, after, now);
        run_ahead(releases_, std::move(customer), now, plan_.before);
        run_ahead(with_next_, std::move(after), now, plan_.after);
        return success();
    }

    /// Lets the runs of a copy move, and sees whose `ends when` holds and whose retimed wait is
    /// over.
    void look_at_moves(const Customer& before, Customer moved, Instant now) {
        StepOptions options;
        options.catch_up_after = kAhead;
        options.pace = [now](Instant wanted) { return wanted > now ? wanted : now + 2 * kAhead; };
        Effects effects;
        with_next_.choices.sweep = false;  // what a sweep would end has to be there to be counted
        run_timers(with_next_, options, moved, now, effects);
        with_next_.choices.sweep = request_.options.choices.sweep;
        for (const Run& run : before.runs) {
            const auto after = std::find_if(moved.runs.begin(), moved.runs.end(),
                                            [&](const Run& one) { return one.id == run.id; });
            if (run.park == Park::ended || run.release != releases_.current() ||
                after == moved.runs.end() || after->release != with_next_.current()) {
                continue;
            }
            flows_[run.flow].holding += after->disarmed != 0 ? 1 : 0;
            PlanWait* wait = wait_at(run);
            if (wait != nullptr && after->paced) {
                ++wait->at_once;
            }
        }
    }

    PlanWait* wait_at(const Run& run) {
        const auto& parks = match_.flows[run.flow].parks;
        for (std::size_t at = 0; at < parks.size(); ++at) {
            if (parks[at].old_pc == run.pc) {
                return &flows_[run.flow].waits[at];
            }
        }
        return nullptr;
    }

    void count(const Run& run) {
        PlanFlow& flow = flows_[run.flow];
        ++flow.people;
        if (PlanWait* wait = wait_at(run)) {
            ++wait->people;
            wait->last = std::max(wait->last, run.due);
        }
    }

    void run_ahead(const Releases& releases, Customer customer, Instant now,
                   PlanMessages& total) const {
        Effects effects;
        StepOptions options;
        options.catch_up_after = kAhead;
        options.winner = [this](std::uint64_t count, Instant at) -> std::optional<Winner> {
            const ExperimentDecision* decision = decisions_.find(count, at);
            return decision == nullptr
                       ? std::nullopt
                       : std::optional<Winner>({decision->variant, decision->since});
        };
        run_timers(releases, options, customer, now, effects);
        effects = {};
        run_timers(releases, options, customer, now + kAhead, effects);
        std::uint64_t own = 0;
        for (const MessageIntent& message : effects.messages) {
            ++(message.channel == Channel::email ? total.emails : total.sms);
            ++own;
        }
        total.most = std::max(total.most, own);
    }

    void finish(std::uint64_t step) {
        for (PlanFlow& flow : flows_) {
            flow.people *= step;
            flow.holding *= step;
            bool retimed = false;
            for (PlanWait& wait : flow.waits) {
                wait.people *= step;
                wait.at_once *= step;
                retimed = retimed || wait.retimed;
            }
            refuse_if_gone(flow);
            const auto at = static_cast<std::size_t>(&flow - flows_.data());
            if (!match_.flows[at].same || retimed) {
                plan_.flows.push_back(std::move(flow));
            }
        }
        for (PlanFlow& flow : added_) {
            plan_.flows.push_back(std::move(flow));
        }
        for (const auto& [what, people] : moves_) {
            plan_.states.push_back(state_of(what.first, what.second, people * step));
        }
        for (PlanMessages* messages : {&plan_.before, &plan_.after}) {
            messages->emails *= step;
            messages->sms *= step;
        }
    }

    void refuse_if_gone(const PlanFlow& flow) {
        const ReleaseOptions& options = request_.options;
        if (flow.kind == PlanFlow::Kind::gone && flow.people > 0 && !options.drain &&
            !options.choices.stop) {
            plan_.refusals.push_back("`" + flow.name +
                                     "` is gone with people inside: deploy with --drain to let "
                                     "them finish, or with --stop to end their runs");
        }
    }

    PlanState state_of(Index lifecycle, std::pair<Index, Index> way, std::uint64_t people) const {
        const dsl::Lifecycle& made = next_.lifecycles[lifecycle];
        PlanState out;
        out.lifecycle = made.name;
        out.from = way.first == kNone ? "" : made.states[way.first].name;
        out.to = made.states[way.second].name;
        out.people = people;
        for (const dsl::Flow& flow : next_.flows) {
            for (const dsl::Start& start : flow.starts) {
                const auto* state = std::get_if<dsl::StartOnState>(&start);
                if (state != nullptr && state->change.lifecycle == lifecycle &&
                    (state->change.to == kNone || state->change.to == way.second) &&
                    (state->change.from == kNone || state->change.from == way.first)) {
                    out.would_start.push_back(flow.name);
                }
            }
        }
        return out;
    }

    Readers& readers_;
    const PlanRequest& request_;
    const Releases& releases_;
    const dsl::Program& old_;
    const dsl::Program& next_;
    Releases with_next_;
    dsl::ProgramMatch match_;
    Plan plan_;
    ExperimentDecisions decisions_;
    std::vector<PlanFlow> flows_;  // by old flow
    std::vector<PlanFlow> added_;
    std::map<std::pair<Index, std::pair<Index, Index>>, std::uint64_t> moves_;
};

}  // namespace

std::string render_releases_json(const std::vector<Release>& releases) {
    std::string out = "{\"releases\":[";
    for (auto release = releases.rbegin(); release != releases.rend(); ++release) {
        JsonObject one;
        one.number("release", release->number).text("hash", release->program_hash);
        one.text("at", format_rfc3339(release->at));
        one.text("origin", to_text(decode_release_options(release->options).origin));
        out += (release == releases.rbegin() ? "" : ",") + one.take();
    }
    return out + "]}\n";
}

Result<Plan> make_plan(Readers& readers, const Releases& releases,
                       std::shared_ptr<const dsl::Program> next, const PlanRequest& request) {
    return Planner(readers, releases, std::move(next), request).make();
}

std::string unknown_retimes(const dsl::Program& from, const dsl::Program& to,
                            const DeployChoices& choices) {
    const auto known = [](const dsl::Program& program, std::string_view flow,
                          std::string_view step) {
        const Index at = program.find_flow(flow);
        return at != kNone &&
               std::any_of(program.flows[at].steps.begin(), program.flows[at].steps.end(),
                           [&](const dsl::StepInfo& one) { return one.id == step; });
    };
    for (const std::string& name : choices.retime) {
        const std::size_t sign = name.rfind('@');
        const std::string flow = name.substr(0, sign);
        const std::string step = sign == std::string::npos ? "" : name.substr(sign + 1);
        const bool there = to.find_flow(flow) != kNone;
        if (!there || (!known(to, flow, step) && !known(from, flow, step))) {
            return "--retime \"" + name + "\": " +
                   (there ? "`" + flow + "` has no step @" + step
                          : "there is no flow `" + flow + "`") +
                   "; write it as Flow@step, as `sluice plan` shows waits";
        }
    }
    return "";
}

}  // namespace sluice
