#pragma once

#include "dsl/ast.hpp"
#include "dsl/check/compile.hpp"
#include "dsl/diagnostic.hpp"
#include "dsl/program.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an editor asks about a project of flow files. Pure: no I/O, no JSON, nothing thrown.
namespace sluice::dsl::language {

/// A message body: a text outside the flow files that uses fields as they do.
struct Body {
    std::string path;  // relative to the project directory, with `/`
    std::string text;
};

struct Input {
    SourceSet sources;  // sorted by path
    /// As CompileOptions::load_body, with the path of what was found.
    std::function<std::optional<Body>(std::string_view flow_path, std::string_view requested)>
        load_body;
    std::function<bool(std::string_view)> zone_known;
};

using SymbolKind = NameUse::Kind;

inline constexpr std::uint32_t kNoFile = 0xFFFFFFFF;

/// One place that names a symbol, quotes included.
struct Occurrence {
    std::string path;
    std::uint32_t file = kNoFile;  // index into the sources; kNoFile: in a body
    std::uint32_t offset = 0;      // bytes
    std::uint32_t length = 0;
    bool declaration = false;
    bool shorthand = false;  // `with cart`: renaming one of its two meanings spells both out
};

/// Something with a name, and every place that names it, by path and offset.
struct Symbol {
    SymbolKind kind = SymbolKind::event;
    std::string name;
    std::string owner;  // as NameUse::owner
    std::vector<Occurrence> places;

    /// The first declaration; null for what is built in.
    [[nodiscard]] const Occurrence* declaration() const;
};

/// "event", "customer field", "binding": for people.
std::string_view noun_of(SymbolKind kind);
/// Whether its names are Capitalised Names, not words in small letters.
bool is_name(SymbolKind kind);

/// A field of the customer or of an event.
struct FieldFact {
    std::string name;
    Type type;
    std::string words;    // as declared behind the name: `text optional personal`
    std::string comment;  // beside or above the declaration
    Span span;            // synthesised when it is built in
};
struct ParameterFact {
    std::string name;
    std::string event;  // empty: a value
    std::string words;  // its type
};
struct EventFact {
    std::vector<FieldFact> fields;
    bool builtin = false;
    bool catalog = false;
};
struct MessageFact {
    std::vector<ParameterFact> parameters;
    bool email = false;
    bool sms = false;
};

/// A whole project, compiled once: symbols are what the compiler resolved while it checked, so
/// there is no second opinion about what a name means. Immutable; build a new one on a change.
class Index {
public:
    explicit Index(Input input);

    [[nodiscard]] const SourceSet& sources() const { return input_.sources; }
    [[nodiscard]] const Input& input() const { return input_; }
    [[nodiscard]] const std::vector<ast::File>& files() const { return files_; }
    /// Sorted by file and place; the program is null when one of them is an error.
    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    [[nodiscard]] const std::shared_ptr<const Program>& program() const { return program_; }
    [[nodiscard]] bool has_errors() const { return program_ == nullptr; }

    [[nodiscard]] const std::vector<Symbol>& symbols() const { return symbols_; }
    /// The symbols named at an offset; a shorthand names two, the parameter last.
    [[nodiscard]] std::vector<const Symbol*> at(std::uint32_t file, std::size_t offset) const;
    [[nodiscard]] const Symbol* find(SymbolKind kind, std::string_view name,
                                     std::string_view owner = {}) const;
    /// kNoFile when there is no such file.
    [[nodiscard]] std::uint32_t file_of(std::string_view path) const;

    // Facts come from the trees, so they are there while something else does not compile.
    [[nodiscard]] const std::map<std::string, EventFact>& events() const { return events_; }
    [[nodiscard]] const std::map<std::string, MessageFact>& messages() const { return messages_; }
    [[nodiscard]] const std::vector<FieldFact>& customer_fields() const { return customer_; }
    [[nodiscard]] const FieldFact* field(std::string_view event, std::string_view name) const;
    /// Comment lines right above the line an offset stands on, or behind it on the same line.
    [[nodiscard]] std::string comment_at(std::uint32_t file, std::size_t offset) const;

private:
    void compile_all();
    void add(const NameUse& use, std::map<std::string, std::size_t>& known);
    void finish_symbols();
    void gather_facts();
    void gather(const ast::Decl& decl);
    [[nodiscard]] std::optional<Occurrence> place_of(const NameUse& use) const;
    [[nodiscard]] FieldFact fact_of(const ast::FieldDecl& decl) const;

    Input input_;
    std::vector<ast::File> files_;
    std::vector<Diagnostic> diagnostics_;
    std::shared_ptr<const Program> program_;
    std::vector<Symbol> symbols_;
    struct Spot {
        std::uint32_t file = 0;
        std::uint32_t offset = 0;
        std::uint32_t length = 0;
        std::size_t symbol = 0;
    };
    std::vector<Spot> spots_;  // of the flow files, sorted
    std::map<std::string, EventFact> events_;
    std::map<std::string, MessageFact> messages_;
    std::vector<FieldFact> customer_;
};

/// The name as it must be written: in quotes unless it is a run of Capitalised Words.
std::string spelled(std::string_view name);

}  // namespace sluice::dsl::language
