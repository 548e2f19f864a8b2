// The pages on codes: every code has one, with an example that raises it and one that is mended.
// That the examples do what they say is asked of every page, in pages_test.cpp.
#include "dsl/catalogue/catalogue.hpp"
#include "dsl/fixes.hpp"
#include "tests/docs/blocks.hpp"
#include "tests/docs/page_project.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace sluice::docs {
namespace {

constexpr int kRoundsMax = 20;

/// Codes without an example, and why.
const std::map<std::string, std::string> kNoExample = {
    {"E420", "only `plan` and `deploy` know where people stand"},
    {"W415", "only a run of the tests knows where they come"},
    {"E590", "every known way to make the formatter distrust itself has been removed"},
};

std::vector<std::string> codes() {
    std::vector<std::string> out;
    for (const dsl::CodeInfo& info : dsl::code_catalogue()) {
        out.emplace_back(info.code);
    }
    return out;
}

Page error_page(const std::string& code) {
    const auto text = dsl::find_error_page(code);
    return read_page("errors/" + code + ".md", text ? std::string(*text) : std::string());
}

class ErrorPageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ErrorPageTest, HasAnExampleAndWhatMendsIt) {
    const Page page = error_page(GetParam());
    ASSERT_FALSE(page.text.empty()) << "docs/language/errors/" << GetParam() << ".md is missing";
    std::size_t failing = 0;
    std::size_t mended = 0;
    for (const Block& block : page.blocks) {
        failing += block.at("fails") == GetParam() ? 1U : 0U;
        mended += block.kind == "flow" && !block.has("fails") ? 1U : 0U;
    }
    if (kNoExample.contains(GetParam())) {
        EXPECT_EQ(failing + mended, 0U);
        return;
    }
    EXPECT_GE(failing, 1U) << "the smallest example that raises it";
    EXPECT_GE(mended, 1U) << "the mended example";
}

TEST_P(ErrorPageTest, ItsTitleIsTheRegistrys) {
    std::string heading = error_page(GetParam()).text;
    heading.resize(std::min(heading.find('\n'), heading.size()));
    std::transform(heading.begin(), heading.end(), heading.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto catalogue = dsl::code_catalogue();
    const auto info = std::find_if(catalogue.begin(), catalogue.end(),
                                   [](const auto& one) { return one.code == GetParam(); });
    EXPECT_EQ(heading, "# " + GetParam() + ": " + std::string(info->title));
}

/// What an author copies from a page is what a fix writes: nothing machine-applicable is left, and
/// the code that carried the fix is gone.
TEST_P(ErrorPageTest, AFixOfItsExampleFixesIt) {
    const Page page = error_page(GetParam());
    const PageProject project(page);
    for (const Block& block : page.blocks) {
        dsl::SourceSet sources = project.sources_with(block);
        dsl::CompileResult result = project.compile(sources);
        const bool fixable = std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                                         [](const auto& found) { return found.fix.has_value(); });
        for (int round = 0; fixable && round < kRoundsMax; ++round) {
            if (dsl::apply_fixes(sources, result.diagnostics).empty()) {
                break;
            }
            result = project.compile(sources);
        }
        for (const dsl::Diagnostic& left : result.diagnostics) {
            EXPECT_FALSE(left.fix.has_value()) << left.code;
            EXPECT_TRUE(!fixable || left.code != GetParam()) << sources.files.back().text;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Codes, ErrorPageTest, ::testing::ValuesIn(codes()),
                         [](const auto& test) { return test.param; });

TEST(ErrorPagesTest, EveryPageHasACode) {
    const std::vector<std::string> known = codes();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(language_folder() / "errors")) {
        const std::string code = entry.path().stem().string();
        EXPECT_NE(std::find(known.begin(), known.end(), code), known.end()) << code;
        EXPECT_EQ(dsl::find_error_page(code), read_text(entry.path())) << "embedded as written";
        ++files;
    }
    EXPECT_EQ(files, dsl::error_pages().size());
    EXPECT_FALSE(dsl::find_error_page("E999").has_value());
    EXPECT_TRUE(dsl::find_error_page("e206").has_value());
}

TEST(ErrorPagesTest, ATerminalSeesNoMarks) {
    EXPECT_EQ(
        dsl::plain_page("# E206: Unknown field\n\nWhy.\n\n```flow,fails=E206\nflow A {\n}\n```\n"),
        "E206: Unknown field\n\nWhy.\n\n    flow A {\n    }\n");
    EXPECT_TRUE(dsl::looks_like_code("E206") && dsl::looks_like_code("w411"));
    EXPECT_FALSE(dsl::looks_like_code("E20") || dsl::looks_like_code("ana") ||
                 dsl::looks_like_code("E20x"));
}

}  // namespace
}  // namespace sluice::docs
