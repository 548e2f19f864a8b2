#include "dsl/format/format.hpp"
#include "dsl/language/outline.hpp"
#include "engine/cli/lsp_features.hpp"

#include <algorithm>
#include <array>
#include <utility>

/// Answers about a whole document: layout, outline, folds, colours, lenses, links.
namespace sluice::cli::lsp {
namespace {

namespace language = dsl::language;
using ItemKind = language::OutlineItem::Kind;

// In the order of ColouredToken::Kind. Standard names, so that every theme has colours for them.
constexpr std::array<std::string_view, 8> kTokenTypes = {
    "keyword", "class", "property", "enumMember", "string", "number", "comment", "decorator"};

/// SymbolKind of LSP 3.17.
int kind_number(ItemKind kind) {
    switch (kind) {
        case ItemKind::customer:
            return 23;  // Struct
        case ItemKind::event:
            return 24;  // Event
        case ItemKind::message:
            return 15;  // String
        case ItemKind::segment:
            return 17;  // Boolean
        case ItemKind::lifecycle:
            return 10;  // Enum
        case ItemKind::state:
            return 22;  // EnumMember
        case ItemKind::policy:
            return 14;  // Constant
        case ItemKind::webhook:
            return 11;  // Interface
        case ItemKind::flow:
            return 12;  // Function
        case ItemKind::test:
            return 6;  // Method
        case ItemKind::change:
            return 3;  // Namespace
        case ItemKind::field:
        case ItemKind::channel:
            return 8;  // Field
        case ItemKind::step:
            return 25;  // Operator
        case ItemKind::header:
            return 7;  // Property
    }
    return 13;
}

json::value symbol_json(const Target& target, const language::OutlineItem& item) {
    const auto range = [&](const language::Range& of) {
        return target.project->range(target.path, of.offset, of.length);
    };
    json::array children;
    for (const language::OutlineItem& child : item.children) {
        children.push_back(symbol_json(target, child));
    }
    return {{"name", item.name},
            {"detail", item.detail},
            {"kind", kind_number(item.kind)},
            {"range", range(item.whole)},
            {"selectionRange", range(item.selection)},
            {"children", std::move(children)}};
}

/// The offset where a line that holds `offset` begins.
std::size_t line_start(std::string_view text, std::size_t offset) {
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    return before == std::string_view::npos ? 0 : before + 1;
}

/// One edit over the lines that differ, so that cursors and folds elsewhere stay.
json::array difference(const Target& target, std::string_view before, std::string_view after) {
    if (before == after) {
        return {};
    }
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t begin = 0;
    while (begin < shorter && before[begin] == after[begin]) {
        ++begin;
    }
    begin = line_start(before, begin);
    std::size_t same = 0;
    while (same < shorter - begin &&
           before[before.size() - same - 1] == after[after.size() - same - 1]) {
        ++same;
    }
    // Only whole lines at the end, which also keeps characters whole.
    while (same > 0 && before[before.size() - same - 1] != '\n') {
        --same;
    }
    const std::size_t end = before.size() - same;
    return {
        json::object{{"range", target.project->range(target.path, begin, end - begin)},
                     {"newText", std::string(after.substr(begin, after.size() - same - begin))}}};
}

}  // namespace

json::object capabilities() {
    json::array types;
    for (const std::string_view type : kTokenTypes) {
        types.push_back(json::string(type));
    }
    return {{"positionEncoding", "utf-16"},
            {"textDocumentSync", {{"openClose", true}, {"change", 2}, {"save", true}}},
            {"completionProvider", {{"triggerCharacters", {".", "{", "\"", "@", " "}}}},
            {"hoverProvider", true},
            {"definitionProvider", true},
            {"referencesProvider", true},
            {"renameProvider", {{"prepareProvider", true}}},
            {"documentFormattingProvider", true},
            {"documentOnTypeFormattingProvider", {{"firstTriggerCharacter", "}"}}},
            {"codeActionProvider", {{"codeActionKinds", json::array{"quickfix"}}}},
            {"documentSymbolProvider", true},
            {"foldingRangeProvider", true},
            {"semanticTokensProvider",
             {{"legend", {{"tokenTypes", types}, {"tokenModifiers", json::array{"declaration"}}}},
              {"full", true}}},
            {"codeLensProvider", {{"resolveProvider", false}}},
            {"documentLinkProvider", {{"resolveProvider", false}}},
            {"executeCommandProvider",
             {{"commands", json::array{json::string(kRunTests), json::string(kShowGraph)}}}},
            {"workspace",
             {{"workspaceFolders", {{"supported", true}, {"changeNotifications", true}}}}}};
}

/// A file with errors keeps its layout; the diagnostics say why.
Answer formatting(const Target& target, const json::value&) {
    const dsl::SourceSet& sources = target.project->index->sources();
    const dsl::FormatResult result = dsl::format(sources, target.file);
    return json::value(result.changed
                           ? difference(target, sources.files[target.file].text, result.text)
                           : json::array());
}

Answer document_symbol(const Target& target, const json::value&) {
    json::array out;
    for (const auto& item : language::outline(*target.project->index, target.file)) {
        out.push_back(symbol_json(target, item));
    }
    return json::value(std::move(out));
}

Answer folding_range(const Target& target, const json::value&) {
    json::array out;
    for (const auto& fold : language::folds(*target.project->index, target.file)) {
        out.push_back({{"startLine", fold.first_line},
                       {"endLine", fold.last_line},
                       {"kind", fold.comment ? "comment" : "region"}});
    }
    return json::value(std::move(out));
}

Answer semantic_tokens(const Target& target, const json::value&) {
    json::array data;
    language::Position before;
    const std::string& text = target.project->index->sources().files[target.file].text;
    const language::Lines lines(text);
    for (const auto& token : language::coloured(*target.project->index, target.file)) {
        const language::Position at = lines.position(text, token.range.offset);
        const std::size_t units = language::utf16_length(
            std::string_view(text).substr(token.range.offset, token.range.length));
        const bool same_line = at.line == before.line;
        data.push_back(at.line - before.line);
        data.push_back(at.character - (same_line ? before.character : 0));
        data.push_back(units);
        data.push_back(static_cast<int>(token.kind));
        data.push_back(token.declaration ? 1 : 0);
        before = at;
    }
    return json::value{{"data", std::move(data)}};
}

Answer code_lens(const Target& target, const json::value&) {
    json::array out;
    for (const auto& lens : language::lenses(*target.project->index, target.file, target.people)) {
        const bool tests = lens.kind == language::Lens::Kind::run_tests;
        out.push_back(
            {{"range", target.project->range(target.path, lens.range.offset, lens.range.length)},
             {"command",
              {{"title", lens.title},
               {"command", tests ? kRunTests : kShowGraph},
               {"arguments", json::array{target.project->uri_of(target.path), lens.flow}}}}});
    }
    return json::value(std::move(out));
}

Answer document_link(const Target& target, const json::value&) {
    json::array out;
    for (const auto& link : language::body_links(*target.project->index, target.file)) {
        out.push_back(
            {{"range", target.project->range(target.path, link.range.offset, link.range.length)},
             {"target", target.project->uri_of(link.path)}});
    }
    return json::value(std::move(out));
}

}  // namespace sluice::cli::lsp
