// Any bytes as a flow file: the parser reports inside the file and in the author's words, and ends.
//   build/fuzz/tests/fuzz/parse_fuzz corpus tests/data/examples tests/dsl/parser/golden

#include "dsl/parser/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

/// A mangled C++ name in a message that the author did not write into the file.
bool names_types(const std::string& message, const std::string& source) {
    return message.find("N5boost") != std::string::npos &&
           source.find("N5boost") == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace dsl = sluice::dsl;
    dsl::SourceSet sources;
    sources.files.push_back({"fuzz.flow", std::string(reinterpret_cast<const char*>(data), size)});
    std::vector<dsl::Diagnostic> found;
    dsl::parse(sources, 0, found);
    for (const dsl::Diagnostic& diagnostic : found) {
        const bool inside =
            diagnostic.span.line >= 1 && diagnostic.span.offset + diagnostic.span.length <= size;
        const bool foreign =
            names_types(dsl::render_text(diagnostic, sources), sources.files[0].text);
        if (!inside || foreign || dsl::render_json(diagnostic, sources).empty()) {
            std::abort();
        }
    }
    return 0;
}
