#include "engine/base/json_text.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/test_report.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/runtime/flow_test.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory;
    std::string junit;
    std::string min_coverage;
    bool coverage = false;
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

void print_text(const dsl::Program& program, const FlowTestResult& result) {
    std::printf("%s  %s  (%s)\n", result.passed() ? "ok  " : "FAIL", result.test->title.c_str(),
                program.flows[result.test->flow].name.c_str());
    if (!result.passed()) {
        std::printf("  %s:%u\n%s", result.test->file.c_str(), result.test->line,
                    render_timeline(result).c_str());
    }
}

/// "100%" or "100"; empty unless it is a whole number up to 100.
std::optional<int> read_percent(std::string text) {
    if (text.ends_with('%')) {
        text.pop_back();
    }
    const bool digits = !text.empty() && text.size() <= 3 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    const int percent = digits ? std::stoi(text) : -1;
    return percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

std::vector<FlowTestResult> run_tests(const std::shared_ptr<const dsl::Program>& program,
                                      bool json) {
    std::vector<FlowTestResult> results;
    for (const dsl::Test& test : program->tests) {
        results.push_back(run_flow_test(program, test));
        if (json) {
            print_json(results.back());
        } else {
            print_text(*program, results.back());
        }
    }
    return results;
}

/// Whether every flow comes up to the bound.
bool print_coverage(const std::shared_ptr<const dsl::Program>& program, bool json, int bound) {
    const auto coverage = measure_coverage(program);
    const std::string told = json ? coverage_json(coverage) : coverage_text(coverage);
    std::fputs(told.c_str(), stdout);
    return std::all_of(coverage.begin(), coverage.end(),
                       [&](const FlowCoverage& flow) { return flow.percent() >= bound; });
}

bool write_junit(const std::string& path, const std::string& xml) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << xml;
    out.close();
    if (!out) {
        std::fprintf(stderr, "sluice: cannot write \"%s\"\n", path.c_str());
    }
    return static_cast<bool>(out);
}

int run(const Options& options) {
    const auto bound = read_percent(options.min_coverage.empty() ? "0" : options.min_coverage);
    if (!bound) {
        std::fprintf(stderr, "sluice: --min-coverage takes a share such as 80%%, not \"%s\"\n",
                     options.min_coverage.c_str());
        return kUsage;
    }
    int exit_code = kDone;
    const auto input = read_project(
        options.directory, options.json ? Findings::json : Findings::text_as_output, exit_code);
    if (!input) {
        return exit_code;
    }
    const auto& program = input->compiled.program;
    const auto results = run_tests(program, options.json);
    const auto passed = static_cast<std::size_t>(std::count_if(
        results.begin(), results.end(), [](const auto& result) { return result.passed(); }));
    if (!options.json) {
        std::printf("%zu passed, %zu failed\n", passed, results.size() - passed);
    }
    if (!options.junit.empty() && !write_junit(options.junit, junit_xml(*program, results))) {
        return kUsage;
    }
    const bool measured = options.coverage || !options.min_coverage.empty();
    const bool covered = !measured || print_coverage(program, options.json, *bound);
    if (!covered) {
        std::fprintf(stderr, "sluice: not every flow comes up to %d%% coverage\n", *bound);
    }
    return passed == results.size() && covered ? kDone : kFindings;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        app.add_subcommand("test", "Run the tests written in flow files, on virtual time");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_flag("--coverage", options->coverage, "Which steps and branches no test reaches");
    verb->add_option("--min-coverage", options->min_coverage,
                     "Exit 1 when a flow has less than this share covered, for example 100%");
    verb->add_option("--junit", options->junit, "Write the results to this file as JUnit XML");
    verb->add_flag("--json", options->json,
                   "One JSON object a test, then one a flow with coverage, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
