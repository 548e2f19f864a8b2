#include "engine/base/json_text.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/runtime/flow_test.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory;
    bool json = false;
};

void print_json(const FlowTestResult& result) {
    std::string failures = "[";
    for (const ExpectationFailure& failure : result.failures) {
        JsonObject one;
        one.number("line", failure.line).text("expected", failure.expected);
        failures += (failures.size() == 1 ? "" : ",") + one.text("found", failure.found).take();
    }
    JsonObject out;
    out.text("file", result.test->file).number("line", result.test->line);
    out.text("title", result.test->title).flag("passed", result.passed());
    std::puts(out.json("failures", failures + "]").take().c_str());
}

int run(const Options& options) {
    int exit_code = kDone;
    const auto input = read_project(
        options.directory, options.json ? Findings::json : Findings::text_as_output, exit_code);
    if (!input) {
        return exit_code;
    }
    const auto& program = input->compiled.program;
    std::size_t failed = 0;
    for (const dsl::Test& test : program->tests) {
        const FlowTestResult result = run_flow_test(program, test);
        failed += result.passed() ? 0U : 1U;
        if (options.json) {
            print_json(result);
            continue;
        }
        std::printf("%s  %s  (%s)\n", result.passed() ? "ok  " : "FAIL", test.title.c_str(),
                    program->flows[test.flow].name.c_str());
        if (!result.passed()) {
            std::printf("  %s:%u\n%s", test.file.c_str(), test.line,
                        render_timeline(result).c_str());
        }
    }
    if (!options.json) {
        std::printf("%zu passed, %zu failed\n", program->tests.size() - failed, failed);
    }
    return failed == 0 ? kDone : kFindings;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        app.add_subcommand("test", "Run the tests written in flow files, on virtual time");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_flag("--json", options->json, "One JSON object a test, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
