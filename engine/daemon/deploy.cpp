// Deploys of a running engine; the rest of it is in engine.cpp.
#include "engine/base/json_text.hpp"
#include "engine/base/log.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/daemon/plan.hpp"

#include <algorithm>
#include <future>

namespace sluice {
namespace {

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

}  // namespace

Result<void> Engine::check_deploy(const dsl::Program& next, const ReleaseOptions& options) {
    const auto unclear = ambiguities(*program_, next);
    if (!unclear.empty()) {
        std::string all;
        for (const std::string& one : unclear) {
            all += (all.empty() ? "" : "\n") + one;
        }
        return Error{Errc::conflict, std::move(all)};
    }
    SLUICE_TRY(check_lanes(next));
    const auto known = [&](const dsl::Flow& flow) {
        return next.find_flow(flow.name) != kNone ||
               std::any_of(
                   next.changes.begin(), next.changes.end(),
                   [&](const dsl::FlowChange& change) { return change.was_named == flow.name; });
    };
    if (options.drain || options.choices.stop ||
        std::all_of(program_->flows.begin(), program_->flows.end(), known)) {
        return success();
    }
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(auto people, people_in_flows(readers, *releases_));
    for (const auto& [flow, count] : people) {
        const Index at = program_->find_flow(flow);
        if (at != kNone && !known(program_->flows[at]) && count > 0) {
            return Error{Errc::conflict,
                         "`" + flow + "` is gone, and " + std::to_string(count) +
                             " people are inside: deploy with --drain to let them finish, or with "
                             "--stop to end their runs"};
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
    const dsl::CompileResult compiled = compile_project(project);
    if (!compiled.program) {
        return Error{Errc::invalid_argument, diagnostics_text(compiled, project)};
    }
    const std::lock_guard lock(deploy_mutex_);
    if (compiled.program->hash == program_->hash) {
        return releases_->current();
    }
    SLUICE_TRY(check_deploy(*compiled.program, options));
    const std::uint32_t number = releases_->current() + 1;
    auto next = std::make_shared<Releases>(*releases_);
    next->add(number, compiled.program);
    next->choices = options.choices;
    SLUICE_TRY(keep_release(
        {number, compiled.program->hash, clock_.now(), encode(project), encode(options)}));
    // Kept: whatever happens now, a restart has it. Each shard changes between two batches.
    program_ = compiled.program;
    releases_ = next;
    for (auto& shard : shards_) {
        SLUICE_TRY(run_on(*shard, [releases = releases_](Shard& owner) -> Result<void> {
            owner.set_releases(releases);
            return success();
        }));
    }
    tell_catalog();
    log(LogLevel::info, "release.deployed", {{"release", static_cast<std::int64_t>(number)}});
    return number;
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

Result<std::string> Engine::releases_json() {
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(auto known, readers.front()->releases());
    return render_releases_json(known);
}

}  // namespace sluice
