#include "dsl/language/rename.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::dsl::language {
namespace {

std::string marked(std::string_view name) {
    return "`" + std::string(name) + "`";
}

bool is_small_word(std::string_view name) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto rest = [&](char c) { return small(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && small(name.front()) && std::all_of(name.begin(), name.end(), rest);
}

bool has_control(std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

/// Why the name cannot be written; empty when it can.
std::string unwritable(SymbolKind kind, std::string_view name) {
    if (!is_name(kind)) {
        return is_small_word(name)
                   ? std::string()
                   : marked(name) + " is no name for a " + std::string(noun_of(kind)) +
                         ": use small letters, digits and `_`, beginning with a letter.";
    }
    const bool blank = name.find_first_not_of(' ') == std::string_view::npos;
    if (blank || has_control(name) || name.front() == ' ' || name.back() == ' ') {
        return "A name has at least one letter, stands on one line and has no spaces around it.";
    }
    return {};
}

/// Kinds whose names may not be equal.
bool share_names(SymbolKind a, SymbolKind b) {
    const auto group = [](SymbolKind kind) {
        return kind == SymbolKind::state ? SymbolKind::segment : kind;
    };
    return group(a) == group(b);
}

/// The innermost declaration that holds a place: bindings of different flows do not meet.
std::size_t declaration_of(const Index& index, const Occurrence& place) {
    const auto& decls = index.files()[place.file].decls;
    std::size_t found = 0;
    for (std::size_t at = 0; at < decls.size(); ++at) {
        found = decls[at].span.offset <= place.offset ? at : found;
    }
    return found;
}

bool same_scope(const Index& index, const Symbol& a, const Symbol& b) {
    if (a.kind == SymbolKind::binding) {
        return !a.places.empty() && !b.places.empty() && a.places[0].file == b.places[0].file &&
               declaration_of(index, a.places[0]) == declaration_of(index, b.places[0]);
    }
    return is_name(a.kind) || a.owner == b.owner;
}

std::string collision(const Index& index, const Symbol& symbol, std::string_view name) {
    for (const Symbol& other : index.symbols()) {
        const bool taken = &other != &symbol && other.name == name &&
                           share_names(other.kind, symbol.kind) && same_scope(index, symbol, other);
        if (taken) {
            const Occurrence* place = other.declaration();
            const std::string noun(noun_of(other.kind));
            return "There is already " + std::string(noun.front() == 'e' ? "an " : "a ") + noun +
                   " called " + marked(name) +
                   (place == nullptr ? "." : ", in " + place->path + ".");
        }
    }
    const bool event = symbol.kind == SymbolKind::event;
    if (event && index.events().contains(std::string(name))) {
        return marked(name) + " is a built-in event.";
    }
    const bool given = symbol.kind == SymbolKind::binding || symbol.kind == SymbolKind::parameter;
    if (given && (name == "customer" || name == "event")) {
        return marked(name) + " has a meaning of its own.";
    }
    const auto fields = index.events().find(symbol.owner);
    if (symbol.kind == SymbolKind::event_field && fields != index.events().end() &&
        index.field(symbol.owner, name) != nullptr) {
        return marked(symbol.owner) + " already has a field " + marked(name) + ".";
    }
    return {};
}

/// What a place reads after the change.
std::string written(const Symbol& symbol, const Occurrence& place, std::string_view name) {
    if (is_name(symbol.kind)) {
        return spelled(name);
    }
    if (!place.shorthand) {
        return std::string(name);
    }
    const std::string fresh(name);
    return symbol.kind == SymbolKind::parameter ? fresh + " = " + symbol.name
                                                : symbol.name + " = " + fresh;
}

std::vector<TextEdit> edits_of(const Symbol& symbol, std::string_view name) {
    std::vector<TextEdit> out;
    for (const Occurrence& place : symbol.places) {
        out.push_back({place.path, place.offset, place.length, written(symbol, place, name)});
    }
    return out;
}

Input changed(const Index& index, const std::vector<TextEdit>& edits) {
    Input input = index.input();
    for (SourceFile& file : input.sources.files) {
        file.text = applied(std::move(file.text), edits, file.path);
    }
    if (input.load_body) {
        input.load_body = [load = index.input().load_body, edits](
                              std::string_view flow,
                              std::string_view requested) -> std::optional<Body> {
            auto body = load(flow, requested);
            if (body) {
                body->text = applied(std::move(body->text), edits, body->path);
            }
            return body;
        };
    }
    return input;
}

std::size_t places_count(const Index& index) {
    std::size_t count = 0;
    for (const Symbol& symbol : index.symbols()) {
        count += symbol.places.size();
    }
    return count;
}

std::vector<std::string> codes(const Index& index) {
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : index.diagnostics()) {
        out.push_back(diagnostic.code);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// What would be different about the project afterwards; empty when only the name is.
std::string difference(const Index& before, const Index& after) {
    const auto known = codes(before);
    for (const Diagnostic& diagnostic : after.diagnostics()) {
        const auto count = [&](const std::vector<std::string>& all) {
            return std::count(all.begin(), all.end(), diagnostic.code);
        };
        if (count(codes(after)) > count(known)) {
            return after.sources().files[diagnostic.span.file].path + ":" +
                   std::to_string(diagnostic.span.line) + ": " + diagnostic.message +
                   (diagnostic.help.empty() ? "" : " " + diagnostic.help);
        }
    }
    if (codes(after) != known || places_count(before) != places_count(after) ||
        before.symbols().size() != after.symbols().size()) {
        return "Some places would mean something else afterwards.";
    }
    return {};
}

/// Whether the event arrives under the name it has in the flows.
bool arrives_as_named(const ast::File& file, const std::string& name) {
    return std::any_of(file.decls.begin(), file.decls.end(), [&](const ast::Decl& decl) {
        const auto* event = std::get_if<ast::EventDecl>(&decl.node);
        return event != nullptr && event->name.text == name && event->from.empty();
    });
}

std::string note_of(const Index& index, const Symbol& symbol) {
    if (symbol.kind == SymbolKind::customer_field || symbol.kind == SymbolKind::event_field) {
        return "Whatever sends this field must use the new name, too.";
    }
    const bool wire =
        symbol.kind == SymbolKind::event &&
        std::any_of(index.files().begin(), index.files().end(),
                    [&](const ast::File& file) { return arrives_as_named(file, symbol.name); });
    return wire ? "The event now arrives under its new name; write `from \"" + symbol.name +
                      "\"` behind it to keep the old one."
                : "";
}

}  // namespace

std::string applied(std::string text, const std::vector<TextEdit>& edits, std::string_view path) {
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
        if (edit->path == path && edit->offset + edit->length <= text.size()) {
            text.replace(edit->offset, edit->length, edit->replacement);
        }
    }
    return text;
}

std::optional<Renamable> renamable_at(const Index& index, std::uint32_t file, std::size_t offset) {
    const auto symbols = index.at(file, offset);
    if (symbols.empty() || symbols.front()->declaration() == nullptr) {
        return std::nullopt;
    }
    const Symbol& symbol = *symbols.front();
    for (const Occurrence& place : symbol.places) {
        const bool here =
            place.file == file && place.offset <= offset && offset <= place.offset + place.length;
        if (here) {
            const bool quoted = index.sources().files[file].text[place.offset] == '"';
            const std::uint32_t quote = quoted ? 1 : 0;
            return Renamable{&symbol, symbol.name, place.offset + quote, place.length - 2 * quote};
        }
    }
    return std::nullopt;
}

std::vector<const Symbol*> named(const Index& index, std::string_view name) {
    std::vector<const Symbol*> out;
    for (const Symbol& symbol : index.symbols()) {
        if (symbol.name == name && symbol.declaration() != nullptr) {
            out.push_back(&symbol);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Symbol* a, const Symbol* b) {
        return is_name(a->kind) && !is_name(b->kind);
    });
    return out;
}

Renaming rename(const Index& index, const Symbol& symbol, std::string_view new_name) {
    Renaming out;
    if (symbol.name == new_name) {
        return out;
    }
    if (symbol.declaration() == nullptr) {
        out.refusal = marked(symbol.name) + " is built in.";
        return out;
    }
    if (index.has_errors()) {
        out.refusal = "The project has errors, so not every place can be found. Fix them first.";
        return out;
    }
    out.refusal = unwritable(symbol.kind, new_name);
    out.refusal = out.refusal.empty() ? collision(index, symbol, new_name) : out.refusal;
    if (!out.refusal.empty()) {
        return out;
    }
    std::vector<TextEdit> edits = edits_of(symbol, new_name);
    out.refusal = difference(index, Index(changed(index, edits)));
    if (out.refusal.empty()) {
        out.edits = std::move(edits);
        out.note = note_of(index, symbol);
    }
    return out;
}

}  // namespace sluice::dsl::language
