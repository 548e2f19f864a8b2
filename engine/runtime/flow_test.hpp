#pragma once

#include "dsl/program.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/runtime/step.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Runs the `test "…" for Flow { … }` declarations of a program on virtual time.
///
/// Only the flow under test starts; the policy holds, except the holdout. Times of the test are in
/// the policy's fallback zone unless the customer has one. Rows are done in order: `at` moves the
/// clock forward when it is behind, `advance` moves it on, `expect` looks at what happened so far.
namespace sluice {

struct ExpectationFailure {
    std::uint32_t line = 0;
    std::optional<Instant> at;  // when it should have happened, if the row says so
    std::string expected;       // the row as written
    std::string found;          // what happened instead
};

struct FlowTestResult {
    const dsl::Test* test = nullptr;
    std::vector<ExpectationFailure> failures;
    std::vector<TraceRow> timeline;  // everything that happened, oldest first
    Instant clock;                   // where the test's clock started
    Zone zone;
    [[nodiscard]] bool passed() const { return failures.empty(); }
};

/// What watches a test, or takes the place of chance in it; see StepOptions.
struct TestProbe {
    std::function<void(const Passage&)> passed;
    std::function<std::optional<Index>(Index flow, Index instruction)> choose;
};

FlowTestResult run_flow_test(const std::shared_ptr<const dsl::Program>& program,
                             const dsl::Test& test, const TestProbe& probe = {});

/// The timeline for people: one line a row, local times; what should have happened and did not is
/// marked at its place in time, and what was found instead stands below. Ends with a newline.
std::string render_timeline(const FlowTestResult& result);

/// One trace row in words: `sent email Cart Reminder`. For timelines and explain.
std::string sentence(const TraceRow& row);

}  // namespace sluice
