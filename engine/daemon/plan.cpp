#include "engine/daemon/plan.hpp"

#include "engine/base/json_text.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/store/sqlite_store.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace sluice {
namespace {

constexpr Millis kAhead{86'400'000};

Result<void> each_customer(Readers& readers, std::uint64_t step,
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
    Planner(Readers& readers, const Releases& releases, std::shared_ptr<const dsl::Program> next)
        : readers_(readers),
          releases_(releases),
          old_(*releases.ready().program),
          next_(*next),
          with_next_(releases),
          match_(dsl::match_programs(old_, next_)) {
        with_next_.add(releases.current() + 1, std::move(next));
    }

    Result<Plan> make(Instant now, std::uint64_t sample) {
        plan_.from_release = releases_.current();
        plan_.from_hash = old_.hash;
        plan_.to_hash = next_.hash;
        plan_.refusals = ambiguities(old_, next_);
        compare_flows();
        for (const auto& store : readers_) {
            plan_.customers += store->customers();
        }
        const std::uint64_t step = std::max<std::uint64_t>(1, plan_.customers / sample);
        SLUICE_TRY(each_customer(readers_, step, [&](Store& store, CustomerNo no, Customer one) {
            ++plan_.looked_at;
            return look_at(store, no, std::move(one), now);
        }));
        finish(step);
        return std::move(plan_);
    }

private:
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
            wait.new_text = after.steps[after.code[park.new_pc].step].text;
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
        run_ahead(releases_, std::move(customer), now, plan_.before);
        run_ahead(with_next_, std::move(after), now, plan_.after);
        return success();
    }

    void count(const Run& run) {
        PlanFlow& flow = flows_[run.flow];
        ++flow.people;
        const auto& parks = match_.flows[run.flow].parks;
        for (std::size_t at = 0; at < parks.size(); ++at) {
            if (parks[at].old_pc == run.pc) {
                ++flow.waits[at].people;
                flow.waits[at].last = std::max(flow.waits[at].last, run.due);
            }
        }
    }

    static void run_ahead(const Releases& releases, Customer customer, Instant now,
                          PlanMessages& total) {
        Effects effects;
        StepOptions options;
        options.catch_up_after = kAhead;
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
            for (PlanWait& wait : flow.waits) {
                wait.people *= step;
            }
            const auto at = static_cast<std::size_t>(&flow - flows_.data());
            if (!match_.flows[at].same) {
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
    const Releases& releases_;
    const dsl::Program& old_;
    const dsl::Program& next_;
    Releases with_next_;
    dsl::ProgramMatch match_;
    Plan plan_;
    std::vector<PlanFlow> flows_;  // by old flow
    std::vector<PlanFlow> added_;
    std::map<std::pair<Index, std::pair<Index, Index>>, std::uint64_t> moves_;
};

}  // namespace

Result<Readers> open_shard_readers(const std::string& data) {
    const std::uint32_t shards = count_shards(data);
    if (shards == 0) {
        return Error{Errc::not_found, "there is no data in \"" + data + "\""};
    }
    Readers readers;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        SqliteStore::Options options;
        options.path = shard_path(data, shard);
        options.shard = shard;
        options.shards = shards;
        options.read_only = true;
        SLUICE_TRY(auto store, SqliteStore::open(std::move(options)));
        readers.push_back(std::move(store));
    }
    return readers;
}

Result<std::shared_ptr<Releases>> compile_releases(Store& first) {
    SLUICE_TRY(auto known, first.releases());
    auto releases = std::make_shared<Releases>();
    for (const Release& release : known) {
        SLUICE_TRY(auto project, decode_project(release.bundle));
        if (const auto compiled = compile_release(project); compiled.program) {
            releases->add(release.number, compiled.program);
        }
    }
    if (releases->size() == 0) {
        return Error{Errc::not_found, "no release has been started or deployed yet"};
    }
    return releases;
}

Result<std::map<std::string, std::uint64_t>> people_in_flows(Readers& readers,
                                                             const Releases& releases) {
    std::map<std::string, std::uint64_t> out;
    SLUICE_TRY(each_customer(readers, 1, [&](Store&, CustomerNo, Customer customer) {
        for (const Run& run : customer.runs) {
            const ReadyProgram* ready = releases.find(run.release);
            if (ready != nullptr && run.park != Park::ended) {
                ++out[ready->program->flows[run.flow].name];
            }
        }
        return Result<void>(success());
    }));
    return out;
}

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
                       std::shared_ptr<const dsl::Program> next, Instant now,
                       std::uint64_t sample) {
    return Planner(readers, releases, std::move(next))
        .make(now, std::max<std::uint64_t>(1, sample));
}

}  // namespace sluice
