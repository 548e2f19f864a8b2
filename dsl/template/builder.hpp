#pragma once

#include "dsl/template/lexer.hpp"
#include "dsl/template/nodes.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Turning text into Impl. Private to dsl/template.
namespace sluice::dsl::tpl {

/// One text being parsed and where its faults go.
struct Build {
    Template::Impl& impl;
    std::vector<Fault>& faults;
    std::string_view base;  // offsets count from here

    [[nodiscard]] Place place(std::string_view part) const;
    void fault(std::string_view part, std::string code, std::string message, std::string help = "");
};

/// Parses expressions, filter chains and conditions of one tag or output. After the first fault the
/// rest of the tag is not looked at, so that one mistake gives one fault.
class Expressions {
public:
    Expressions(Build& build, std::string_view text) : build_(build), lexer_(text) {}

    /// Where a value stands: in a condition `blank` and `empty` test, elsewhere they are "".
    enum class Where : std::uint8_t { value, condition };

    Index expression(Where where = Where::value);
    Index chain();       // expression and filters to the end of the text
    Index conditions();  // comparisons joined by and/or, to the end of the text
    /// Filters from the current `|` on, added to `chain`.
    void filters(Chain& chain);
    /// The name a value is given: an identifier without `?`, or digits. Empty after a fault.
    std::string_view target();

    [[nodiscard]] bool at(Token::Kind kind) const { return lexer_.peek().kind == kind; }
    [[nodiscard]] bool at_word(std::string_view word) const;
    [[nodiscard]] std::string_view peek_text() const { return lexer_.peek().text; }
    bool skip(Token::Kind kind);
    bool skip_word(std::string_view word);
    bool expect(Token::Kind kind, std::string_view what);
    Token take() { return lexer_.take(); }
    void expect_end();
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::string_view rest() const { return lexer_.rest(); }
    Index refuse(std::string_view message, std::string_view help = "");

private:
    Index literal(const Token& token, Val value);
    Index number(const Token& token);
    Index range();
    Index word(Where where);
    Index path(std::string_view start, Index symbol, Index root);
    bool steps(std::vector<Step>& found);
    bool bracket(Step& step);
    Index add(Expr expr, std::string_view part);
    bool comparison(Condition& condition);
    void filter(Chain& chain);
    bool arguments(FilterCall& call, std::vector<Index>& found);
    [[nodiscard]] bool at_named_argument() const;
    void named_argument(FilterCall& call);
    void check_filter(const FilterCall& call, std::string_view name);
    [[nodiscard]] std::string_view since(const char* start) const;

    Build& build_;
    Lexer lexer_;
    bool failed_ = false;
    int depth_ = 0;
};

/// Name for a loop or a cycle: the text without the spaces outside quotes.
std::string squeezed(std::string_view text);

/// `{path | filter | fallback}`; returns the chain or kNone after a fault.
Index parse_placeholder(Build& build, std::string_view inner);

/// Parses a whole text (a template or a snippet) into a unit of nodes.
Unit parse_unit(Build& build);

}  // namespace sluice::dsl::tpl
