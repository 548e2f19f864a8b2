#include "engine/daemon/people.hpp"

#include "engine/base/json_text.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/daemon/project.hpp"
#include "engine/daemon/release.hpp"
#include "engine/model/codec.hpp"
#include "engine/store/sqlite_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice {
namespace {

bool inside(const Run& run) {
    return run.park == Park::sleep || run.park == Park::await;
}

/// Counts one customer after the other; each once at each place.
class Counter {
public:
    /// Everything the current release has is there from the start, with nobody.
    Counter(const Releases& releases, People& out) : releases_(releases), out_(out) {
        const dsl::Program& program = *releases.ready().program;
        for (const dsl::Flow& flow : program.flows) {
            FlowPeople& people = out.flows[flow.name];
            for (const dsl::Instruction& instruction : flow.code) {
                if (dsl::parks(instruction)) {
                    people.waits[flow.steps[instruction.step].id] = 0;
                }
            }
        }
        for (const dsl::Lifecycle& lifecycle : program.lifecycles) {
            for (const dsl::State& state : lifecycle.states) {
                out.states[lifecycle.name][state.name] = 0;
            }
        }
    }

    void take(const Customer& customer) {
        std::set<std::string> flows;
        std::set<std::string> earlier;
        std::set<std::pair<std::string, std::string>> waits;
        for (const Run& run : customer.runs) {
            const ReadyProgram* ready = releases_.find(run.release);
            if (ready == nullptr || !inside(run)) {
                continue;
            }
            const auto [flow, step] = place_of(run, *ready);
            flows.insert(flow);
            if (step.empty()) {
                earlier.insert(flow);
            } else {
                waits.emplace(flow, step);
            }
        }
        for (const std::string& flow : flows) {
            ++out_.flows[flow].inside;
        }
        for (const std::string& flow : earlier) {
            ++out_.flows[flow].earlier;
        }
        for (const auto& [flow, step] : waits) {
            ++out_.flows[flow].waits[step];
        }
        take_states(customer);
        ++out_.customers;
    }

private:
    /// The flow and the step by their names today; no step: the current version has none for it.
    [[nodiscard]] std::pair<std::string, std::string> place_of(const Run& run,
                                                               const ReadyProgram& ready) const {
        const dsl::Flow& flow = ready.program->flows[run.flow];
        if (run.release == releases_.current()) {
            return {flow.name, flow.steps[flow.code[run.pc].step].id};
        }
        const dsl::FlowMatch& match = releases_.match(run.release).flows[run.flow];
        if (match.new_flow == kNone) {
            return {flow.name, ""};
        }
        const dsl::Flow& now = releases_.ready().program->flows[match.new_flow];
        const dsl::ParkMatch* park = match.park_at(run.pc);
        const bool placed = park != nullptr && park->new_pc != kNone && match.slots_fit;
        return {now.name, placed ? now.steps[now.code[park->new_pc].step].id : ""};
    }

    void take_states(const Customer& customer) {
        if (customer.layouts.empty()) {
            return;
        }
        const Layout& layout = customer.layouts.front();
        const ReadyProgram* ready = releases_.find(layout.release);
        for (std::size_t at = 0; ready != nullptr && at < layout.standings.size(); ++at) {
            const dsl::Lifecycle& lifecycle = ready->program->lifecycles[at];
            if (layout.standings[at].state != kNone) {
                ++out_.states[lifecycle.name][lifecycle.states[layout.standings[at].state].name];
            }
        }
    }

    const Releases& releases_;
    People& out_;
};

std::string counts_json(const std::map<std::string, std::uint64_t>& counts) {
    JsonObject out;
    for (const auto& [name, people] : counts) {
        out.number(name, static_cast<std::int64_t>(people));
    }
    return out.take();
}

/// By release and flow; each with the instruction it is.
using Unclear =
    std::map<std::pair<std::uint32_t, Index>, std::vector<std::pair<Index, UnclearWait>>>;

void add_unclear(std::uint32_t release, const dsl::Program& from, const dsl::FlowMatch& match,
                 Unclear& out) {
    const dsl::Flow& flow = from.flows[match.old_flow];
    for (const dsl::ParkMatch& park : match.parks) {
        if (park.how == dsl::ParkMatch::How::ambiguous) {
            const dsl::StepInfo& step = flow.steps[flow.code[park.old_pc].step];
            out[{release, match.old_flow}].push_back(
                {park.old_pc, {flow.name, step.id, step.text, 0}});
        }
    }
}

/// The waits without a clear place, of every release that is loaded.
Unclear unclear_of(const Releases& releases, const dsl::Program& next) {
    Unclear out;
    for (std::uint32_t number = 1; number <= releases.current(); ++number) {
        const ReadyProgram* ready = releases.find(number);
        if (ready == nullptr) {
            continue;
        }
        for (const dsl::FlowMatch& match : dsl::match_programs(*ready->program, next).flows) {
            add_unclear(number, *ready->program, match, out);
        }
    }
    return out;
}

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

Result<void> each_customer(Readers& readers,
                           const std::function<Result<void>(Store&, CustomerNo, Customer)>& visit) {
    for (auto& store : readers) {
        const auto count = static_cast<CustomerNo>(store->customers());
        for (CustomerNo no = 0; no < count; ++no) {
            SLUICE_TRY(auto loaded, store->load(no));
            SLUICE_TRY(auto customer, decode_customer(loaded.state));
            if (!customer.given_away()) {
                SLUICE_TRY(visit(*store, no, std::move(customer)));
            }
        }
    }
    return success();
}

Result<std::shared_ptr<Releases>> compile_releases(Store& first) {
    SLUICE_TRY(auto known, first.releases());
    auto releases = std::make_shared<Releases>();
    for (const Release& release : known) {
        const bool newest = release.number == known.back().number;
        if (!newest && decode_release_options(release.options).retired) {
            continue;
        }
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

Result<People> count_people(Readers& readers, const Releases& releases) {
    People out;
    out.release = releases.current();
    out.program_hash = releases.ready().program->hash;
    Counter counter(releases, out);
    SLUICE_TRY(each_customer(readers, [&](Store&, CustomerNo, const Customer& customer) {
        counter.take(customer);
        return Result<void>(success());
    }));
    return out;
}

std::string render_json(const People& people) {
    JsonObject flows;
    for (const auto& [name, flow] : people.flows) {
        JsonObject one;
        one.number("inside", static_cast<std::int64_t>(flow.inside));
        one.number("earlier", static_cast<std::int64_t>(flow.earlier));
        flows.json(name, one.json("waits", counts_json(flow.waits)).take());
    }
    JsonObject states;
    for (const auto& [name, counts] : people.states) {
        states.json(name, counts_json(counts));
    }
    JsonObject out;
    out.number("release", people.release).text("hash", people.program_hash);
    out.number("customers", static_cast<std::int64_t>(people.customers));
    return out.json("flows", flows.take()).json("states", states.take()).take() + "\n";
}

Result<std::vector<UnclearWait>> unclear_waits(Readers& readers, const Releases& releases,
                                               const dsl::Program& next) {
    auto unclear = unclear_of(releases, next);
    std::vector<UnclearWait> out;
    if (unclear.empty()) {
        return out;
    }
    SLUICE_TRY(each_customer(readers, [&](Store&, CustomerNo, const Customer& customer) {
        for (const Run& run : customer.runs) {
            const auto place = unclear.find({run.release, run.flow});
            for (std::size_t at = 0;
                 inside(run) && place != unclear.end() && at < place->second.size(); ++at) {
                place->second[at].second.people += place->second[at].first == run.pc ? 1 : 0;
            }
        }
        return Result<void>(success());
    }));
    for (const auto& [flow, waits] : unclear) {
        for (const auto& [pc, wait] : waits) {
            // Of earlier versions only what still holds somebody is worth a word.
            if (wait.people > 0 || flow.first == releases.current()) {
                out.push_back(wait);
            }
        }
    }
    return out;
}

std::string describe(const UnclearWait& wait) {
    const std::string where = "in `" + wait.flow + "` the wait `" + wait.text + "` (@" + wait.step +
                              ") could now be one of several";
    if (wait.people == 0) {
        return "note: " + where + "; nobody stands there";
    }
    return "E420: " + where + ", and " + std::to_string(wait.people) +
           (wait.people == 1 ? " person is" : " people are") +
           " there; give it a label, or say `change " + wait.flow + " { @" + wait.step +
           " moves to @... }` or `@" + wait.step + " stops`";
}

Result<std::map<std::string, std::uint64_t>> people_in_flows(Readers& readers,
                                                             const Releases& releases) {
    std::map<std::string, std::uint64_t> out;
    SLUICE_TRY(each_customer(readers, [&](Store&, CustomerNo, const Customer& customer) {
        std::set<std::string> flows;
        for (const Run& run : customer.runs) {
            const ReadyProgram* ready = releases.find(run.release);
            if (ready != nullptr && inside(run)) {
                flows.insert(ready->program->flows[run.flow].name);
            }
        }
        for (const std::string& flow : flows) {
            ++out[flow];
        }
        return Result<void>(success());
    }));
    return out;
}

}  // namespace sluice
