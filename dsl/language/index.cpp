#include "dsl/language/index.hpp"

#include "dsl/check/context.hpp"
#include "dsl/parser/parse.hpp"
#include "dsl/words.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sluice::dsl::language {
namespace {

/// What `"a \"b\""` stands for.
std::string unquoted(std::string_view written) {
    if (written.size() < 2 || written.front() != '"') {
        return std::string(written);
    }
    std::string out;
    for (std::size_t at = 1; at + 1 < written.size(); ++at) {
        const bool escape = written[at] == '\\' && at + 2 < written.size();
        at += escape ? 1 : 0;
        out += written[at];
    }
    return out;
}

std::string key_of(const NameUse& use) {
    std::string key = std::to_string(static_cast<int>(use.kind)) + "\n" + use.name + "\n";
    return use.kind == SymbolKind::binding
               ? key + std::to_string(use.declared.file) + ":" + std::to_string(use.declared.offset)
               : key + use.owner;
}

/// The text of a comment without its sign.
std::string_view comment_text(std::string_view line) {
    const std::size_t sign = line.find('#');
    line.remove_prefix(sign + 1);
    const std::size_t begin = line.find_first_not_of("# \t");
    const std::size_t end = line.find_last_not_of(" \t\r");
    return begin == std::string_view::npos ? std::string_view()
                                           : line.substr(begin, end - begin + 1);
}

/// The line around an offset.
std::pair<std::size_t, std::size_t> line_around(std::string_view text, std::size_t offset) {
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return {begin, std::min(text.find('\n', offset), text.size())};
}

bool is_comment_line(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line[first] == '#';
}

/// A `#` behind code, outside texts.
std::size_t comment_in(std::string_view line) {
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '\\' && quoted) {
            ++at;
        } else if (line[at] == '"') {
            quoted = !quoted;
        } else if (line[at] == '#' && !quoted) {
            return at;
        }
    }
    return std::string_view::npos;
}

}  // namespace

const Occurrence* Symbol::declaration() const {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [](const Occurrence& place) { return place.declaration; });
    return found == places.end() ? nullptr : &*found;
}

std::string_view noun_of(SymbolKind kind) {
    switch (kind) {
        case SymbolKind::event:
            return "event";
        case SymbolKind::message:
            return "message";
        case SymbolKind::segment:
            return "segment";
        case SymbolKind::state:
            return "lifecycle state";
        case SymbolKind::lifecycle:
            return "lifecycle";
        case SymbolKind::webhook:
            return "webhook";
        case SymbolKind::flow:
            return "flow";
        case SymbolKind::topic:
            return "topic";
        case SymbolKind::experiment:
            return "experiment";
        case SymbolKind::customer_field:
            return "customer field";
        case SymbolKind::event_field:
            return "event field";
        case SymbolKind::parameter:
            return "message parameter";
        case SymbolKind::binding:
            return "binding";
    }
    return {};
}

bool is_name(SymbolKind kind) {
    return kind < SymbolKind::customer_field;
}

std::string spelled(std::string_view name) {
    return check::spelled(name);
}

Index::Index(Input input) : input_(std::move(input)) {
    compile_all();
    finish_symbols();
    gather_facts();
}

void Index::compile_all() {
    std::map<std::pair<std::string, std::string>, std::string> bodies;  // flow, requested: path
    std::map<std::string, std::size_t> known;
    CompileOptions options;
    options.zone_known = input_.zone_known;
    if (input_.load_body) {
        options.load_body = [&](std::string_view flow,
                                std::string_view requested) -> std::optional<std::string> {
            auto body = input_.load_body(flow, requested);
            if (!body) {
                return std::nullopt;
            }
            bodies[{std::string(flow), std::string(requested)}] = body->path;
            return std::move(body->text);
        };
    }
    options.on_use = [&](const NameUse& use) {
        if (use.body.empty()) {
            add(use, known);
            return;
        }
        NameUse placed = use;
        placed.body = bodies[{input_.sources.files[use.span.file].path, use.body}];
        add(placed, known);
    };
    CompileResult result = compile(input_.sources, options);
    diagnostics_ = std::move(result.diagnostics);
    program_ = std::move(result.program);
}

/// The place, when the text there is what it should be: places the checker had to reckon out may
/// miss when an author puts white space inside a path.
std::optional<Occurrence> Index::place_of(const NameUse& use) const {
    Occurrence out;
    out.offset = use.span.offset;
    out.length = use.span.length;
    out.declaration = use.declaration;
    out.shorthand = use.shorthand;
    if (!use.body.empty()) {
        out.path = use.body;
        return out;
    }
    const SourceFile& file = input_.sources.files[use.span.file];
    std::string_view text = input_.sources.text(use.span);
    const bool inside_quotes = is_name(use.kind) && !text.empty() && text.front() != '"' &&
                               use.span.offset > 0 && file.text[use.span.offset - 1] == '"';
    if (inside_quotes) {
        out.offset -= 1;
        out.length += 2;
        text = std::string_view(file.text).substr(out.offset, out.length);
    }
    if (unquoted(text) != use.name) {
        return std::nullopt;
    }
    out.path = file.path;
    out.file = use.span.file;
    return out;
}

void Index::add(const NameUse& use, std::map<std::string, std::size_t>& known) {
    auto place = place_of(use);
    if (!place) {
        return;
    }
    const auto [entry, fresh] = known.try_emplace(key_of(use), symbols_.size());
    if (fresh) {
        symbols_.push_back({use.kind, use.name, use.owner, {}});
    }
    symbols_[entry->second].places.push_back(std::move(*place));
}

void Index::finish_symbols() {
    const auto order = [](const Occurrence& place) {
        return std::tie(place.path, place.offset, place.length);
    };
    for (std::size_t symbol = 0; symbol < symbols_.size(); ++symbol) {
        auto& places = symbols_[symbol].places;
        std::stable_sort(places.begin(), places.end(), [&](const auto& a, const auto& b) {
            return std::tuple_cat(order(a), std::tuple(!a.declaration)) <
                   std::tuple_cat(order(b), std::tuple(!b.declaration));
        });
        places.erase(
            std::unique(places.begin(), places.end(),
                        [&](const auto& a, const auto& b) { return order(a) == order(b); }),
            places.end());
        for (const Occurrence& place : places) {
            if (place.file != kNoFile) {
                spots_.push_back({place.file, place.offset, place.length, symbol});
            }
        }
    }
    std::sort(spots_.begin(), spots_.end(), [&](const Spot& a, const Spot& b) {
        return std::tuple(a.file, a.offset, symbols_[a.symbol].kind == SymbolKind::parameter) <
               std::tuple(b.file, b.offset, symbols_[b.symbol].kind == SymbolKind::parameter);
    });
}

std::vector<const Symbol*> Index::at(std::uint32_t file, std::size_t offset) const {
    std::vector<const Symbol*> out;
    const auto behind = std::find_if(spots_.rbegin(), spots_.rend(), [&](const Spot& spot) {
        return spot.file == file && spot.offset <= offset;
    });
    if (behind == spots_.rend() || offset > behind->offset + behind->length) {
        return out;
    }
    for (const Spot& spot : spots_) {
        if (spot.file == file && spot.offset == behind->offset) {
            out.push_back(&symbols_[spot.symbol]);
        }
    }
    return out;
}

const Symbol* Index::find(SymbolKind kind, std::string_view name, std::string_view owner) const {
    const auto found = std::find_if(symbols_.begin(), symbols_.end(), [&](const Symbol& symbol) {
        return symbol.kind == kind && symbol.name == name &&
               (owner.empty() || symbol.owner == owner);
    });
    return found == symbols_.end() ? nullptr : &*found;
}

std::uint32_t Index::file_of(std::string_view path) const {
    for (std::uint32_t file = 0; file < input_.sources.files.size(); ++file) {
        if (input_.sources.files[file].path == path) {
            return file;
        }
    }
    return kNoFile;
}

// ---- facts

std::string Index::comment_at(std::uint32_t file, std::size_t offset) const {
    const std::string_view text = input_.sources.files[file].text;
    auto [begin, end] = line_around(text, std::min(offset, text.size()));
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t behind = comment_in(line);
    if (behind != std::string_view::npos) {
        return std::string(comment_text(line.substr(behind)));
    }
    std::string out;
    while (begin > 0) {
        const auto [above, above_end] = line_around(text, begin - 1);
        const std::string_view comment = text.substr(above, above_end - above);
        if (!is_comment_line(comment)) {
            break;
        }
        out = std::string(comment_text(comment)) + (out.empty() ? "" : "\n") + out;
        begin = above;
    }
    return out;
}

FieldFact Index::fact_of(const ast::FieldDecl& decl) const {
    const std::string whole = words(input_.sources, decl.span);
    const bool named = whole.size() > decl.name.size() && whole.starts_with(decl.name);
    return {decl.name, decl.type, named ? whole.substr(decl.name.size() + 1) : to_text(decl.type),
            comment_at(decl.name_span.file, decl.name_span.offset), decl.name_span};
}

void Index::gather(const ast::Decl& decl) {
    if (const auto* customer = std::get_if<ast::CustomerDecl>(&decl.node)) {
        for (const ast::FieldDecl& field : customer->fields) {
            customer_.push_back(fact_of(field));
        }
    } else if (const auto* event = std::get_if<ast::EventDecl>(&decl.node)) {
        EventFact& fact = events_[event->name.text];
        fact.catalog = event->catalog;
        for (const ast::FieldDecl& field : event->fields) {
            fact.fields.push_back(fact_of(field));
        }
    } else if (const auto* message = std::get_if<ast::MessageDecl>(&decl.node)) {
        MessageFact& fact = messages_[message->name.text];
        fact.email = message->email.has_value();
        fact.sms = message->sms.has_value();
        for (const ast::UsesDecl& uses : message->uses) {
            fact.parameters.push_back({uses.word, uses.event ? uses.event->text : std::string(),
                                       uses.field ? fact_of(*uses.field).words : std::string()});
        }
    }
}

void Index::gather_facts() {
    // An empty project compiles to what is built in.
    const CompileResult builtin = compile(SourceSet{}, {});
    const std::vector<EventType> none;
    for (const EventType& event : builtin.program ? builtin.program->events : none) {
        EventFact& fact = events_[event.name];
        fact.builtin = true;
        for (const Field& field : event.fields) {
            fact.fields.push_back(
                {field.name, field.type, to_text(field.type) + " optional", "Built in.", Span{}});
        }
    }
    std::vector<Diagnostic> known;
    for (std::uint32_t file = 0; file < input_.sources.files.size(); ++file) {
        files_.push_back(parse(input_.sources, file, known));
        for (const ast::Decl& decl : files_.back().decls) {
            gather(decl);
        }
    }
}

const FieldFact* Index::field(std::string_view event, std::string_view name) const {
    const std::vector<FieldFact>* fields = &customer_;
    if (!event.empty()) {
        const auto found = events_.find(std::string(event));
        if (found == events_.end()) {
            return nullptr;
        }
        fields = &found->second.fields;
    }
    const auto found = std::find_if(fields->begin(), fields->end(),
                                    [&](const FieldFact& field) { return field.name == name; });
    return found == fields->end() ? nullptr : &*found;
}

}  // namespace sluice::dsl::language
