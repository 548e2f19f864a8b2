// A file laid out, a project drawn, a code explained.
#include "dsl/wasm/answer.hpp"

#include "dsl/catalogue/catalogue.hpp"
#include "dsl/format/format.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/graph/write.hpp"
#include "dsl/parser/parse.hpp"
#include "dsl/wasm/json.hpp"

#include <algorithm>

namespace sluice::dsl::wasm {

std::string answer_format(const Request& request) {
    const auto& files = request.sources.files;
    const auto file = std::ranges::find(files, request.path, &SourceFile::path);
    if (file == files.end()) {
        return refusal("there is no flow file \"" + request.path + "\"");
    }
    SourceSet alone;
    alone.files.push_back(*file);
    const FormatResult result = format(alone, 0);
    std::string complaints;
    for (const Diagnostic& diagnostic : result.diagnostics) {
        complaints += render_text(diagnostic, alone) + "\n";
    }
    return json_object({{"text", json_text(result.text)},
                        {"changed", json_bool(result.changed)},
                        {"complaints", json_text(complaints)}});
}

std::string answer_graph(const Request& request) {
    std::vector<Diagnostic> found;
    std::vector<ast::File> files;
    for (std::uint32_t file = 0; file < request.sources.files.size(); ++file) {
        files.push_back(parse(request.sources, file, found));
    }
    const graph::Counts nobody;
    const graph::Project project{request.sources, files, nobody};
    const auto drawing = graph::draw(project, request.argument);
    if (!drawing) {
        return refusal("there is no flow or lifecycle \"" + request.argument + "\"");
    }
    const bool whole = std::ranges::none_of(
        found, [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
    return json_object(
        {{"svg", json_text(graph::write_svg(*drawing))}, {"whole", json_bool(whole)}});
}

std::string answer_explain(const Request& request) {
    const auto page = find_error_page(request.argument);
    if (!page) {
        return refusal("there is no code " + request.argument);
    }
    return json_object({{"markdown", json_text(*page)}, {"plain", json_text(plain_page(*page))}});
}

}  // namespace sluice::dsl::wasm
