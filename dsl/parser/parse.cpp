#include "dsl/parser/parse.hpp"

#include "dsl/parser/braces.hpp"
#include "dsl/parser/build.hpp"
#include "dsl/parser/grammar_entry.hpp"
#include "dsl/parser/lexer.hpp"
#include "dsl/parser/recorder.hpp"

#include <iterator>

namespace sluice::dsl {

namespace {

/// Offsets and lines are 32 bits; real files have a few kilobytes.
constexpr std::size_t kFileBytesMax = std::size_t{16} << 20U;

Diagnostic too_large(std::uint32_t file) {
    Diagnostic d;
    d.code = "E104";
    d.span = {file, 0, 0, 1, 1};
    d.message = "This file is larger than 16 MB; it cannot be a flow file.";
    return d;
}

}  // namespace

ast::File parse(const SourceSet& sources, std::uint32_t file,
                std::vector<Diagnostic>& diagnostics) {
    ast::File out;
    out.file = file;
    if (file >= sources.files.size()) {
        return out;
    }
    parser::Problems problems(sources, file);
    if (sources.files[file].text.size() > kFileBytesMax) {
        diagnostics.push_back(too_large(file));
        return out;
    }
    parser::Tokens tokens = parser::lex(problems);
    parser::repair_braces(tokens, problems);

    parser::Recorder recorder(tokens.list, problems);
    parser::run_grammar(tokens.list.data(), &tokens.list.back(), recorder);
    const parser::Tree tree = recorder.take();

    parser::Reading reading{tokens.list, tree, problems};
    const parser::View::Children all(reading, 0, static_cast<std::uint32_t>(tree.size()));
    out.decls.reserve(all.size());
    for (const parser::View declaration : all) {
        parser::build_declaration(out.decls.emplace_back(), declaration);
    }
    std::vector<Diagnostic> found = problems.take();
    sort_diagnostics(found);
    diagnostics.insert(diagnostics.end(), std::make_move_iterator(found.begin()),
                       std::make_move_iterator(found.end()));
    return out;
}

}  // namespace sluice::dsl
