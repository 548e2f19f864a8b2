#pragma once

#include "dsl/source.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

enum class Severity : std::uint8_t { error, warning };

/// A second place that explains the first ("starts here", "opened here").
struct Label {
    Span span;
    std::string text;
};

/// A machine-applicable edit: replace the span by the text.
struct Fix {
    Span span;
    std::string replacement;
};

/// One thing wrong in the author's files. A user's mistake is data: every pass collects, nothing
/// throws. Numbers are never reused; code_catalogue() is the registry.
struct Diagnostic {
    std::string code;  // "E206"; E1xx syntax, E2xx names, E3xx content, E4xx behaviour, W likewise
    Severity severity = Severity::error;
    Span span;
    std::string message;  // one or two sentences in the author's words, ends with a colon or a stop
    std::vector<Label> labels;
    std::string help;  // how to fix it, printed below the snippet; may hold several lines
    std::optional<Fix> fix;
};

/// One registered code: its title ("UNKNOWN FIELD") and what it means, for docs and the registry
/// test.
struct CodeInfo {
    std::string_view code;
    std::string_view title;
    std::string_view meaning;
};

/// Every code the compiler can raise, sorted by code.
std::span<const CodeInfo> code_catalogue();

/// Sorts by file, offset and code and drops exact duplicates, so that output is deterministic.
void sort_diagnostics(std::vector<Diagnostic>& diagnostics);

/// The terminal form of language.md §5.7. The first line is
/// `-- TITLE ---- path.flow:line:column  E206`, then the message, the snippet with carets, labels,
/// help and `Fix:`. Ends with a newline. No colour.
std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources);

/// One JSON object on one line: {"code","severity","title","file","line","column","end_column",
/// "message","help","labels":[…],"fix":{…}|null}.
std::string render_json(const Diagnostic& diagnostic, const SourceSet& sources);

/// At most two names of `known` that are near `wrong`: optimal string alignment distance over
/// lower-cased text, limit max(1, length/3), an exact match without case first (language.md §1.2).
std::vector<std::string> did_you_mean(std::string_view wrong, std::span<const std::string> known);

}  // namespace sluice::dsl
