#include "engine/cli/data_input.hpp"
#include "engine/cli/history_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/plan.hpp"
#include "engine/runtime/compare.hpp"
#include "engine/runtime/simulate.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

constexpr std::size_t kExamplesMax = 10;

struct Options {
    std::string events, against, from, data = ".sluice", config, until;
    double max_changed = 100;
    bool json = false;
};

/// The version to compare with: a directory, or what is deployed.
Result<std::shared_ptr<const dsl::Program>> deployed(const Options& options) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    SLUICE_TRY(auto readers, open_shard_readers(data));
    SLUICE_TRY(auto releases, compile_releases(*readers.front()));
    return releases->ready().program;
}

std::uint64_t replay(const std::shared_ptr<const dsl::Program>& program,
                     const std::vector<InboundEvent>& history, Instant until, Comparison::Side side,
                     Comparison& comparison) {
    Simulation::Options simulation;
    simulation.until = until;
    Simulation run(program, simulation);
    for (const InboundEvent& event : history) {
        run.add(event);
    }
    const auto totals =
        run.visit([&](const TraceRow& row,
                      std::string_view customer) { comparison.add(side, row, customer); },
                  nullptr);
    return totals.customers;
}

int run(const Options& options) {
    int exit_code = kDone;
    Instant until = kNever;
    if (!options.until.empty()) {
        const auto at = parse_rfc3339(options.until);
        if (!at) {
            std::fprintf(stderr, "sluice: --until wants a time such as 2026-03-01T00:00:00Z\n");
            return kUsage;
        }
        until = *at;
    }
    const auto next = read_project(options.against, Findings::text, exit_code);
    if (!next) {
        return exit_code;
    }
    std::shared_ptr<const dsl::Program> before;
    if (!options.from.empty()) {
        const auto input = read_project(options.from, Findings::text, exit_code);
        if (!input) {
            return exit_code;
        }
        before = input->compiled.program;
    } else if (auto known = deployed(options); known.has_value()) {
        before = std::move(known.value());
    } else {
        return report(known.error());
    }
    const auto history = read_history(options.events);
    if (!history.has_value()) {
        return report(history.error());
    }
    Comparison comparison;
    const auto customers =
        replay(before, history.value(), until, Comparison::Side::before, comparison);
    replay(next->compiled.program, history.value(), until, Comparison::Side::after, comparison);
    const Comparison::Report found = comparison.report(customers, kExamplesMax);
    std::fputs((options.json ? render_json(found) : render_text(found)).c_str(), stdout);
    const double allowed = options.max_changed / 100 * static_cast<double>(found.customers);
    return static_cast<double>(found.changed) > allowed ? kFindings : kDone;
}

/// `2%` or `2`.
std::string without_percent(std::string text) {
    if (text.ends_with('%')) {
        text.pop_back();
    }
    return text;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "replay", "The same history through two versions: who would get something else");
    verb->add_option("--events", options->events, "NDJSON file of Segment calls")->required();
    verb->add_option("--against", options->against, "Directory of the new flows")->required();
    verb->add_option("--from", options->from, "Directory of the old ones (else: what is deployed)");
    verb->add_option("--data", options->data, "Data directory with the releases (.sluice)");
    verb->add_option("--config", options->config, "Configuration file that names the data");
    verb->add_option("--until", options->until, "Stop before this time (RFC 3339)");
    verb->add_option("--max-changed", options->max_changed,
                     "Exit 1 when more customers than this share (2%) get something else")
        ->transform(without_percent)
        ->check(CLI::Range(0.0, 100.0));
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
