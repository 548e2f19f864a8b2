// A recipe is whole: goal, flow, picture, tests, pitfalls, what to watch.
#include "tests/docs/blocks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::docs {
namespace {

constexpr std::size_t kRecipesMin = 20;
constexpr std::ptrdiff_t kFlowLinesMax = 40;

std::vector<Page> recipes() {
    std::vector<Page> out = all_pages();
    std::erase_if(out, [](const Page& page) {
        return page.path.parent_path() != "cookbook" || page.path.filename() == "README.md";
    });
    return out;
}

std::size_t count(const Page& page, const std::string& kind, const std::string& word) {
    return static_cast<std::size_t>(
        std::count_if(page.blocks.begin(), page.blocks.end(),
                      [&](const Block& block) { return block.kind == kind && block.has(word); }));
}

/// The lines of the flow itself, from `flow` to its closing brace.
std::ptrdiff_t flow_lines(const Page& page) {
    const std::string& text = page.blocks.front().text;
    const std::size_t begin = text.starts_with("flow ") ? 0 : text.find("\nflow ") + 1;
    const std::size_t end = text.find("\n}", begin);
    return std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                      text.begin() + static_cast<std::ptrdiff_t>(end), '\n') +
           1;
}

TEST(CookbookTest, EveryRecipeIsWhole) {
    const std::vector<Page> all = recipes();
    EXPECT_GE(all.size(), kRecipesMin);
    for (const Page& page : all) {
        SCOPED_TRACE(page.path);
        ASSERT_GE(page.blocks.size(), 3U);
        EXPECT_EQ(count(page, "flow", "file"), 1U) << "the flow and its messages";
        EXPECT_LE(flow_lines(page), kFlowLinesMax);
        EXPECT_EQ(count(page, "mermaid", "graph"), 1U) << "the picture";
        EXPECT_EQ(count(page, "flow", "coverage"), 1U) << "tests that reach everything";
        EXPECT_THAT(page.anchors,
                    testing::IsSupersetOf({"its-tests", "pitfalls", "what-to-watch"}));
    }
}

TEST(CookbookTest, ItsDoorNamesEveryRecipeAndItsGoal) {
    const std::string door = read_text(language_folder() / "cookbook/README.md");
    for (const Page& page : recipes()) {
        const std::size_t begin = page.text.find("\n\n") + 2;
        const std::string goal = page.text.substr(begin, page.text.find("\n\n", begin) - begin);
        EXPECT_THAT(door, testing::HasSubstr("](" + page.path.filename().string() + ") | " + goal));
    }
}

}  // namespace
}  // namespace sluice::docs
