#include "dsl/graph/picture.hpp"
#include "dsl/graph/write.hpp"
#include "engine/cli/lsp_features.hpp"
#include "engine/runtime/flow_test.hpp"

#include <algorithm>
#include <utility>

namespace sluice::cli::lsp {

Answer run_tests(const Snapshot& project, const std::string& what) {
    const auto& program = project.index->program();
    if (!program) {
        return Failure{kRequestFailed, "The project has errors; tests run when they are fixed."};
    }
    json::array tests;
    int failed = 0;
    for (const dsl::Test& test : program->tests) {
        const std::string& flow = program->flows[test.flow].name;
        if (!what.empty() && flow != what) {
            continue;
        }
        const FlowTestResult result = run_flow_test(program, test);
        failed += result.passed() ? 0 : 1;
        tests.push_back({{"title", test.title},
                         {"flow", flow},
                         {"uri", project.uri_of(test.file)},
                         {"line", test.line - 1},
                         {"passed", result.passed()},
                         {"report", result.passed() ? std::string() : render_timeline(result)}});
    }
    const auto count = static_cast<int>(tests.size());
    return json::value{{"passed", count - failed}, {"failed", failed}, {"tests", std::move(tests)}};
}

Answer show_graph(const Snapshot& project, const std::string& what,
                  const dsl::graph::Counts& counts) {
    namespace graph = dsl::graph;
    const graph::Project input{project.index->sources(), project.index->files(), counts};
    const auto drawing = graph::draw(input, what);
    if (!drawing) {
        return Failure{kRequestFailed, "There is no flow or lifecycle called \"" + what + "\"."};
    }
    return json::value{{"title", what.empty() ? "All flows" : what},
                       {"svg", graph::write_svg(*drawing)},
                       {"text", graph::write_text(*drawing, graph::Charset::unicode)}};
}

}  // namespace sluice::cli::lsp
