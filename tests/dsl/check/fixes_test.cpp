// The fixes: what a diagnostic offers mends what it found.
#include "dsl/fixes.hpp"
#include "tests/dsl/check/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace sluice::dsl {
namespace {

using fixtures::Project;
using fixtures::read_text;

const std::filesystem::path kGolden =
    std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/check/golden";
constexpr int kRoundsMax = 20;

/// Golden cases whose diagnostics carry fixes, with the file they become.
std::vector<std::string> fixable_cases() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
        if (read_text(entry.path() / "expected.txt").find("\nFix: ") != std::string::npos) {
            out.push_back(entry.path().filename().string());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

class FixGoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(FixGoldenTest, BecomesThis) {
    Project project;
    project.add_folder(kGolden / GetParam());
    project.add_folder(kGolden / "_base");
    CompileResult result = project.compile();
    std::size_t applied = 0;
    for (int round = 0; round < kRoundsMax; ++round) {
        const std::size_t now = apply_fixes(project.sources, result.diagnostics).size();
        if (now == 0) {
            break;
        }
        applied += now;
        result = project.compile();
    }
    EXPECT_GT(applied, 0U);
    std::string text;
    for (const SourceFile& file : project.sources.files) {
        text += file.path == "10-flow.flow" ? file.text : "";
    }
    const auto expected = kGolden / GetParam() / "fixed.txt";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(expected, std::ios::binary) << text;
    }
    EXPECT_EQ(text, read_text(expected));
    for (const Diagnostic& left : result.diagnostics) {
        EXPECT_FALSE(left.fix.has_value()) << left.code;
    }
}

INSTANTIATE_TEST_SUITE_P(Checker, FixGoldenTest, ::testing::ValuesIn(fixable_cases()),
                         [](const auto& test) { return test.param; });

/// Whatever an author has broken, fixing comes to an end.
TEST(ApplyFixesTest, FixesOfTheParserSettle) {
    const auto folder = std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/parser/golden";
    std::size_t applied = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".flow") {
            continue;
        }
        Project project;
        project.add("10-broken.flow", read_text(entry.path()));
        std::size_t now = 1;
        for (int round = 0; round < kRoundsMax && now > 0; ++round) {
            now = apply_fixes(project.sources, project.compile().diagnostics).size();
            applied += now;
        }
        EXPECT_EQ(now, 0U) << entry.path().filename();
    }
    EXPECT_GT(applied, 20U);
}

TEST(ApplyFixesTest, OverlapsWaitForTheNextRound) {
    SourceSet sources;
    sources.files.push_back({"a.flow", "one two three\n"});
    const auto at = [](std::uint32_t offset, std::uint32_t length, const char* text) {
        Diagnostic out;
        out.code = "E000";
        out.fix = Fix{Span{0, offset, length, 1, offset + 1}, text};
        return out;
    };
    const std::vector<Diagnostic> found = {at(8, 5, "3"), at(0, 3, "1"), at(2, 3, "x"),
                                           at(7, 0, ","), at(7, 0, ";")};
    const auto applied = apply_fixes(sources, found);
    EXPECT_EQ(sources.files[0].text, "1 two, 3\n");
    ASSERT_EQ(applied.size(), 3U);
    EXPECT_EQ(applied[0].before, "one");
    EXPECT_EQ(applied[1].after, ",");
    EXPECT_EQ(applied[2].column, 9U);
}

}  // namespace
}  // namespace sluice::dsl
