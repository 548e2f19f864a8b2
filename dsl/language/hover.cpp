#include "dsl/language/hover.hpp"

#include "dsl/check/builtin.hpp"
#include "dsl/language/constructs.hpp"
#include "dsl/language/reading.hpp"
#include "dsl/parser/keywords.hpp"

#include <algorithm>

namespace sluice::dsl::language {
namespace {

constexpr std::size_t kShownLinesMax = 12;

std::string code(std::string_view text) {
    return "```flow\n" + std::string(text) + "\n```";
}

/// The whole declaration whose name stands at a place, as written but not too long of it.
std::string declaration_text(const Index& index, const Occurrence& place) {
    const Reading reading = read(index.sources(), place.file);
    const std::string_view text = index.sources().files[place.file].text;
    const Token* token = reading.at(place.offset);
    if (token == nullptr) {
        return {};
    }
    const auto around = reading.around(*token);
    const auto holds = [](const TreeNode* node) {
        return node->kind == Node::state || node->kind == Node::experiment;
    };
    auto inner = std::find_if(around.rbegin(), around.rend(), holds);
    const TreeNode* node = inner != around.rend() ? *inner : around.empty() ? nullptr : around[0];
    if (node == nullptr) {
        return {};
    }
    std::string_view whole =
        text.substr(reading.begin_of(*node), reading.end_of(*node) - reading.begin_of(*node));
    std::size_t end = 0;
    for (std::size_t line = 0; line < kShownLinesMax && end != std::string_view::npos; ++line) {
        end = whole.find('\n', end == 0 ? 0 : end + 1);
    }
    return end == std::string_view::npos ? std::string(whole)
                                         : std::string(whole.substr(0, end)) + "\n  …";
}

std::string place_text(const Index& index, const Occurrence& place) {
    const std::string_view text = index.sources().files[place.file].text;
    const auto lines = std::count(text.begin(), text.begin() + place.offset, '\n');
    return place.path + ":" + std::to_string(lines + 1);
}

std::string describe_field(const Index& index, const Symbol& symbol) {
    const bool customer = symbol.kind == SymbolKind::customer_field;
    const FieldFact* field = index.field(customer ? std::string() : symbol.owner, symbol.name);
    std::string out =
        "**" + symbol.name + "** · " +
        (customer ? std::string("field of the customer") : "field of `" + symbol.owner + "`");
    if (field == nullptr) {
        return out;
    }
    out += "\n\n" + code(field->name + " " + field->words);
    return field->comment.empty() ? out : out + "\n\n" + field->comment;
}

std::string describe_given(const Index& index, const Symbol& symbol) {
    std::string out = "**" + symbol.name + "** · ";
    if (symbol.kind == SymbolKind::binding) {
        out += "the event `" + symbol.owner + "`";
    } else {
        out += "what `" + symbol.owner + "` is given";
    }
    std::string event = symbol.kind == SymbolKind::binding ? symbol.owner : std::string();
    const auto message = index.messages().find(symbol.owner);
    if (symbol.kind == SymbolKind::parameter && message != index.messages().end()) {
        for (const ParameterFact& parameter : message->second.parameters) {
            if (parameter.name == symbol.name) {
                event = parameter.event;
                out += parameter.event.empty()
                           ? "\n\n" + code(parameter.name + " " + parameter.words)
                           : ": the event `" + parameter.event + "`";
            }
        }
    }
    const auto facts = index.events().find(event);
    if (facts != index.events().end() && !facts->second.fields.empty()) {
        std::string fields;
        for (const FieldFact& field : facts->second.fields) {
            fields += (fields.empty() ? "" : "\n") + field.name + " " + field.words;
        }
        out += "\n\n" + code(fields);
    }
    return out;
}

std::string_view text_of(std::span<const check::BuiltinName> names, const std::string& name) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& builtin) { return builtin.name == name; });
    return found == names.end() ? std::string_view() : found->text;
}

std::string builtin_event(const Index& index, const std::string& name) {
    std::string out = "**" + name + "** · built-in event\n\n";
    out += text_of(check::builtin_events(), name);
    const auto event = index.events().find(name);
    if (event != index.events().end()) {
        for (const FieldFact& field : event->second.fields) {
            const std::string_view text = text_of(check::builtin_event_fields(), field.name);
            out += "\n- `" + field.name + "` " + field.words;
            out += text.empty() ? "" : ": " + std::string(text);
        }
    }
    return out;
}

/// The page of a keyword, else the form it belongs to: `half-life` has none of its own.
std::string about_keyword(std::string_view word, const std::vector<const TreeNode*>& around) {
    std::string page = page_of(word);
    for (auto node = around.rbegin(); page.empty() && node != around.rend(); ++node) {
        const Construct* construct = construct_of((*node)->kind);
        if (construct != nullptr && mentions(*construct, word)) {
            page = describe(*construct);
        }
    }
    return page;
}

}  // namespace

std::string describe(const Index& index, const Symbol& symbol) {
    if (symbol.kind == SymbolKind::customer_field || symbol.kind == SymbolKind::event_field) {
        return describe_field(index, symbol);
    }
    if (symbol.kind == SymbolKind::binding || symbol.kind == SymbolKind::parameter) {
        return describe_given(index, symbol);
    }
    const Occurrence* declared = symbol.declaration();
    if (declared == nullptr) {
        return symbol.kind == SymbolKind::event ? builtin_event(index, symbol.name) : std::string();
    }
    std::string out = "**" + symbol.name + "** · " + std::string(noun_of(symbol.kind));
    const std::size_t uses = symbol.places.size() - 1;
    out += " · " + place_text(index, *declared) + " · used " + std::to_string(uses) +
           (uses == 1 ? " time" : " times");
    if (symbol.kind != SymbolKind::topic) {
        out += "\n\n" + code(declaration_text(index, *declared));
    }
    const std::string comment = index.comment_at(declared->file, declared->offset);
    return comment.empty() ? out : out + "\n\n" + comment;
}

std::optional<Hover> hover(const Index& index, std::uint32_t file, std::size_t offset) {
    const Reading reading = read(index.sources(), file);
    const Token* token = reading.at(offset);
    if (token == nullptr) {
        return std::nullopt;
    }
    Hover out{{}, token->offset, token->length};
    for (const Symbol* symbol : index.at(file, offset)) {
        out.markdown += (out.markdown.empty() ? "" : "\n\n---\n\n") + describe(index, *symbol);
        for (const Occurrence& place : symbol->places) {
            if (place.file == file && place.offset <= offset &&
                offset <= place.offset + place.length) {
                out.offset = place.offset;
                out.length = place.length;
            }
        }
    }
    const auto around = reading.around(*token);
    const bool leaf = !around.empty() && around.back()->kind == Node::word;
    if (out.markdown.empty() && token->kind == TokenKind::word &&
        (!leaf || parser::keyword_text(token->word) == "customer")) {
        out.markdown = about_keyword(parser::keyword_text(token->word), around);
    }
    return out.markdown.empty() ? std::nullopt : std::optional(out);
}

}  // namespace sluice::dsl::language
