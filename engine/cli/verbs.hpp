#pragma once

#include <CLI/App.hpp>

#include <string>

/// One function a verb: adds the verb to the app; its callback sets `exit_code`. Exit codes are the
/// same everywhere: 0 done, 1 findings (diagnostics, failed tests, faults of input), 2 wrong usage,
/// 70 a store failed, 78 configuration or data that cannot be used.
namespace sluice::cli {

inline constexpr int kDone = 0;
inline constexpr int kFindings = 1;
inline constexpr int kUsage = 2;
inline constexpr int kConfig = 78;

void add_check(CLI::App& app, int& exit_code);
void add_fmt(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);
void add_ls(CLI::App& app, int& exit_code);
void add_new(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);
void add_states(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_dev(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_experiments(CLI::App& app, int& exit_code);
void add_doubts(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_deploy(CLI::App& app, int& exit_code);
void add_releases(CLI::App& app, int& exit_code);
void add_rollback(CLI::App& app, int& exit_code);
void add_graph(CLI::App& app, int& exit_code);
void add_template(CLI::App& app, int& exit_code);
void add_lsp(CLI::App& app, int& exit_code);
void add_rename(CLI::App& app, int& exit_code);

}  // namespace sluice::cli
