#pragma once

#include "dsl/check/data_facts.hpp"
#include "dsl/check/uses.hpp"
#include "dsl/diagnostic.hpp"
#include "dsl/program.hpp"
#include "dsl/source.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

/// What the compiler needs from outside; it does no I/O of its own.
struct CompileOptions {
    /// The text of a message body file named in a flow file (`body file "emails/x.html"`), looked
    /// for beside the flow file and then in the project directory. Empty: there is no such file.
    std::function<std::optional<std::string>(std::string_view flow_path,
                                             std::string_view requested)>
        load_body;
    /// Whether an IANA zone id exists; when not set every id is taken.
    std::function<bool(std::string_view)> zone_known;
    /// Told where every name is declared and used; may be empty.
    UseSink on_use;
    /// The present date (days since 1970-01-01), for checks of dates that are over. Unset: none, so
    /// that what once compiled still does.
    std::optional<std::int64_t> today;
    /// What the memories of one customer may take by the estimate of dsl/check/README.md, in bytes;
    /// more is error E405. 0: no limit.
    std::size_t memory_ceiling = 2'048;
    /// Whether to look for what is legal and still wrong (E401 to E413, W330 …). Off for a release
    /// that was let through once: a later version's better eyes must not stop what runs.
    bool analyse = true;
    /// What real data has, for W412; null: nothing is said of it. Borrowed for the call.
    const DataFacts* data = nullptr;
};

/// What the conditions of one file make the engine remember, in bytes for one customer. A memory
/// that several files share counts for the first of them.
struct FileMemory {
    std::string path;
    std::size_t bytes = 0;
};

struct CompileResult {
    std::shared_ptr<const Program> program;  // null when any diagnostic is an error
    std::vector<Diagnostic> diagnostics;     // sorted
    std::vector<FileMemory> memory;          // files that remember anything; empty after an error
};

/// Compiles a whole project directory: parse every file, resolve names over all of them (the order
/// of files does not matter), check, lower. Never throws.
CompileResult compile(const SourceSet& sources, const CompileOptions& options);

}  // namespace sluice::dsl
