#include "engine/daemon/experiments.hpp"

#include "engine/cli/data_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string data = ".sluice", config;
    bool json = false;
};

Result<std::string> tell(const Options& options) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    SLUICE_TRY(auto readers, open_shard_readers(data));
    SLUICE_TRY(const auto releases, compile_releases(*readers.front()));
    SLUICE_TRY(const auto reports, read_experiments(readers, *releases, SystemClock().now()));
    return options.json ? render_json(reports) : render_text(reports);
}

int run(const Options& options) {
    const auto told = tell(options);
    if (!told.has_value()) {
        return report(told.error());
    }
    std::fputs(told.value().c_str(), stdout);
    return kDone;
}

}  // namespace

void add_experiments(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "experiments", "Who got which variant, how many did what is measured, and who has won");
    verb->add_option("--data", options->data, "Data directory (.sluice); may be in use");
    verb->add_option("--config", options->config, "Configuration file that names the data");
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
