#include "engine/cli/project_input.hpp"

#include "dsl/diagnostic.hpp"
#include "engine/cli/verbs.hpp"

#include <algorithm>
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
    std::FILE* out = findings == Findings::text ? stderr : stdout;
    for (const dsl::Diagnostic& diagnostic : input.compiled.diagnostics) {
        const std::string told = findings == Findings::json ? dsl::render_json(diagnostic, sources)
                                                            : dsl::render_text(diagnostic, sources);
        std::fputs((told + "\n").c_str(), out);
    }
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
