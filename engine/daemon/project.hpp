#pragma once

#include "dsl/check/compile.hpp"
#include "dsl/source.hpp"
#include "engine/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// One directory of flow files with the message bodies beside them, read into memory: what the
/// compiler needs and what a release keeps, so that old runs can finish on what they started with.
struct Project {
    dsl::SourceSet sources;                     // every *.flow below the directory, by path
    std::map<std::string, std::string> bodies;  // other files, by path below the directory
};

/// Reads a directory recursively; hidden files and folders are left out. Bodies are the files with
/// the endings .html, .htm, .liquid, .mjml and .txt. Errc::not_found when it is not a directory or
/// holds no .flow file, Errc::io with the path when a file cannot be read.
Result<Project> load_project(const std::string& directory);

/// Compiles a project with the zones of this machine. `today` (days since 1970-01-01) also refuses
/// dates that are over, which a release that runs does not want. `data` is what real data has, for
/// W412.
dsl::CompileResult compile_project(const Project& project,
                                   std::optional<std::int64_t> today = std::nullopt,
                                   const dsl::DataFacts* data = nullptr);

/// Compiles what a release kept: what was let through once is only read, not judged again.
dsl::CompileResult compile_release(const Project& project);

/// The bytes a release is kept as, and back.
std::string encode(const Project& project);
Result<Project> decode_project(std::string_view bytes);

}  // namespace sluice
