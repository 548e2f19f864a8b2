#include "engine/runtime/simulate.hpp"
#include "engine/base/json_text.hpp"
#include "engine/cli/history_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>
#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory, events, until, log;
    std::uint64_t seed = 0;
    bool json = false;
};

/// The log goes to a file, or to standard output when none is named.
class LogFile {
public:
    static Result<LogFile> open(const std::string& path) {
        std::FILE* file = path.empty() ? stdout : std::fopen(path.c_str(), "wb");
        if (file == nullptr) {
            return Error{Errc::io, "cannot write the log \"" + path + "\""};
        }
        return LogFile(file);
    }
    LogFile(LogFile&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
    LogFile(const LogFile&) = delete;
    ~LogFile() {
        if (file_ != nullptr && file_ != stdout) {
            std::fclose(file_);
        }
    }
    void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }
    /// False when not everything could be written.
    bool close() {
        const bool written = std::fflush(file_) == 0 && std::ferror(file_) == 0;
        return written;
    }

private:
    explicit LogFile(std::FILE* file) : file_(file) {}
    std::FILE* file_;
};

void print_totals(const Simulation::Totals& totals, bool json) {
    if (!json) {
        std::fprintf(stderr,
                     "%lu customers, %lu events (%lu after the end ignored): %lu entered, "
                     "%lu goals, %lu ended, %lu sent, %lu skipped\n",
                     totals.customers, totals.events, totals.ignored, totals.entered, totals.goals,
                     totals.ended, totals.sent, totals.skipped);
        return;
    }
    JsonObject out;
    const auto put = [&](std::string_view name, std::uint64_t count) {
        out.number(name, static_cast<std::int64_t>(count));
    };
    put("customers", totals.customers);
    put("events", totals.events);
    put("ignored", totals.ignored);
    put("entered", totals.entered);
    put("goals", totals.goals);
    put("ended", totals.ended);
    put("sent", totals.sent);
    put("skipped", totals.skipped);
    std::fprintf(stderr, "%s\n", out.take().c_str());
}

int run(const Options& options) {
    int exit_code = kDone;
    Simulation::Options simulation;
    if (!options.until.empty()) {
        const auto until = parse_rfc3339(options.until);
        if (!until) {
            std::fprintf(stderr, "sluice: --until wants a time such as 2026-03-01T00:00:00Z\n");
            return kUsage;
        }
        simulation.until = *until;
    }
    simulation.salt = options.seed == 0 ? "" : std::to_string(options.seed);
    const auto input = read_project(options.directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    auto history = read_history(options.events);
    if (!history.has_value()) {
        return report(history.error());
    }
    auto log = LogFile::open(options.log);
    if (!log.has_value()) {
        return report(log.error());
    }
    Simulation run(input->compiled.program, simulation);
    for (const InboundEvent& event : history.value()) {
        run.add(event);
    }
    history.value().clear();
    std::function<void(std::size_t, std::size_t)> progress;
    if (isatty(STDERR_FILENO) != 0) {
        progress = [](std::size_t done, std::size_t all) {
            std::fprintf(stderr, "\r  %zu of %zu customers", done, all);
        };
    }
    const auto totals = run.run([&](std::string_view text) { log.value().write(text); }, progress);
    if (progress) {
        std::fputs("\r", stderr);
    }
    if (!log.value().close()) {
        return report({Errc::io, "the log could not be written in full"});
    }
    print_totals(totals, options.json);
    return kDone;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "simulate", "Replay a history through the flows on virtual time; sends nothing");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("--events", options->events, "NDJSON file of Segment calls")->required();
    verb->add_option("--until", options->until, "Stop before this time (RFC 3339)");
    verb->add_option("--seed", options->seed, "Other random choices than the live system's (0)");
    verb->add_option("--log", options->log, "Where the decisions go (NDJSON); default: stdout");
    verb->add_flag("--json", options->json, "Totals as JSON, on standard error");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
