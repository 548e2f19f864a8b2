#pragma once

#include "dsl/graph/picture.hpp"
#include "engine/cli/lsp_json.hpp"
#include "engine/cli/lsp_workspace.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <variant>

/// What a language server answers, one function a method of LSP 3.17. Each takes the place the
/// request is about and its parameters, and gives a result or a failure.
namespace sluice::cli::lsp {

using Answer = std::variant<json::value, Failure>;

/// The `capabilities` of an initialize answer.
json::object capabilities();

/// `diagnostics` of textDocument/publishDiagnostics for one file.
json::array diagnostics_of(const Snapshot& project, std::uint32_t file);

Answer completion(const Target& target, const json::value& params);
Answer hover(const Target& target, const json::value& params);
Answer definition(const Target& target, const json::value& params);
Answer references(const Target& target, const json::value& params);
Answer prepare_rename(const Target& target, const json::value& params);
Answer rename(const Target& target, const json::value& params);
Answer formatting(const Target& target, const json::value& params);
Answer code_action(const Target& target, const json::value& params);
Answer document_symbol(const Target& target, const json::value& params);
Answer folding_range(const Target& target, const json::value& params);
Answer semantic_tokens(const Target& target, const json::value& params);
Answer code_lens(const Target& target, const json::value& params);
Answer document_link(const Target& target, const json::value& params);

// The commands of workspace/executeCommand. `what` is a flow; empty: all of the project.
inline constexpr std::string_view kRunTests = "sluice.runTests";
inline constexpr std::string_view kShowGraph = "sluice.showGraph";
/// {"passed", "failed", "tests": [{"title", "flow", "uri", "line", "passed", "report"}]}
Answer run_tests(const Snapshot& project, const std::string& what);
/// {"title", "svg", "text"}
Answer show_graph(const Snapshot& project, const std::string& what,
                  const dsl::graph::Counts& counts);

}  // namespace sluice::cli::lsp
