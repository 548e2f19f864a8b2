#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory;
    bool json = false;
    bool dump = false;
};

int run(const Options& options) {
    int exit_code = kDone;
    const auto input = read_project(
        options.directory, options.json ? Findings::json : Findings::text_as_output, exit_code);
    if (!input) {
        return exit_code;
    }
    const dsl::Program& program = *input->compiled.program;
    if (options.dump) {
        std::fputs(dsl::dump(program).c_str(), stdout);
    } else if (!options.json) {
        std::printf("%zu files, %zu flows, %zu messages, %zu tests: no errors, %zu warnings\n",
                    input->project.sources.files.size(), program.flows.size(),
                    program.messages.size(), program.tests.size(),
                    input->compiled.diagnostics.size());
    }
    return kDone;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("check", "Check the flow files of a directory");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_flag("--json", options->json, "One JSON object a diagnostic, on standard output");
    verb->add_flag("--dump", options->dump, "Print what the flows compile to");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
