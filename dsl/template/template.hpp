#pragma once

#include "dsl/value.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Liquid, compiled once and rendered often (channels.md §5). Semantics follow Ruby Liquid; HTML
/// bodies escape every output unless it ends in `| raw`.
namespace sluice::dsl::tpl {

// ---- data

/// The dynamic data of a render: what Liquid calls a drop. Objects keep insertion order.
struct Data {
    enum class Kind : std::uint8_t { nil, boolean, integer, decimal, text, list, object, range };
    Kind kind = Kind::nil;
    bool boolean = false;
    std::int64_t integer = 0;  // range: first
    std::int64_t last = 0;     // range only
    double decimal = 0;
    std::string text;
    std::vector<Data> items;        // list items, or object values
    std::vector<std::string> keys;  // object keys, parallel to items

    static Data nil() { return {}; }
    static Data of(bool value);
    static Data of(std::int64_t value);
    static Data of(double value);
    static Data of(std::string_view value);
    static Data list(std::vector<Data> values);
    static Data object();
    Data& set(std::string_view key, Data value);  // object only; returns *this
    [[nodiscard]] const Data* find(std::string_view key) const;
};

/// A typed Value as template data: whole numbers as integers, others as decimals, dates and times
/// as text, yes-no as boolean, unknown as nil.
Data to_data(const Value& value);

// ---- schema for the type check

/// The declared shape of one variable: a scalar of a type, or a record of named shapes.
struct Shape {
    std::string name;
    bool record = false;
    Type type;              // scalar only
    bool optional = false;  // may be missing: using it without `default`/`|`-fallback is an error
    std::vector<Shape> fields;  // record only
    std::string declared_at;    // "00-schema.flow:19", for the message; may be empty
};

// ---- parse and check

enum class Syntax : std::uint8_t {
    liquid,       // {{ … }} and {% … %} only
    placeholder,  // besides Liquid: {customer.first_name | there} sugar, for subjects and SMS
};
enum class Escape : std::uint8_t { none, html };

/// Texts that `{% render "name" %}` and `{% include "name" %}` may name.
using Snippets = std::map<std::string, std::string, std::less<>>;

struct Options {
    Syntax syntax = Syntax::liquid;
    Escape escape = Escape::none;
    const Snippets* snippets = nullptr;  // borrowed while parse() runs; none when null
};

/// A fault in a template. `offset` and `length` are bytes into the template text.
struct Fault {
    std::string code;  // "E311" template syntax, "E310" optional without fallback, "E314" unknown
                       // path, "E315" unknown filter or wrong argument
    std::string message;
    std::string help;
    std::size_t offset = 0;
    std::size_t length = 0;
    bool is_warning = false;
};

/// A word of a template that names a root, or a field of one.
struct Read {
    std::string root;
    std::string name;
    bool is_field = false;
    std::uint32_t offset = 0;  // bytes of the template's text
    std::uint32_t length = 0;
};

struct Node;  // private to the implementation

/// A parsed template: immutable, cheap to copy (shares its nodes), safe to render from any thread.
class Template {
public:
    Template() = default;
    /// Parses; on faults the result renders nothing and `faults` says why. Never throws.
    static Template parse(std::string_view text, Options options, std::vector<Fault>& faults);

    /// Checks every path against the declared roots: unknown paths, optional values without a
    /// fallback (`| default: "x"`, `| x` in placeholders, or an enclosing `if` on the same path),
    /// filter argument types. Assigned and captured names and loop variables are known.
    /// `reads`, when given, is told of every word that names a root or its field; a word may come
    /// more than once, and snippets are left out.
    void check(const std::vector<Shape>& roots, std::vector<Fault>& faults,
               std::vector<Read>* reads = nullptr) const;

    [[nodiscard]] bool empty() const;
    /// The text this was parsed from; part of the program hash.
    [[nodiscard]] std::string_view source() const;
    /// Dotted paths the template reads from its roots, sorted, without locals: `customer.email`.
    [[nodiscard]] std::vector<std::string> paths() const;

    struct Impl;

private:
    friend class Renderer;
    std::shared_ptr<const Impl> impl_;
};

// ---- render

struct RenderOptions {
    bool strict = true;       // a missing variable is an error; false: empty text (Liquid lax)
    std::int64_t now_ms = 0;  // for `now` and `date: "now"`; milliseconds since the epoch
    /// Seconds east of UTC at an instant (ms since the epoch), in the customer's zone; when not
    /// set, UTC. Used by the date filter.
    std::function<std::int64_t(std::int64_t ms)> utc_offset;
    std::size_t output_bytes_max = 512 * 1024;
    std::size_t iterations_max = 10'000;
    std::size_t depth_max = 50;
};

struct RenderResult {
    std::string text;
    std::optional<std::string> error;  // set: nothing of `text` may be used
};

/// Renders over a root object (`data.kind` is object). Deterministic; never throws.
RenderResult render(const Template& tmpl, const Data& data, const RenderOptions& options = {});

}  // namespace sluice::dsl::tpl
