#pragma once

#include "dsl/template/filters.hpp"
#include "dsl/template/template.hpp"
#include "dsl/template/value.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The compiled form of a template: flat vectors that refer to each other by index. A block's
/// children are the nodes between it and its `next`. Private to dsl/template.
namespace sluice::dsl::tpl {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xFFFFFFFF;

/// Bytes of the source text a node came from.
struct Place {
    Index offset = 0;
    Index length = 0;
};

// ---- expressions

struct Step {
    std::string_view key;  // dot notation or a quoted bracket
    Index expr = kNone;    // computed bracket
    bool quoted = false;   // ["key"]: size, first and last are plain keys there
};

struct Expr {
    enum class Kind : std::uint8_t { literal, path, range };
    Kind kind = Kind::literal;
    Val value;             // literal
    Index symbol = kNone;  // path: the root name, kNone when the root is computed (`[x]`)
    Index first = kNone;   // path: first step; range: from
    Index count = 0;       // path: number of steps
    Index other = kNone;   // path: the computed root; range: to
    Place place;
};

struct FilterCall {
    const FilterSpec* spec = nullptr;
    Index first_arg = 0;
    Index args = 0;
    Index allow_false = kNone;
    Place place;
};

/// An expression and its filters: what `{{ … }}`, assign and echo hold.
struct Chain {
    Index expr = 0;
    Index first_filter = 0;
    Index filters = 0;
    bool has_default = false;
    bool is_sugar = false;  // `{path | fallback}`
    Place place;
};

enum class Comparison : std::uint8_t {
    truth,
    same,
    differs,
    less,
    more,
    at_most,
    at_least,
    contains
};
enum class Relation : std::uint8_t { end, all, any };

/// One comparison; `relation` joins it to the next one in the vector. Ruby groups from the right:
/// `a and b or c` is `a and (b or c)`.
struct Condition {
    Index left = 0;
    Index right = kNone;
    Comparison comparison = Comparison::truth;
    Relation relation = Relation::end;
};

// ---- tags

struct LoopTag {
    Index symbol = 0;
    Index collection = 0;
    Index limit = kNone;
    Index offset = kNone;
    Index columns = kNone;  // tablerow
    bool reversed = false;
    bool continues = false;  // offset: continue
    std::string_view name;   // variable-collection
};

struct NamedExpr {
    std::string_view name;
    Index symbol = 0;
    Index expr = 0;
};

struct PartialTag {
    std::string_view name;    // empty: computed (include only)
    Index name_expr = kNone;  // include
    Index bound = kNone;      // with / for
    bool each = false;        // for
    std::string_view alias;   // as
    Index symbol = kNone;     // of the bound variable; kNone when computed
    Index first_arg = 0;
    Index args = 0;
};

struct CycleTag {
    Index name = kNone;    // named group
    std::string_view key;  // unnamed group
    Index first = 0;
    Index count = 0;
};

enum class Op : std::uint8_t {
    text,       // text
    output,     // a: chain
    assign,     // a: symbol, b: chain
    capture,    // a: symbol, children
    branches,   // if/unless; children are `branch` nodes
    branch,     // a: first condition or kNone for else; flag: negated; children
    choice,     // case; a: expression; children are `option` nodes
    option,     // a: first expression index in Impl::args, b: how many (0 and flag: else)
    loop,       // a: loop tag; children: one `body`, maybe one `otherwise`
    table_row,  // a: loop tag; children: one `body`
    body,
    otherwise,
    cycle,  // a: cycle tag
    increment,
    decrement,  // a: symbol
    break_loop,
    continue_loop,
    changed,  // ifchanged; children
    render,   // a: partial tag
    include,  // a: partial tag
    nothing,
};

struct Node {
    Op op = Op::nothing;
    bool flag = false;
    Index a = kNone;
    Index b = 0;
    Index next = 0;  // the node after this one's children
    Place place;
    std::string_view text;
};

/// A template or a snippet: a range of nodes.
struct Unit {
    Index first = 0;
    Index end = 0;
    std::string_view text;  // places count in here
};

/// Symbols with a fixed index.
inline constexpr Index kForloop = 0;
inline constexpr Index kTablerowloop = 1;

struct Template::Impl {
    Options options;
    std::deque<std::string> texts;  // sources and unescaped literals; views point into them
    std::vector<Node> nodes;
    std::vector<Expr> exprs;
    std::vector<Step> steps;
    std::vector<Index> args;  // expression indices: filter arguments, when values, cycle items
    std::vector<FilterCall> filters;
    std::vector<Chain> chains;
    std::vector<Condition> conditions;
    std::vector<LoopTag> loops;
    std::vector<PartialTag> partials;
    std::vector<NamedExpr> named;
    std::vector<CycleTag> cycles;
    std::vector<std::string_view> symbols;
    std::map<std::string_view, Index> symbol_index;
    std::map<std::string, Unit, std::less<>> snippets;
    /// Snippets named so far, with the tag that named each first; parsed after the main text.
    std::vector<std::pair<std::string, Place>> pending;
    Unit main;
    bool usable = false;  // no faults

    [[nodiscard]] std::string_view source() const { return texts.front(); }
    Index symbol(std::string_view name);
    [[nodiscard]] Index known_symbol(std::string_view name) const;
};

}  // namespace sluice::dsl::tpl
