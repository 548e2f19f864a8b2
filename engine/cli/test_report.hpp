#pragma once

#include "engine/runtime/coverage.hpp"
#include "engine/runtime/flow_test.hpp"

#include <string>
#include <vector>

/// What `sluice test` writes about tests and coverage, besides its own lines.
namespace sluice::cli {

/// The results as JUnit XML, as build servers read it: a suite a flow, a case a test.
std::string junit_xml(const dsl::Program& program, const std::vector<FlowTestResult>& results);

/// A line a flow; below it what no test reaches, by file and line. A flow without any test is told
/// as W415.
std::string coverage_text(const std::vector<FlowCoverage>& coverage);

/// One JSON object a flow, a line each.
std::string coverage_json(const std::vector<FlowCoverage>& coverage);

}  // namespace sluice::cli
