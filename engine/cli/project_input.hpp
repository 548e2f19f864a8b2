#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/daemon/project.hpp"

namespace sluice::cli {

/// A directory as a verb was given it: loaded and compiled, diagnostics printed.
struct ProjectInput {
    Project project;
    dsl::CompileResult compiled;
};

/// Loads and compiles, printing diagnostics to stderr (or, with `json`, one object a line to
/// stdout). Empty, with `exit_code` set, when the directory cannot be read or has errors.
std::optional<ProjectInput> read_project(const std::string& directory, bool json, int& exit_code);

/// Prints an engine error to stderr and gives the exit code that belongs to it.
int report(const Error& error);

}  // namespace sluice::cli
