#include "engine/cli/test_report.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/markup.hpp"

#include <algorithm>

namespace sluice::cli {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + escaped_markup(value) + "\"";
}

std::string junit_case(const dsl::Flow& flow, const FlowTestResult& result) {
    std::string out = "    <testcase" + attribute("name", result.test->title) +
                      attribute("classname", flow.name) + attribute("file", result.test->file) +
                      attribute("line", std::to_string(result.test->line));
    if (result.passed()) {
        return out + "/>\n";
    }
    const ExpectationFailure& first = result.failures.front();
    return out + ">\n      <failure" +
           attribute("message", first.expected + ", but " + first.found) + ">" +
           escaped_markup(render_timeline(result)) + "</failure>\n    </testcase>\n";
}

std::string counts(std::size_t tests, std::size_t failures) {
    return attribute("tests", std::to_string(tests)) +
           attribute("failures", std::to_string(failures));
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

/// "9 of 12 steps and ways".
std::string share(const FlowCoverage& flow) {
    const std::string percent = std::to_string(flow.percent()) + "%";
    return std::string(4 - std::min<std::size_t>(4, percent.size()), ' ') + percent + "  " +
           std::to_string(flow.reached()) + " of " + std::to_string(flow.points.size()) +
           " steps and ways, " + std::to_string(flow.tests) +
           (flow.tests == 1 ? " test" : " tests");
}

std::string point_text(const FlowCoverage& flow, const CoveragePoint& point) {
    const std::string place = flow.flow->file + ":" + std::to_string(point.line);
    const std::string what = point.way.empty() ? point.step : point.step + "  >  " + point.way;
    return "        " + place + "  " + what + "\n";
}

}  // namespace

std::string junit_xml(const dsl::Program& program, const std::vector<FlowTestResult>& results) {
    std::string suites;
    std::size_t failures = 0;
    for (const dsl::Flow& flow : program.flows) {
        std::string cases;
        std::size_t tests = 0;
        std::size_t failed = 0;
        for (const FlowTestResult& result : results) {
            if (&program.flows[result.test->flow] == &flow) {
                ++tests;
                failed += result.passed() ? 0U : 1U;
                cases += junit_case(flow, result);
            }
        }
        failures += failed;
        if (tests > 0) {
            suites += "  <testsuite" + attribute("name", flow.name) + counts(tests, failed) +
                      ">\n" + cases + "  </testsuite>\n";
        }
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", "sluice") +
           counts(results.size(), failures) + ">\n" + suites + "</testsuites>\n";
}

std::string coverage_text(const std::vector<FlowCoverage>& coverage) {
    std::size_t width = 0;
    for (const FlowCoverage& flow : coverage) {
        width = std::max(width, flow.flow->name.size());
    }
    std::string out = "coverage\n";
    for (const FlowCoverage& flow : coverage) {
        out += "  " + padded(flow.flow->name, width) + "  " + share(flow) + "\n";
        if (flow.tests == 0) {
            out += "        " + flow.flow->file + ":" + std::to_string(flow.flow->line) +
                   "  no test covers this flow (W415)\n";
            continue;
        }
        std::string unreached_step;
        for (const CoveragePoint& point : flow.points) {
            // The ways out of a step nobody comes to go without saying.
            if (point.way.empty()) {
                unreached_step = point.reached ? "" : point.step;
            } else if (!unreached_step.empty()) {
                continue;
            }
            out += point.reached ? "" : point_text(flow, point);
        }
    }
    return out;
}

std::string coverage_json(const std::vector<FlowCoverage>& coverage) {
    std::string out;
    for (const FlowCoverage& flow : coverage) {
        std::string missing = "[";
        for (const CoveragePoint& point : flow.points) {
            if (point.reached) {
                continue;
            }
            JsonObject one;
            one.number("line", point.line).text("step", point.step);
            missing += (missing.size() == 1 ? "" : ",") + one.text_if_any("way", point.way).take();
        }
        JsonObject line;
        line.text("flow", flow.flow->name).text("file", flow.flow->file);
        line.number("line", flow.flow->line).number("tests", static_cast<std::int64_t>(flow.tests));
        line.number("points", static_cast<std::int64_t>(flow.points.size()));
        line.number("reached", static_cast<std::int64_t>(flow.reached()));
        line.number("percent", flow.percent());
        out += line.json("unreached", missing + "]").take() + "\n";
    }
    return out;
}

}  // namespace sluice::cli
