// Files as a hurried author leaves them and as they come out, side by side in tests/data/format.
// UPDATE_GOLDEN=1 rewrites the expectations; the diff is the review.
#include "tests/dsl/format/format_support.hpp"

#include <cstdlib>
#include <set>

namespace sluice::dsl {
namespace {

std::filesystem::path folder() {
    return std::filesystem::path(SLUICE_TEST_DATA) / "format";
}

std::vector<std::string> cases() {
    std::vector<std::string> names;
    for (const SourceFile& file : flow_files("tests/data/format")) {
        names.push_back(std::filesystem::path(file.path).stem().string());
    }
    return names;
}

class FormatGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(FormatGoldenTest, ComesOutAsExpected) {
    const std::string text = tidy(read(folder() / (GetParam() + ".flow")));
    const std::filesystem::path expected = folder() / (GetParam() + ".expected");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(expected, std::ios::binary) << text;
    }
    EXPECT_EQ(text, read(expected));
}

INSTANTIATE_TEST_SUITE_P(Format, FormatGoldenTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

/// What the language gets, the goldens get: a kind of node that stands in none of them has no
/// layout that somebody has looked at.
TEST(FormatGoldenFilesTest, EveryConstructStandsInOne) {
    std::set<parser::Node> seen;
    for (const SourceFile& file : flow_files("tests/data/format")) {
        const SourceSet sources = source(file.text);
        const auto draft = formatter::read_draft(sources, 0);
        ASSERT_TRUE(draft) << file.path;
        for (const parser::TreeNode& node : draft->tree) {
            seen.insert(node.kind);
        }
    }
    const int last = static_cast<int>(parser::Node::prop);
    for (int kind = 0; kind <= last; ++kind) {
        const auto node = static_cast<parser::Node>(kind);
        // Two kinds that the grammar makes no use of.
        const bool unused = node == parser::Node::until || node == parser::Node::repeat_until;
        EXPECT_TRUE(unused || seen.contains(node))
            << "number " << kind << " of dsl/parser/tree.hpp";
    }
}

// ---- the examples are the style, so they are in it

class FormattedFileTest : public testing::TestWithParam<SourceFile> {};

TEST_P(FormattedFileTest, IsInItsLayout) {
    EXPECT_EQ(tidy(GetParam().text), GetParam().text);
}

std::string name_of(const testing::TestParamInfo<SourceFile>& test) {
    std::string name = std::filesystem::path(test.param.path).stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Cdnow, FormattedFileTest, testing::ValuesIn(flow_files("examples/cdnow")),
                         name_of);

std::vector<SourceFile> examples_in_style() {
    std::vector<SourceFile> files = flow_files("tests/data/examples");
    std::erase_if(files, [](const SourceFile& file) {
        return file.path.ends_with("00-schema.flow") || file.path.ends_with("03-messages.flow") ||
               file.path.ends_with("12-browse.flow");
    });
    return files;
}

INSTANTIATE_TEST_SUITE_P(Examples, FormattedFileTest, testing::ValuesIn(examples_in_style()),
                         name_of);

/// The three that are not: their columns are set by another rule, messages stand without a line
/// between them, a comment has a column of its own. Nothing but white space differs.
TEST(FormattedExamplesTest, TheOthersDifferInWhiteSpaceOnly) {
    for (const char* name : {"00-schema", "03-messages", "12-browse"}) {
        const std::filesystem::path folder = std::filesystem::path(SLUICE_TEST_DATA) / "examples";
        std::string before = read(folder / (std::string(name) + ".flow"));
        std::string after = tidy(before);
        EXPECT_NE(before, after);
        for (std::string* text : {&before, &after}) {
            std::erase_if(*text, [](char c) { return c == ' ' || c == '\n'; });
        }
        EXPECT_EQ(before, after);
    }
}

}  // namespace
}  // namespace sluice::dsl
