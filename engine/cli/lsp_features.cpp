#include "engine/cli/lsp_features.hpp"

#include "dsl/diagnostic.hpp"
#include "dsl/language/actions.hpp"
#include "dsl/language/complete.hpp"
#include "dsl/language/hover.hpp"
#include "dsl/language/outline.hpp"
#include "dsl/language/rename.hpp"

#include <algorithm>
#include <utility>

namespace sluice::cli::lsp {
namespace {

namespace language = dsl::language;

constexpr int kErrorSeverity = 1;
constexpr int kWarningSeverity = 2;
constexpr int kSnippetFormat = 2;

const language::Index& index_of(const Target& target) {
    return *target.project->index;
}

/// The byte a request's `position` means; empty when it has none.
std::optional<std::size_t> place(const Target& target, const json::value& params) {
    const auto found = position(member(params, {"position"}));
    return found ? std::optional(target.project->offset(target.path, *found)) : std::nullopt;
}

Failure no_position() {
    return {kInvalidParams, "the request has no position"};
}

json::object markdown(const std::string& text) {
    return {{"kind", "markdown"}, {"value", text}};
}

json::value location(const Snapshot& project, const language::Occurrence& place) {
    return {{"uri", project.uri_of(place.path)},
            {"range", project.range(place.path, place.offset, place.length)}};
}

json::value range_of(const Snapshot& project, const dsl::Span& span) {
    return project.range(project.index->sources().files[span.file].path, span.offset, span.length);
}

json::value diagnostic_json(const Snapshot& project, const dsl::Diagnostic& diagnostic) {
    const bool error = diagnostic.severity == dsl::Severity::error;
    std::string message = diagnostic.message;
    message += diagnostic.help.empty() ? "" : "\n" + diagnostic.help;
    json::object out{{"range", range_of(project, diagnostic.span)},
                     {"severity", error ? kErrorSeverity : kWarningSeverity},
                     {"code", diagnostic.code},
                     {"source", "sluice"},
                     {"message", message}};
    json::array related;
    for (const dsl::Label& label : diagnostic.labels) {
        if (label.span.line != 0) {
            const std::string& path = project.index->sources().files[label.span.file].path;
            related.push_back(
                {{"location",
                  {{"uri", project.uri_of(path)}, {"range", range_of(project, label.span)}}},
                 {"message", label.text}});
        }
    }
    if (!related.empty()) {
        out["relatedInformation"] = std::move(related);
    }
    return out;
}

/// CompletionItemKind of LSP 3.17.
int kind_number(language::CompletionItem::Kind kind) {
    switch (kind) {
        case language::CompletionItem::Kind::keyword:
            return 14;
        case language::CompletionItem::Kind::snippet:
            return 15;
        case language::CompletionItem::Kind::name:
            return 7;
        case language::CompletionItem::Kind::field:
            return 5;
        case language::CompletionItem::Kind::binding:
            return 6;
        case language::CompletionItem::Kind::value:
            return 12;
    }
    return 1;
}

}  // namespace

json::array diagnostics_of(const Snapshot& project, std::uint32_t file) {
    json::array out;
    for (const dsl::Diagnostic& diagnostic : project.index->diagnostics()) {
        if (diagnostic.span.file == file) {
            out.push_back(diagnostic_json(project, diagnostic));
        }
    }
    return out;
}

Answer completion(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    if (!offset) {
        return no_position();
    }
    json::array items;
    for (const auto& item : language::complete(index_of(target), target.file, *offset)) {
        // Editors filter by what stands in the replaced range, quotes included.
        json::object out{{"label", item.label},
                         {"kind", kind_number(item.kind)},
                         {"sortText", item.sort},
                         {"filterText", item.is_snippet ? item.label : item.insert},
                         {"textEdit",
                          {{"range", target.project->range(target.path, item.offset, item.length)},
                           {"newText", item.insert}}}};
        if (!item.detail.empty()) {
            out["detail"] = item.detail;
        }
        if (!item.documentation.empty()) {
            out["documentation"] = markdown(item.documentation);
        }
        if (item.is_snippet) {
            out["insertTextFormat"] = kSnippetFormat;
        }
        items.push_back(std::move(out));
    }
    return json::value{{"isIncomplete", false}, {"items", std::move(items)}};
}

Answer hover(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    if (!offset) {
        return no_position();
    }
    const auto found = language::hover(index_of(target), target.file, *offset);
    if (!found) {
        return json::value(nullptr);
    }
    return json::value{{"contents", markdown(found->markdown)},
                       {"range", target.project->range(target.path, found->offset, found->length)}};
}

Answer definition(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    if (!offset) {
        return no_position();
    }
    json::array out;
    for (const auto& found : language::definitions(index_of(target), target.file, *offset)) {
        out.push_back(location(*target.project, found));
    }
    return json::value(std::move(out));
}

Answer references(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    if (!offset) {
        return no_position();
    }
    const bool declarations = flag(params, {"context", "includeDeclaration"});
    json::array out;
    for (const auto& found :
         language::references(index_of(target), target.file, *offset, declarations)) {
        out.push_back(location(*target.project, found));
    }
    return json::value(std::move(out));
}

Answer prepare_rename(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    if (!offset) {
        return no_position();
    }
    const auto found = language::renamable_at(index_of(target), target.file, *offset);
    if (!found) {
        return json::value(nullptr);
    }
    return json::value{{"range", target.project->range(target.path, found->offset, found->length)},
                       {"placeholder", found->name}};
}

Answer rename(const Target& target, const json::value& params) {
    const auto offset = place(target, params);
    const auto name = text(params, {"newName"});
    if (!offset || !name) {
        return Failure{kInvalidParams, "a rename needs a position and a newName"};
    }
    const auto found = language::renamable_at(index_of(target), target.file, *offset);
    if (!found) {
        return Failure{kRequestFailed, "There is nothing here that has a name of the project."};
    }
    const auto renaming = language::rename(index_of(target), *found->symbol, *name);
    if (!renaming.refusal.empty()) {
        return Failure{kRequestFailed, renaming.refusal};
    }
    return target.project->workspace_edit(renaming.edits);
}

Answer code_action(const Target& target, const json::value& params) {
    const auto start = position(member(params, {"range", "start"}));
    const auto end = position(member(params, {"range", "end"}));
    if (!start || !end) {
        return Failure{kInvalidParams, "the request has no range"};
    }
    const language::Index& index = index_of(target);
    json::array out;
    for (const auto& action :
         language::actions(index, target.file, target.project->offset(target.path, *start),
                           target.project->offset(target.path, *end))) {
        const json::value about =
            diagnostic_json(*target.project, index.diagnostics()[action.diagnostic]);
        out.push_back({{"title", action.title},
                       {"kind", "quickfix"},
                       {"isPreferred", action.preferred},
                       {"diagnostics", json::array{about}},
                       {"edit", target.project->workspace_edit(action.edits)}});
    }
    return json::value(std::move(out));
}

}  // namespace sluice::cli::lsp
