// The pages of docs/language/errors, the fixes, and the registry: what is promised is kept.
#include "dsl/catalogue/catalogue.hpp"
#include "dsl/fixes.hpp"
#include "tests/dsl/check/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <map>

namespace sluice::dsl {
namespace {

using fixtures::Project;
using fixtures::read_text;

const std::filesystem::path kDocs =
    std::filesystem::path(SLUICE_SOURCE_DIR) / "docs/language/errors";
const std::filesystem::path kGolden =
    std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/check/golden";
constexpr int kRoundsMax = 20;

/// Codes without an example, and why.
const std::map<std::string, std::string> kNoExample = {
    {"E590", "every known way to make the formatter distrust itself has been removed"},
};

struct Example {
    std::string fails;  // empty: compiles without a word
    std::string text;
};

std::vector<Example> examples_of(std::string_view page) {
    std::vector<Example> out;
    constexpr std::string_view kOpen = "```flow";
    for (std::size_t at = page.find(kOpen); at != std::string_view::npos;
         at = page.find(kOpen, at)) {
        const std::size_t line = page.find('\n', at);
        std::string info(page.substr(at + kOpen.size(), line - at - kOpen.size()));
        const std::size_t end = page.find("```", line);
        Example example;
        if (info.starts_with(",fails=")) {
            example.fails = info.substr(7);
        }
        example.text = page.substr(line + 1, end - line - 1);
        out.push_back(std::move(example));
        at = end + 3;
    }
    return out;
}

/// The example on the shared schema, policy and messages; what it declares itself replaces them.
/// What W412 is about can only be shown beside data.
Project project_of(const std::string& text, const std::string& code) {
    Project project;
    const bool own_world = text.find("customer {") != std::string::npos;
    const bool own_policy = text.find("policy ") != std::string::npos;
    if (!own_world) {
        project.add("00-schema.flow", read_text(kGolden / "_base/00-schema.flow"));
        project.add("02-messages.flow", read_text(kGolden / "_base/02-messages.flow"));
    }
    if (!own_world && !own_policy) {
        project.add("01-policy.flow", read_text(kGolden / "_base/01-policy.flow"));
    }
    project.add("10-example.flow", text);
    project.body_folders.push_back(kGolden / "_bodies");
    project.today = parse_date("2026-03-02");
    if (code == "W412") {
        project.add_data(kGolden / "W412_unseen/data.txt");
    }
    return project;
}

std::vector<std::string> codes() {
    std::vector<std::string> out;
    for (const CodeInfo& info : code_catalogue()) {
        out.emplace_back(info.code);
    }
    return out;
}

class ErrorPageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ErrorPageTest, ItsExamplesDoWhatTheySay) {
    const auto page = find_error_page(GetParam());
    ASSERT_TRUE(page.has_value()) << "docs/language/errors/" << GetParam() << ".md is missing";
    const std::vector<Example> examples = examples_of(*page);
    if (kNoExample.contains(GetParam())) {
        EXPECT_TRUE(examples.empty());
        return;
    }
    std::size_t failing = 0;
    std::size_t fixed = 0;
    for (const Example& example : examples) {
        const Project project = project_of(example.text, GetParam());
        const CompileResult result = project.compile();
        (example.fails.empty() ? fixed : failing) += 1;
        EXPECT_EQ(result.diagnostics.empty(), example.fails.empty())
            << example.text << project.report(result);
        for (const Diagnostic& diagnostic : result.diagnostics) {
            EXPECT_EQ(diagnostic.code, example.fails) << example.text << project.report(result);
        }
    }
    EXPECT_GE(failing, 1U) << "the smallest example that raises it";
    EXPECT_GE(fixed, 1U) << "the fixed example";
}

TEST_P(ErrorPageTest, ItsTitleIsTheRegistrys) {
    const auto page = find_error_page(GetParam());
    ASSERT_TRUE(page.has_value());
    std::string heading(page->substr(0, page->find('\n')));
    std::transform(heading.begin(), heading.end(), heading.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto catalogue = code_catalogue();
    const auto info = std::find_if(catalogue.begin(), catalogue.end(),
                                   [](const CodeInfo& one) { return one.code == GetParam(); });
    EXPECT_EQ(heading, "# " + GetParam() + ": " + std::string(info->title));
}

/// What an author copies from a page is what a fix writes: nothing machine-applicable is left, and
/// the code that carried the fix is gone.
TEST_P(ErrorPageTest, AFixOfItsExampleFixesIt) {
    for (const Example& example : examples_of(*find_error_page(GetParam()))) {
        Project project = project_of(example.text, GetParam());
        CompileResult result = project.compile();
        const bool fixable =
            std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                        [](const Diagnostic& found) { return found.fix.has_value(); });
        if (!fixable) {
            continue;
        }
        for (int round = 0; round < kRoundsMax; ++round) {
            if (apply_fixes(project.sources, result.diagnostics).empty()) {
                break;
            }
            result = project.compile();
        }
        for (const Diagnostic& left : result.diagnostics) {
            EXPECT_FALSE(left.fix.has_value()) << left.code;
            EXPECT_NE(left.code, GetParam()) << project.sources.files.back().text;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Codes, ErrorPageTest, ::testing::ValuesIn(codes()),
                         [](const auto& test) { return test.param; });

TEST(ErrorPagesTest, EveryPageHasACode) {
    const std::vector<std::string> known = codes();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kDocs)) {
        const std::string code = entry.path().stem().string();
        EXPECT_NE(std::find(known.begin(), known.end(), code), known.end()) << code;
        EXPECT_EQ(find_error_page(code), read_text(entry.path())) << "embedded as written";
        ++files;
    }
    EXPECT_EQ(files, error_pages().size());
    EXPECT_FALSE(find_error_page("E999").has_value());
    EXPECT_TRUE(find_error_page("e206").has_value());
}

TEST(ErrorPagesTest, ATerminalSeesNoMarks) {
    EXPECT_EQ(plain_page("# E206: Unknown field\n\nWhy.\n\n```flow,fails=E206\nflow A {\n}\n```\n"),
              "E206: Unknown field\n\nWhy.\n\n    flow A {\n    }\n");
    EXPECT_TRUE(looks_like_code("E206") && looks_like_code("w411"));
    EXPECT_FALSE(looks_like_code("E20") || looks_like_code("ana") || looks_like_code("E20x"));
}

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
