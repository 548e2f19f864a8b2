#pragma once

#include "engine/daemon/project.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::cli {

/// A directory as a verb was given it: loaded and compiled, diagnostics printed.
struct ProjectInput {
    Project project;
    dsl::CompileResult compiled;
};

/// Where diagnostics go: `text` to stderr, as for a verb whose own output is something else; the
/// other two to stdout, for verbs whose output they are.
enum class Findings : std::uint8_t { text, text_as_output, json };

/// Loads and compiles, printing diagnostics. Empty, with `exit_code` set, when the directory cannot
/// be read or has errors.
std::optional<ProjectInput> read_project(const std::string& directory, Findings findings,
                                         int& exit_code);

/// Prints the diagnostics of a project where `findings` says.
void print_findings(const ProjectInput& input, Findings findings);

/// Prints an engine error to stderr and gives the exit code that belongs to it.
int report(const Error& error);

}  // namespace sluice::cli
