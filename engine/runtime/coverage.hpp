#pragma once

#include "dsl/program.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Which steps, and which ways out of them, the tests of a program reach.
///
/// Counted are every step, and every way out of a step that has several: yes and no of each `if`,
/// each branch of a wait and its timeout, the arms of a split, the variants of an experiment and
/// its holdout, another round of a loop and the way out, the second choice of a send, its
/// `if not sent`, and a date that is missing.
///
/// A test cannot say which arm of a split chance will choose. So a test that comes to one is run
/// again with each other arm taken by force; what such a run reaches counts, its expectations do
/// not, for they were written about the arm the test's own customer draws.
namespace sluice {

/// A step, or one way out of one.
struct CoveragePoint {
    std::uint32_t line = 0;
    std::string step;  // the step in the author's words
    std::string way;   // empty: the step itself; else `yes`, `timeout`, `on Email Opened …`
    bool reached = false;
};

struct FlowCoverage {
    const dsl::Flow* flow = nullptr;
    std::size_t tests = 0;
    std::vector<CoveragePoint> points;  // in source order, each step before its ways
    [[nodiscard]] std::size_t reached() const;
    /// 0 to 100, rounded down, so that 100 means all of it.
    [[nodiscard]] int percent() const;
};

/// Runs every test of the program, again where chance decides; in the order of Program::flows.
std::vector<FlowCoverage> measure_coverage(const std::shared_ptr<const dsl::Program>& program);

}  // namespace sluice
