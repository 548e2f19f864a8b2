#pragma once

#include "dsl/ast.hpp"
#include "dsl/check/compile.hpp"
#include "dsl/diagnostic.hpp"
#include "dsl/program.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The state every pass of the checker shares. Private to dsl/check.
namespace sluice::dsl::check {

/// What a Capitalised Name can stand for. Each kind has its own table.
enum class Kind : std::uint8_t {
    event,
    message,
    segment,
    state,
    lifecycle,
    webhook,
    flow,
    topic,
    experiment
};

/// "an event", "a message": for sentences.
std::string_view noun_of(Kind kind);

struct Declared {
    Index index = kNone;
    Span span;
};
using Table = std::map<std::string, Declared, std::less<>>;

/// Every name of the project, filled before anything is checked, so that the order of files does
/// not matter.
struct Names {
    std::map<Kind, Table> tables;
    std::vector<std::vector<Span>> event_field_spans;  // by event; no place for built-in fields
    std::vector<Span> customer_field_spans;
    bool customer_damaged = false;  // a syntax error took some of its fields
    std::set<Index> events_damaged;
    std::set<Index> messages_damaged;
    std::vector<Span> segment_spans;
    std::vector<Span> lifecycle_spans;                  // by lifecycle
    std::vector<std::pair<Index, Index>> state_places;  // lifecycle, state: what Kind::state counts
    std::map<Index, Index> watched_segments;            // segment -> its lifecycle
};

/// Where the parts of the program stand, for the analyses behind lowering.
struct Places {
    std::vector<Span> conditions;           // by condition
    std::vector<std::vector<Span>> steps;   // by flow, then step
    std::vector<std::vector<Span>> starts;  // by flow, then start
};

/// One compilation: the sources, what has been found wrong and the program being built.
///
/// Passes report and go on; a pass that cannot produce its part leaves kNone there, and the program
/// is thrown away at the end because an error was reported.
class Compilation {
public:
    Compilation(const SourceSet& source_set, const CompileOptions& compile_options,
                std::vector<Diagnostic>& found);

    const SourceSet& sources;
    const CompileOptions& options;
    Program program;
    Names names;
    Places places;
    /// `start flow` steps: whose, of what, where.
    struct StartedFlow {
        Index from = kNone;
        Index to = kNone;
        Span span;
    };
    std::vector<StartedFlow> started_flows;

    /// The reference is good until the next report. On a line with a syntax error nothing more is
    /// reported: what is left of the line does not say what its author meant.
    Diagnostic& error(std::string_view code, const Span& span, std::string message);
    Diagnostic& warning(std::string_view code, const Span& span, std::string message);
    /// E205 with a label at the first place.
    void duplicate(const Span& span, std::string message, const Span& first);

    /// The index of a declared name, or kNone after reporting it as unknown (`code`). Nothing is
    /// reported when a syntax error took the declaration away. A name that resembles no other is
    /// reported once; its other places become labels.
    Index find(Kind kind, std::string_view code, const ast::Name& name);
    [[nodiscard]] const Declared* declared(Kind kind, std::string_view name) const;
    /// Whether a name that is not declared looks like one that is.
    [[nodiscard]] bool resembles(Kind kind, std::string_view name) const {
        return !candidates_for(kind, name).empty();
    }
    /// Where several places agree on a name that is not declared, and nobody uses the declared one
    /// it resembles, the declaration is what is misspelt: one report there takes the place of
    /// theirs. To be called when every name was looked for.
    void blame_declarations();

    /// Tells options.on_use of a place; nothing when nobody listens.
    void note(Kind kind, const ast::Name& name, bool declaration = false) const;
    void note(NameUse use) const;

    /// The author's words of a span: comments dropped, white space runs made one space.
    [[nodiscard]] std::string words(const Span& span) const;
    /// `00-schema.flow:19`; empty for a synthesised span.
    [[nodiscard]] std::string place(const Span& span) const;
    [[nodiscard]] bool has_syntax_errors() const { return !syntax_errors_.empty(); }
    [[nodiscard]] bool has_syntax_errors(std::uint32_t file) const;
    /// Whether a syntax error stands between the start of `span` and the next declaration.
    [[nodiscard]] bool damaged(const Span& span, const Span* next) const;

private:
    [[nodiscard]] bool lost_to_syntax_error(Kind kind, std::string_view name) const;
    void suggest_name(Diagnostic& diagnostic, Kind kind, const ast::Name& name,
                      const std::vector<std::string>& candidates);
    [[nodiscard]] std::vector<std::string> candidates_for(Kind kind, std::string_view name) const;
    [[nodiscard]] bool on_broken_line(const Span& span) const;
    Diagnostic& report(std::string_view code, Severity severity, const Span& span,
                       std::string message);

    std::vector<Diagnostic>& diagnostics_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> syntax_errors_;  // file -> offsets
    std::set<std::pair<std::uint32_t, std::uint32_t>> broken_lines_;     // file, line
    std::map<std::pair<Kind, std::string>, std::size_t> missing_;        // name -> its diagnostic
    struct Misspelt {
        std::string near;                  // the one declared name it resembles
        std::vector<std::size_t> reports;  // its diagnostics
    };
    std::map<std::pair<Kind, std::string>, Misspelt> misspelt_;  // by the name that was not found
    std::set<std::pair<Kind, std::string>> used_;
    Diagnostic unreported_;
};

/// `Order Placed` as it must be written: quoted unless it is a run of Capitalised Words.
std::string spelled(std::string_view name);
/// A text in double quotes, as the author writes it.
std::string quoted(std::string_view text);
/// "Did you mean `a` or `b`?", empty when there is no candidate.
std::string suggestion(const std::vector<std::string>& candidates);
/// Joins words as in "a, b and c".
std::string listed(const std::vector<std::string>& words, std::string_view last = "and");
bool is_zero(const ast::Duration& duration);
Duration lowered(const ast::Duration& duration);
Channel lowered(ast::Channel channel);
Index to_index(std::size_t value);
/// The span of a literal with its quotes, given the span between them.
Span with_quotes(Span span);

}  // namespace sluice::dsl::check
