#include "engine/cli/project_input.hpp"

#include "dsl/check/report.hpp"
#include "engine/cli/verbs.hpp"

#include <cstdio>

namespace sluice::cli {

int report(const Error& error) {
    std::fprintf(stderr, "sluice: %s\n", error.detail.c_str());
    return error.code == Errc::config || error.code == Errc::corrupt ||
                   error.code == Errc::unsupported
               ? kConfig
               : kFindings;
}

void print_findings(const ProjectInput& input, Findings findings) {
    const dsl::SourceSet& sources = input.project.sources;
    const std::string told = findings == Findings::json
                                 ? dsl::findings_json(sources, input.compiled)
                                 : dsl::findings_text(sources, input.compiled);
    std::fputs(told.c_str(), findings == Findings::text ? stderr : stdout);
}

std::optional<ProjectInput> read_project(const std::string& directory, Findings findings,
                                         int& exit_code) {
    auto project = load_project(directory);
    if (!project.has_value()) {
        std::fprintf(stderr, "sluice: %s\n", project.error().detail.c_str());
        exit_code = kUsage;
        return std::nullopt;
    }
    ProjectInput input{std::move(project.value()), {}};
    input.compiled = compile_project(input.project);
    print_findings(input, findings);
    if (!input.compiled.program) {
        exit_code = kFindings;
        return std::nullopt;
    }
    return input;
}

}  // namespace sluice::cli
