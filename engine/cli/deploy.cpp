// plan, deploy, releases, rollback: what happens to people when flows change.
#include "engine/cli/data_input.hpp"
#include "engine/cli/operator_client.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/plan.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory, data = ".sluice", config, url, plan;
    std::uint64_t sample = kPlanSample;
    std::uint32_t number = 0;
    bool json = false, drain = false, stop = false, fire = false, sweep = false;
    std::vector<std::string> retime;
    std::uint32_t retime_rate = kRetimesPerMinute;
};

/// What a deploy may ask for; `plan` takes the same, so that it shows what will happen.
void add_choices(CLI::App& verb, Options& options) {
    verb.add_flag("--drain", options.drain, "People in flows that are gone finish the old way");
    verb.add_flag("--stop", options.stop, "Runs of flows that are gone end");
    verb.add_flag("--fire", options.fire, "State changes caused by the edit start flows");
    verb.add_flag("--sweep", options.sweep, "`ends when` conditions that hold already end runs");
    verb.add_option("--retime", options.retime,
                    "A wait, as `Flow@step`: counted anew from its beginning; may be repeated");
    verb.add_option("--retime-rate", options.retime_rate,
                    "Of the retimed whose wait is over already, so many go a minute (600)")
        ->check(CLI::Range(1, 60'000));
}

ReleaseOptions choices_of(const Options& options) {
    ReleaseOptions out;
    out.origin = ReleaseOptions::Origin::deploy;
    out.drain = options.drain;
    out.choices.stop = options.stop;
    out.choices.fire = options.fire;
    out.choices.sweep = options.sweep;
    out.choices.retime = options.retime;
    out.choices.retime_per_minute = options.retime_rate;
    return out;
}

void add_place(CLI::App& verb, Options& options) {
    verb.add_option("--data", options.data, "Data directory (.sluice); may be in use");
    verb.add_option("--config", options.config, "Configuration file that names data and address");
}

void add_address(CLI::App& verb, Options& options) {
    verb.add_option("--url", options.url, "The daemon (http://127.0.0.1:8025, or as configured)");
}

Result<Plan> planned(const Options& options, const ProjectInput& input) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    SLUICE_TRY(auto readers, open_shard_readers(data));
    SLUICE_TRY(auto releases, compile_releases(*readers.front()));
    PlanRequest request;
    request.now = SystemClock{}.now();
    request.sample = options.sample;
    request.options = choices_of(options);
    SLUICE_TRY(auto plan, make_plan(readers, *releases, input.compiled.program, request));
    plan.id = plan_id(plan.from_release, plan.from_hash, input.project, request.options);
    return plan;
}

int plan(const Options& options) {
    int exit_code = kDone;
    const auto input = read_project(options.directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    const auto made = planned(options, *input);
    if (!made.has_value()) {
        return report(made.error());
    }
    const std::string text = options.json ? render_json(made.value()) : render_text(made.value());
    std::fputs(text.c_str(), stdout);
    return made.value().refusals.empty() ? kDone : kFindings;
}

std::string query_of(const Options& options) {
    std::string query = "?tell";
    const auto flag = [&](bool set, const std::string& name) { query += set ? "&" + name : ""; };
    flag(options.drain, "drain");
    flag(options.stop, "stop");
    flag(options.fire, "fire");
    flag(options.sweep, "sweep");
    flag(!options.plan.empty(), "plan=" + percent_encoded(options.plan));
    flag(options.retime_rate != kRetimesPerMinute,
         "retime_rate=" + std::to_string(options.retime_rate));
    std::string waits;
    for (const std::string& wait : options.retime) {
        waits += (waits.empty() ? "" : ",") + wait;
    }
    flag(!waits.empty(), "retime=" + percent_encoded(waits));
    return query;
}

int answer(const Result<std::string>& body, bool json, const char* done) {
    if (!body.has_value()) {
        return report(body.error());
    }
    if (json) {
        std::fputs(body.value().c_str(), stdout);
    } else {
        std::printf("%s %s", done, body.value().c_str());
    }
    return kDone;
}

/// What the daemon did, in its own words.
void print_deployed(const std::string& body) {
    boost::system::error_code failed;
    const boost::json::value value = boost::json::parse(body, failed);
    const auto* object = failed ? nullptr : value.if_object();
    const auto* told = object == nullptr ? nullptr : object->if_contains("told");
    const auto* release = object == nullptr ? nullptr : object->if_contains("release");
    if (told != nullptr && told->is_string()) {
        std::fputs(told->get_string().c_str(), stdout);
    }
    const auto number = release == nullptr ? 0 : release->to_number<std::int64_t>(failed);
    std::printf("deployed: release %lld is running\n", static_cast<long long>(number));
}

int deploy(const Options& options) {
    int exit_code = kDone;
    const auto input = read_project(options.directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    const auto url = operator_address(options.url, options.config);
    if (!url.has_value()) {
        return report(url.error());
    }
    const auto body =
        operator_post(url.value(), "/v1/releases" + query_of(options), encode(input->project));
    if (!body.has_value() || options.json) {
        return answer(body, options.json, "");
    }
    print_deployed(body.value());
    return kDone;
}

int releases(const Options& options) {
    auto list = [&]() -> Result<std::vector<Release>> {
        SLUICE_TRY(auto data, data_directory(options.data, options.config));
        SLUICE_TRY(auto readers, open_shard_readers(data));
        return readers.front()->releases();
    };
    const auto known = list();
    if (!known.has_value()) {
        return report(known.error());
    }
    if (options.json) {
        std::fputs(render_releases_json(known.value()).c_str(), stdout);
        return kDone;
    }
    for (auto release = known.value().rbegin(); release != known.value().rend(); ++release) {
        const auto origin = to_text(decode_release_options(release->options).origin);
        std::printf("%4u  %s  %.12s  %.*s\n", release->number, format_rfc3339(release->at).c_str(),
                    release->program_hash.c_str(), static_cast<int>(origin.size()), origin.data());
    }
    return kDone;
}

int rollback(const Options& options) {
    const auto url = operator_address(options.url, options.config);
    if (!url.has_value()) {
        return report(url.error());
    }
    const std::string path = "/v1/releases/" + std::to_string(options.number) + "/rollback";
    return answer(operator_post(url.value(), path, ""), options.json, "rolled back:");
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        app.add_subcommand("plan", "What deploying these flows would do to the people inside");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    add_place(*verb, *options);
    add_choices(*verb, *options);
    verb->add_option("--sample", options->sample, "Go through at most about so many customers");
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->footer(
        "The last line names the plan. `sluice deploy DIR --plan NAME` deploys exactly what it\n"
        "shows, and is refused when another release runs by then, a file is different, or other\n"
        "flags are given: so a build server can deploy what somebody has approved. Without\n"
        "--plan, `deploy` prints the plan of the moment and carries it out.");
    verb->callback([options, &exit_code] { exit_code = plan(*options); });
}

void add_deploy(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("deploy", "Give a running daemon these flows");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("--config", options->config, "Configuration file that names the address");
    add_address(*verb, *options);
    add_choices(*verb, *options);
    verb->add_option("--plan", options->plan,
                     "Only if this plan, as printed by `sluice plan`, is still what would happen");
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = deploy(*options); });
}

void add_releases(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("releases", "What was deployed, newest first");
    add_place(*verb, *options);
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = releases(*options); });
}

void add_rollback(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("rollback", "Deploy an earlier release again");
    verb->add_option("RELEASE", options->number, "Its number, see `sluice releases`")->required();
    verb->add_option("--config", options->config, "Configuration file that names the address");
    add_address(*verb, *options);
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = rollback(*options); });
}

}  // namespace sluice::cli
