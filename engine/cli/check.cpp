#include "dsl/fixes.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/replace_file.hpp"
#include "engine/cli/verbs.hpp"

#include <boost/json.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace sluice::cli {
namespace {

/// Fixes make place for other fixes; two that undo each other must not go on forever.
constexpr int kRoundsMax = 50;

struct Options {
    std::string directory;
    bool json = false;
    bool dump = false;
    bool fix = false;
    bool verbose = false;
};

/// The day that has begun everywhere: a date before it is over in every zone.
std::int64_t today() {
    namespace chrono = std::chrono;
    const auto last_zone = chrono::system_clock::now().time_since_epoch() - chrono::hours(12);
    return chrono::floor<chrono::days>(last_zone).count();
}

void compile_now(ProjectInput& input) {
    input.compiled = compile_project(input.project, today());
}

std::string one_line(std::string_view text) {
    std::string out(text);
    for (std::size_t at = out.find('\n'); at != std::string::npos; at = out.find('\n', at)) {
        out.replace(at, 1, "\\n");
    }
    return out;
}

void print_fix(const dsl::AppliedFix& fix, std::FILE* out) {
    const std::string place =
        fix.path + ":" + std::to_string(fix.line) + ":" + std::to_string(fix.column);
    std::string what = "added `" + one_line(fix.after) + "`";
    if (fix.after.empty()) {
        what = "removed `" + one_line(fix.before) + "`";
    } else if (!fix.before.empty()) {
        what = "`" + one_line(fix.before) + "` became `" + one_line(fix.after) + "`";
    }
    std::fprintf(out, "fixed %s  %s  %s\n", place.c_str(), fix.code.c_str(), what.c_str());
}

/// Applies fixes until none is left and writes the files that changed, each in one step.
bool fix_files(const Options& options, ProjectInput& input) {
    const dsl::SourceSet before = input.project.sources;
    for (int round = 0; round < kRoundsMax; ++round) {
        const auto applied = apply_fixes(input.project.sources, input.compiled.diagnostics);
        if (applied.empty()) {
            break;
        }
        for (const dsl::AppliedFix& fix : applied) {
            print_fix(fix, options.json ? stderr : stdout);
        }
        compile_now(input);
    }
    for (std::size_t at = 0; at < before.files.size(); ++at) {
        const dsl::SourceFile& file = input.project.sources.files[at];
        if (file.text == before.files[at].text) {
            continue;
        }
        const auto path = std::filesystem::path(options.directory) / file.path;
        if (!replace_file(path.string(), file.text)) {
            std::fprintf(stderr, "sluice: cannot write %s: %s\n", path.c_str(),
                         std::strerror(errno));
            return false;
        }
    }
    return true;
}

std::size_t bytes_of(const dsl::CompileResult& compiled) {
    std::size_t sum = 0;
    for (const dsl::FileMemory& file : compiled.memory) {
        sum += file.bytes;
    }
    return sum;
}

/// The last line of --json.
void print_json_summary(const ProjectInput& input) {
    const auto& found = input.compiled.diagnostics;
    const auto errors = std::count_if(found.begin(), found.end(), [](const auto& diagnostic) {
        return diagnostic.severity == dsl::Severity::error;
    });
    boost::json::object summary;
    summary["files"] = input.project.sources.files.size();
    summary["errors"] = errors;
    summary["warnings"] = static_cast<std::int64_t>(found.size()) - errors;
    if (const auto& program = input.compiled.program) {
        summary["flows"] = program->flows.size();
        summary["messages"] = program->messages.size();
        summary["tests"] = program->tests.size();
        boost::json::array memory;
        for (const dsl::FileMemory& file : input.compiled.memory) {
            memory.push_back({{"file", file.path}, {"bytes_per_customer", file.bytes}});
        }
        summary["memory"] = std::move(memory);
        summary["bytes_per_customer"] = bytes_of(input.compiled);
    }
    const boost::json::object line = {{"summary", std::move(summary)}};
    std::printf("%s\n", boost::json::serialize(line).c_str());
}

void print_summary(const Options& options, const ProjectInput& input) {
    const dsl::Program& program = *input.compiled.program;
    if (options.verbose) {
        std::printf("What conditions over the past remember of each customer, about:\n");
        for (const dsl::FileMemory& file : input.compiled.memory) {
            std::printf("%8zu bytes  %s\n", file.bytes, file.path.c_str());
        }
        std::printf("%8zu bytes  in all\n", bytes_of(input.compiled));
    }
    std::printf("%zu files, %zu flows, %zu messages, %zu tests: no errors, %zu warnings\n",
                input.project.sources.files.size(), program.flows.size(), program.messages.size(),
                program.tests.size(), input.compiled.diagnostics.size());
}

int run(const Options& options) {
    auto project = load_project(options.directory);
    if (!project.has_value()) {
        std::fprintf(stderr, "sluice: %s\n", project.error().detail.c_str());
        return kUsage;
    }
    ProjectInput input{std::move(project.value()), {}};
    compile_now(input);
    if (options.fix && !fix_files(options, input)) {
        return kFindings;
    }
    print_findings(input, options.json ? Findings::json : Findings::text_as_output);
    if (options.json) {
        print_json_summary(input);
    }
    if (!input.compiled.program) {
        return kFindings;
    }
    if (options.dump) {
        std::fputs(dsl::dump(*input.compiled.program).c_str(), stdout);
    } else if (!options.json) {
        print_summary(options, input);
    }
    return kDone;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("check", "Check the flow files of a directory");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_flag("--json", options->json,
                   "One JSON object a diagnostic, then a summary, on standard output");
    verb->add_flag("--dump", options->dump, "Print what the flows compile to");
    verb->add_flag("--fix", options->fix, "Make the edits that need no decision, and say which");
    verb->add_flag("--verbose", options->verbose,
                   "Also print what is remembered of each customer, by file");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
