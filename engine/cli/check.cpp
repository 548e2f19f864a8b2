#include "dsl/check/report.hpp"
#include "engine/cli/people_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/replace_file.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory;
    bool json = false;
    bool dump = false;
    bool fix = false;
    bool verbose = false;
    bool against_data = false;
    PeopleSource source;
};

/// The day that has begun everywhere: a date before it is over in every zone.
std::int64_t today() {
    namespace chrono = std::chrono;
    const auto last_zone = chrono::system_clock::now().time_since_epoch() - chrono::hours(12);
    return chrono::floor<chrono::days>(last_zone).count();
}

/// Applies fixes until none is left and writes the files that changed, each in one step.
bool fix_files(const Options& options, ProjectInput& input, const dsl::DataFacts* facts) {
    const dsl::SourceSet before = input.project.sources;
    const auto compile = [&] { return compile_project(input.project, today(), facts); };
    for (const auto& fix : dsl::apply_all_fixes(input.project.sources, input.compiled, compile)) {
        std::fputs(dsl::fix_line(fix).c_str(), options.json ? stderr : stdout);
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

int run(const Options& options) {
    auto project = load_project(options.directory);
    if (!project.has_value()) {
        std::fprintf(stderr, "sluice: %s\n", project.error().detail.c_str());
        return kUsage;
    }
    ProjectInput input{std::move(project.value()), {}};
    std::optional<dsl::DataFacts> facts;
    if (options.against_data) {
        auto read = read_facts(options.source);
        if (!read.has_value()) {
            return report(read.error());
        }
        facts = std::move(read.value());
        if (facts->customers == 0) {
            std::fputs("sluice: the data has no customers yet; nothing is held against it\n",
                       stderr);
        }
    }
    const dsl::DataFacts* data = facts ? &*facts : nullptr;
    input.compiled = compile_project(input.project, today(), data);
    if (options.fix && !fix_files(options, input, data)) {
        return kFindings;
    }
    print_findings(input, options.json ? Findings::json : Findings::text_as_output);
    const dsl::SourceSet& sources = input.project.sources;
    if (options.json) {
        std::fputs(dsl::summary_json(sources, input.compiled).c_str(), stdout);
    }
    if (!input.compiled.program) {
        return kFindings;
    }
    if (options.dump) {
        std::fputs(dsl::dump(*input.compiled.program).c_str(), stdout);
    } else if (!options.json) {
        const auto detail =
            options.verbose ? dsl::SummaryDetail::with_memory : dsl::SummaryDetail::one_line;
        std::fputs(dsl::summary_text(sources, input.compiled, detail).c_str(), stdout);
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
    verb->add_flag("--against-data", options->against_data,
                   "Also say which events and fields real data does not have (W412): asks the "
                   "daemon, or reads its data when none answers");
    add_source_options(*verb, options->source);
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
