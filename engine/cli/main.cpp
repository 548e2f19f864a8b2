#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    CLI::App app{"Sluice: lifecycle flows as programs.", "sluice"};
    app.set_version_flag("--version", "sluice " SLUICE_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done, 1 findings, 2 wrong usage, 70 a store failed, 78 configuration.");
    int exit_code = sluice::cli::kDone;
    sluice::cli::add_check(app, exit_code);
    sluice::cli::add_fmt(app, exit_code);
    sluice::cli::add_test(app, exit_code);
    sluice::cli::add_ls(app, exit_code);
    sluice::cli::add_new(app, exit_code);
    sluice::cli::add_simulate(app, exit_code);
    sluice::cli::add_states(app, exit_code);
    sluice::cli::add_dev(app, exit_code);
    sluice::cli::add_serve(app, exit_code);
    sluice::cli::add_explain(app, exit_code);
    sluice::cli::add_experiments(app, exit_code);
    sluice::cli::add_doubts(app, exit_code);
    sluice::cli::add_replay(app, exit_code);
    sluice::cli::add_plan(app, exit_code);
    sluice::cli::add_deploy(app, exit_code);
    sluice::cli::add_releases(app, exit_code);
    sluice::cli::add_rollback(app, exit_code);
    sluice::cli::add_graph(app, exit_code);
    sluice::cli::add_template(app, exit_code);
    sluice::cli::add_lsp(app, exit_code);
    sluice::cli::add_rename(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
        return app.exit(fault) == 0 ? sluice::cli::kDone : sluice::cli::kUsage;
    }
    return exit_code;
}
