// Any bytes as a flow file of a project: lexer, parser, checker and layout end, report
// inside the sources, and what is accepted is laid out the same twice.
//   build/fuzz/tests/fuzz/check_fuzz CORPUS tests/fuzz/seeds/check

#include "dsl/check/compile.hpp"
#include "dsl/format/format.hpp"
#include "dsl/parser/parse.hpp"
#include "tests/fuzz/keywords.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;
namespace dsl = sluice::dsl;

constexpr std::size_t kBytesMax = 3'072;

/// The schema, policy and messages the goldens of the checker stand on.
const dsl::SourceSet& base() {
    static const dsl::SourceSet sources = [] {
        dsl::SourceSet out;
        for (const auto& entry : fs::directory_iterator(SLUICE_FUZZ_BASE)) {
            std::ifstream in(entry.path(), std::ios::binary);
            out.files.push_back({entry.path().filename().string(),
                                 std::string(std::istreambuf_iterator<char>(in), {})});
        }
        std::sort(out.files.begin(), out.files.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return out;
    }();
    return sources;
}

void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

void look_at(const std::vector<dsl::Diagnostic>& found, const dsl::SourceSet& sources) {
    for (const dsl::Diagnostic& diagnostic : found) {
        require(diagnostic.span.file < sources.files.size(), "a report is in a file");
        const std::size_t size = sources.files[diagnostic.span.file].text.size();
        require(diagnostic.span.line >= 1, "a report has a line");
        require(diagnostic.span.offset + diagnostic.span.length <= size, "a report is in its file");
        require(!dsl::render_text(diagnostic, sources).empty(), "a report has a text");
        require(!dsl::render_json(diagnostic, sources).empty(), "a report has its JSON");
    }
}

void lay_out(const dsl::SourceSet& sources, std::uint32_t file) {
    const dsl::FormatResult once = dsl::format(sources, file);
    const bool refused = std::any_of(once.diagnostics.begin(), once.diagnostics.end(),
                                     [](const auto& d) { return d.code == "E590"; });
    require(!refused, "the layout means what the source means");
    if (!once.diagnostics.empty()) {
        return;
    }
    dsl::SourceSet again = sources;
    again.files[file].text = once.text;
    require(dsl::format(again, file).text == once.text, "laying out twice changes nothing");
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
    return seed % 3 == 0 ? LLVMFuzzerMutate(data, size, most)
                         : sluice::fuzz::with_piece(data, size, most, seed / 3);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > kBytesMax) {
        return 0;
    }
    dsl::SourceSet sources = base();
    const auto file = static_cast<std::uint32_t>(sources.files.size());
    sources.files.push_back(
        {"50-fuzz.flow", std::string(reinterpret_cast<const char*>(data), size)});
    dsl::CompileOptions options;
    options.today = 20'454;
    const dsl::CompileResult result = dsl::compile(sources, options);
    look_at(result.diagnostics, sources);
    const bool errors =
        std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                    [](const auto& d) { return d.severity == dsl::Severity::error; });
    require(errors == (result.program == nullptr), "errors or a program, never both or none");
    lay_out(sources, file);
    if (result.program != nullptr) {
        require(result.program->hash.size() == 32, "a program has its hash");
        require(!dsl::dump(*result.program).empty(), "a program can be shown");
    }
    return 0;
}
