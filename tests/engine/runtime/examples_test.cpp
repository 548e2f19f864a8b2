#include "dsl/check/compile.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/runtime/flow_test.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace sluice {
namespace {

namespace fs = std::filesystem;

const fs::path kShop = fs::path(SLUICE_TEST_DATA) / "shop";

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The design's example files that are within the language the engine runs, with their messages.
TEST(ExamplesTest, TheShopCompilesAndItsTestsPass) {
    dsl::SourceSet sources;
    for (const char* name : {"00-schema.flow", "01-policy.flow", "03-messages.flow",
                             "10-welcome.flow", "11-abandoned-cart.flow"}) {
        sources.files.push_back({name, read(kShop / name)});
    }
    dsl::CompileOptions options;
    options.load_body = [](std::string_view,
                           std::string_view requested) -> std::optional<std::string> {
        const fs::path path = kShop / requested;
        return fs::exists(path) ? std::optional(read(path)) : std::nullopt;
    };
    options.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    const dsl::CompileResult result = dsl::compile(sources, options);
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        EXPECT_NE(diagnostic.severity, dsl::Severity::error)
            << dsl::render_text(diagnostic, sources);
    }
    ASSERT_TRUE(result.program);
    ASSERT_GE(result.program->tests.size(), 2U);
    std::set<std::string> titles;
    for (const dsl::Test& test : result.program->tests) {
        const FlowTestResult ran = run_flow_test(result.program, test);
        EXPECT_TRUE(ran.passed()) << test.title << "\n" << render_timeline(ran);
        titles.insert(test.title);
    }
    EXPECT_TRUE(titles.contains("buys during the first wait"));
    EXPECT_TRUE(titles.contains("never opens: a text message follows"));
}

}  // namespace
}  // namespace sluice
