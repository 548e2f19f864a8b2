#include "connectors/builtin.hpp"
#include "engine/base/log.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/engine.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace sluice::cli {
namespace {

struct ServeOptions {
    std::string config;
};

struct DevOptions {
    std::string directory;
    std::string data = ".sluice";
    std::uint16_t port = 8025;
};

LogLevel level_of(const std::string& name) {
    if (name == "debug") {
        return LogLevel::debug;
    }
    if (name == "warn") {
        return LogLevel::warn;
    }
    return name == "error" ? LogLevel::error : LogLevel::info;
}

/// Blocks until SIGINT or SIGTERM. The signals were blocked before any thread was made, so that
/// they can arrive nowhere else.
void wait_for_signal(const sigset_t& signals) {
    int received = 0;
    sigwait(&signals, &received);
}

sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// What the files below a directory are, without reading them: names, sizes and times.
std::string stamp_of(const std::string& directory) {
    namespace fs = std::filesystem;
    std::error_code failed;
    std::string out;
    auto walk = fs::recursive_directory_iterator(directory, failed);
    for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
        const auto changed = walk->last_write_time(failed).time_since_epoch().count();
        out += walk->path().string() + " " + std::to_string(changed) + "\n";
    }
    return out;
}

/// One look at the directory: flows that compile take effect at once, others are only talked about.
void reload(Engine& engine, const std::string& directory) {
    int exit_code = kDone;
    auto input = read_project(directory, Findings::text, exit_code);
    if (!input) {
        std::printf("the flows do not compile; the daemon goes on with the last good ones\n");
        std::fflush(stdout);
        return;
    }
    ReleaseOptions options;
    options.drain = true;
    const auto deployed = engine.deploy(std::move(input->project), options);
    if (deployed.has_value()) {
        std::printf("reloaded: release %u\n", deployed.value());
    } else {
        std::printf("not reloaded: %s\n", deployed.error().detail.c_str());
    }
    std::fflush(stdout);
}

/// Until a signal comes, a changed file below `directory` is a new release.
void watch_until_signal(const sigset_t& signals, Engine& engine, const std::string& directory) {
    constexpr timespec kLook{0, 300'000'000};
    std::string seen = stamp_of(directory);
    while (sigtimedwait(&signals, nullptr, &kLook) < 0) {
        if (std::string now = stamp_of(directory); now != seen) {
            seen = std::move(now);
            reload(engine, directory);
        }
    }
}

int run_engine(const Config& config, ProjectInput input, bool watch = false) {
    const sigset_t signals = block_signals();
    static const SystemClock clock;
    Engine engine(config, std::move(input.project), input.compiled.program, clock);
    if (const auto started = engine.start(); !started.has_value()) {
        std::fprintf(stderr, "sluice: %s\n", started.error().detail.c_str());
        return kConfig;
    }
    std::printf("listening on http://%s:%u\n", config.listen.address.c_str(), engine.port());
    if (config.admin_separate) {
        std::printf("operators on http://%s:%u\n", config.admin.address.c_str(),
                    engine.admin_port());
    }
    if (engine.mailbox() != nullptr) {
        std::printf(
            "mailbox   http://%s:%u/mailbox\n",
            config.admin_separate ? config.admin.address.c_str() : config.listen.address.c_str(),
            engine.admin_port());
    }
    std::fflush(stdout);
    if (watch) {
        watch_until_signal(signals, engine, config.flows);
    } else {
        wait_for_signal(signals);
    }
    engine.stop();
    return kDone;
}

int serve(const ServeOptions& options) {
    int exit_code = kDone;
    auto config = load_config(options.config, builtin_connectors());
    if (!config.has_value()) {
        return report(config.error());
    }
    set_log_level(level_of(config.value().log_level));
    auto input = read_project(config.value().flows, Findings::text, exit_code);
    return input ? run_engine(config.value(), std::move(*input)) : exit_code;
}

int dev(const DevOptions& options) {
    int exit_code = kDone;
    auto input = read_project(options.directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    set_log_level(LogLevel::warn);
    Config config;
    config.flows = options.directory;
    config.data = options.data;
    config.listen.port = options.port;
    config.connectors["mailbox"] = {"mailbox", {}};
    config.connectors["webhook"] = {"webhook", {{"allow_private", "true"}}};
    config.routes = {{"email", "mailbox"}, {"sms", "mailbox"}, {"calls", "webhook"}};
    return run_engine(config, std::move(*input), true);
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ServeOptions>();
    CLI::App* verb = app.add_subcommand("serve", "Run the daemon");
    verb->add_option("--config", options->config, "Configuration file")->default_str("sluice.yaml");
    options->config = "sluice.yaml";
    verb->callback([options, &exit_code] { exit_code = serve(*options); });
}

void add_dev(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<DevOptions>();
    CLI::App* verb = app.add_subcommand(
        "dev",
        "Run the daemon with no configuration: SQLite, and a mailbox that catches everything");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("--data", options->data, "Where the data is kept (.sluice)");
    verb->add_option("--port", options->port, "Port on 127.0.0.1 (8025); 0: any free one");
    verb->callback([options, &exit_code] { exit_code = dev(*options); });
}

}  // namespace sluice::cli
