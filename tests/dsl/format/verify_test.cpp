// The safety net: what a formatter must not do is seen.
#include "dsl/format/verify.hpp"

#include "tests/dsl/format/format_support.hpp"

namespace sluice::dsl {
namespace {

std::optional<std::uint32_t> difference(std::string_view before, std::string_view after) {
    const SourceSet a = source(before);
    const SourceSet b = source(after);
    const auto left = formatter::read_draft(a, 0);
    const auto right = formatter::read_draft(b, 0);
    if (!left || !right) {
        ADD_FAILURE() << before << "\nor\n" << after;
        return std::nullopt;
    }
    return formatter::first_difference(*left, *right);
}

TEST(VerifyTest, LayoutIsNoDifference) {
    EXPECT_EQ(difference("event A event B", "event A\n\n\nevent B\n"), std::nullopt);
    EXPECT_EQ(difference("flow F { wait 1 days }", "flow \"F\" {\n wait 1 day\n}"), 1U);
    EXPECT_EQ(difference("flow \"F\" { wait 1 days }", "flow F {\n wait 1 day\n}"), std::nullopt);
}

TEST(VerifyTest, ALostOrNewTokenIsSeen) {
    EXPECT_EQ(difference("event A event B", "event A"), 2U);
    EXPECT_EQ(difference("event A", "event A event B"), 2U);
    EXPECT_EQ(difference("event A event B", "event B event A"), 1U);
}

TEST(VerifyTest, AChangedTokenIsSeen) {
    EXPECT_EQ(difference("flow F { wait 1 day }", "flow F { wait 2 day }"), 4U);
    EXPECT_EQ(difference("flow F { wait 1 day }", "flow F { wait 1 hour }"), 5U);
    EXPECT_EQ(difference("flow F { wait 1.0 day }", "flow F { wait 1 day }"), 4U);
    EXPECT_EQ(difference("flow F { stop because \"a\" }", "flow F { stop because \"b\" }"), 5U);
}

TEST(VerifyTest, AFieldIsNoUnitAndATextIsNoName) {
    EXPECT_EQ(difference("segment S when customer.days > 1", "segment S when customer.day > 1"),
              5U);
    EXPECT_EQ(difference("segment S when customer.x is \"A\"", "segment S when customer.x is A"),
              7U);
}

TEST(VerifyTest, AnotherTreeOverTheSameTokensIsSeen) {
    // A name behind the channel counts on the same line only.
    const std::string_view before = "test \"t\" for F {\n expect no email\n}\n";
    EXPECT_EQ(difference(before, before), std::nullopt);
    EXPECT_NE(difference("segment S when (any A and any B) or no C",
                         "segment S when any A and (any B or no C)"),
              std::nullopt);
}

TEST(VerifyTest, CommentsAreSeen) {
    EXPECT_EQ(difference("event A # x\nevent B", "event A   # x  \n\nevent B"), std::nullopt);
    EXPECT_EQ(difference("event A # x\nevent B", "event A\nevent B"), 2U);
    EXPECT_EQ(difference("event A # x\nevent B", "event A # y\nevent B"), 2U);
    EXPECT_EQ(difference("event A # x\nevent B", "event A\nevent B # x"), 2U);
    EXPECT_EQ(difference("event A # x\nevent B", "event A\n# x\nevent B"), 2U);
    EXPECT_EQ(difference("# x\n# y\nevent A", "# y\n# x\nevent A"), 0U);
}

TEST(VerifyTest, TheRefusalHasItsPlaceInTheCatalogue) {
    EXPECT_TRUE(std::ranges::any_of(code_catalogue(),
                                    [](const CodeInfo& info) { return info.code == "E590"; }));
}

}  // namespace
}  // namespace sluice::dsl
