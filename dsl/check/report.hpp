#pragma once

#include "dsl/check/compile.hpp"
#include "dsl/fixes.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What `sluice check` prints and does, without files: the same in the terminal and in a browser.
namespace sluice::dsl {

/// Every diagnostic as render_text() gives it, each with an empty line behind it.
std::string findings_text(const SourceSet& sources, const CompileResult& compiled);
/// Every diagnostic as one JSON object on a line of its own.
std::string findings_json(const SourceSet& sources, const CompileResult& compiled);

enum class SummaryDetail : std::uint8_t { one_line, with_memory };
/// The last line for people; with_memory also says what is remembered of each customer, by file.
/// Empty when the project has errors.
std::string summary_text(const SourceSet& sources, const CompileResult& compiled,
                         SummaryDetail detail);
/// The last line of --json: {"summary":{…}}.
std::string summary_json(const SourceSet& sources, const CompileResult& compiled);

/// Applies the fixes of the diagnostics until none is left or two undo each other. `compiled`
/// belongs to the sources before and afterwards; `compile` compiles them as they stand.
std::vector<AppliedFix> apply_all_fixes(SourceSet& sources, CompileResult& compiled,
                                        const std::function<CompileResult()>& compile);
/// "fixed PATH:LINE:COLUMN  CODE  `before` became `after`", with a line end.
std::string fix_line(const AppliedFix& fix);

/// The key in `bodies` of `emails/x.html` as a flow file names it: beside that file first, then
/// from the top of the project. Empty when there is none.
std::optional<std::string> find_body(const std::map<std::string, std::string>& bodies,
                                     std::string_view flow_path, std::string_view requested);

}  // namespace sluice::dsl
