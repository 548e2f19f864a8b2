// Deploys of a running engine; the rest of it is in engine.cpp.
#include "engine/base/json_text.hpp"
#include "engine/base/log.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/daemon/plan.hpp"
#include "engine/daemon/seen.hpp"

#include <algorithm>
#include <future>

namespace sluice {
namespace {

/// Counting people reads every record, so it may take a tenth of the time at most: whoever asks
/// again sooner gets the last answer.
constexpr int kLooksApart = 10;

/// Runs a task on a shard's thread and waits for it.
Result<void> run_on(Shard& shard, std::function<Result<void>(Shard&)> task) {
    auto done = std::make_shared<std::promise<Result<void>>>();
    std::future<Result<void>> answer = done->get_future();
    shard.run([done, task = std::move(task)](Shard& owner) { done->set_value(task(owner)); });
    return answer.get();
}

std::string diagnostics_text(const dsl::CompileResult& compiled, const Project& project) {
    std::string out;
    for (const dsl::Diagnostic& diagnostic : compiled.diagnostics) {
        if (diagnostic.severity == dsl::Severity::error) {
            out += dsl::render_text(diagnostic, project.sources) + "\n";
        }
    }
    return out;
}

/// Releases older than the current one that nobody is laid out for, has a run of or a message of:
/// nobody ever will, because runs begin on the current one and move to newer ones only.
Result<void> retire_releases(Store& first, std::uint32_t current,
                             const std::set<std::uint32_t>& needed) {
    SLUICE_TRY(auto known, first.releases());
    for (const Release& release : known) {
        ReleaseOptions options = decode_release_options(release.options);
        if (release.number >= current || needed.contains(release.number) || options.retired) {
            continue;
        }
        options.retired = true;
        SLUICE_TRY(first.set_release_options(release.number, encode(options)));
        log(LogLevel::info, "release.retired",
            {{"release", static_cast<std::int64_t>(release.number)}});
    }
    return success();
}

}  // namespace

Result<void> Engine::check_deploy(const dsl::Program& next, const ReleaseOptions& options) {
    SLUICE_TRY(check_lanes(next));
    if (auto unknown = unknown_retimes(*program_, next, options.choices); !unknown.empty()) {
        return Error{Errc::invalid_argument, std::move(unknown)};
    }
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(const auto unclear, unclear_waits(readers, *releases_, next));
    std::string refusals;
    for (const UnclearWait& wait : unclear) {
        if (wait.people > 0) {
            refusals += (refusals.empty() ? "" : "\n") + describe(wait);
        }
    }
    if (!refusals.empty()) {
        return Error{Errc::conflict, std::move(refusals)};
    }
    return options.drain || options.choices.stop ? Result<void>(success())
                                                 : check_gone(readers, next);
}

/// Nobody's flow disappears unasked.
Result<void> Engine::check_gone(Readers& readers, const dsl::Program& next) {
    const auto known = [&](const dsl::Flow& flow) {
        return next.find_flow(flow.name) != kNone ||
               std::any_of(
                   next.changes.begin(), next.changes.end(),
                   [&](const dsl::FlowChange& change) { return change.was_named == flow.name; });
    };
    if (std::all_of(program_->flows.begin(), program_->flows.end(), known)) {
        return success();
    }
    SLUICE_TRY(auto people, people_in_flows(readers, *releases_));
    for (const auto& [flow, count] : people) {
        const Index at = program_->find_flow(flow);
        if (at != kNone && !known(program_->flows[at]) && count > 0) {
            return Error{Errc::conflict,
                         "`" + flow + "` is gone, and " + std::to_string(count) +
                             (count == 1 ? " person is" : " people are") +
                             " inside: deploy with --drain to let them finish, or with --stop to "
                             "end their runs"};
        }
    }
    return success();
}

Result<void> Engine::keep_release(Release release) {
    return run_on(*shards_.front(), [release = std::move(release)](Shard& owner) {
        return owner.store().add_release(release);
    });
}

Result<std::uint32_t> Engine::deploy(Project project, const ReleaseOptions& options) {
    DeployOrder order;
    order.project = std::move(project);
    order.options = options;
    SLUICE_TRY(const auto deployed, deploy(std::move(order)));
    return deployed.release;
}

Result<Deployed> Engine::deploy(DeployOrder order) {
    const dsl::CompileResult compiled = compile_project(order.project);
    if (!compiled.program) {
        return Error{Errc::invalid_argument, diagnostics_text(compiled, order.project)};
    }
    const std::lock_guard lock(deploy_mutex_);
    Deployed out;
    out.release = releases_->current();
    out.plan = plan_id(out.release, program_->hash, order.project, order.options);
    if (!order.plan.empty()) {
        if (auto stale = plan_difference(order.plan, out.plan); !stale.empty()) {
            return Error{Errc::conflict, std::move(stale)};
        }
    }
    if (order.tell) {
        SLUICE_TRY(auto told, tell(order, compiled.program, out.plan));
        out.told = std::move(told);
    }
    // The same program once more is a deploy only when it asks something of those inside.
    if (compiled.program->hash == program_->hash && !order.options.choices.any()) {
        return out;
    }
    SLUICE_TRY(check_deploy(*compiled.program, order.options));
    SLUICE_TRY(take_over(order, compiled.program));
    out.release = releases_->current();
    return out;
}

Result<std::string> Engine::tell(const DeployOrder& order, std::shared_ptr<const dsl::Program> next,
                                 const std::string& id) {
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    PlanRequest request;
    request.now = clock_.now();
    request.options = order.options;
    SLUICE_TRY(auto plan, make_plan(readers, *releases_, std::move(next), request));
    plan.id = id;
    return render_text(plan);
}

Result<void> Engine::take_over(const DeployOrder& order, std::shared_ptr<const dsl::Program> made) {
    const std::uint32_t number = releases_->current() + 1;
    const Instant now = clock_.now();
    auto next = std::make_shared<Releases>(*releases_);
    next->add(number, made);
    next->choices = order.options.choices;
    next->deployed_at = now;
    SLUICE_TRY(
        keep_release({number, made->hash, now, encode(order.project), encode(order.options)}));
    // Kept: whatever happens now, a restart has it. Each shard changes between two batches.
    program_ = std::move(made);
    releases_ = next;
    for (auto& shard : shards_) {
        SLUICE_TRY(run_on(*shard, [releases = releases_](Shard& owner) -> Result<void> {
            owner.set_releases(releases);
            return success();
        }));
    }
    tell_catalog();
    log(LogLevel::info, "release.deployed", {{"release", static_cast<std::int64_t>(number)}});
    return success();
}

void Engine::settled(std::uint32_t shard, std::uint32_t release,
                     const std::set<std::uint32_t>& needed) {
    const std::lock_guard lock(settled_mutex_);
    if (release < settled_.release) {
        return;
    }
    if (release > settled_.release) {
        settled_ = {release, {}, {}};
    }
    settled_.shards.insert(shard);
    settled_.needed.insert(needed.begin(), needed.end());
    if (settled_.shards.size() < shards_.size()) {
        return;
    }
    shards_.front()->run([release, kept = settled_.needed](Shard& owner) {
        if (const auto retired = retire_releases(owner.store(), release, kept);
            !retired.has_value()) {
            log(LogLevel::error, "release.not_retired", {{"detail", retired.error().detail}});
        }
    });
}

Result<std::uint32_t> Engine::rollback(std::uint32_t number) {
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(auto known, readers.front()->releases());
    for (const Release& release : known) {
        if (release.number == number) {
            SLUICE_TRY(auto project, decode_project(release.bundle));
            ReleaseOptions options;
            options.origin = ReleaseOptions::Origin::rollback;
            options.drain = true;
            return deploy(std::move(project), options);
        }
    }
    return Error{Errc::not_found, "there is no release " + std::to_string(number)};
}

Result<std::string> Engine::people_json() {
    const auto cost = [](auto from) { return std::chrono::steady_clock::now() - from; };
    const std::lock_guard lock(people_mutex_);
    if (!people_.empty() && cost(people_at_) < kLooksApart * people_cost_) {
        return people_;
    }
    const auto began = std::chrono::steady_clock::now();
    const auto releases = current_releases();
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(const auto people, count_people(readers, *releases));
    people_ = render_json(people);
    people_at_ = std::chrono::steady_clock::now();
    people_cost_ = cost(began);
    return people_;
}

Result<std::string> Engine::seen_json() {
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(const auto seen, read_seen(readers, clock_.now()));
    return render_json(seen);
}

std::shared_ptr<const Releases> Engine::current_releases() {
    const std::lock_guard lock(deploy_mutex_);
    return releases_;
}

Result<std::string> Engine::releases_json() {
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(auto known, readers.front()->releases());
    return render_releases_json(known);
}

}  // namespace sluice
