#include "dsl/language/hover.hpp"

#include "dsl/language/complete.hpp"
#include "dsl/parser/keywords.hpp"
#include "tests/dsl/language/language_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::dsl::language {
namespace {

using testing::HasSubstr;

std::string hover_at(const std::string& text) {
    const auto marked = fixtures::marked(fixtures::shop(), text);
    const auto found = hover(marked.index, marked.file, marked.offset);
    return found ? found->markdown : "";
}

TEST(HoverTest, ANameShowsItsDeclaration) {
    const std::string text = hover_at("segment S when any Order Pl|aced\n");
    EXPECT_THAT(text, HasSubstr("**Order Placed** · event · 00-schema.flow:22 · used "));
    EXPECT_THAT(text, HasSubstr("order_id text key"));
    EXPECT_THAT(hover_at("segment S when customer is in Go|ld\n"),
                HasSubstr("state Gold {\n    enters when"));
}

TEST(HoverTest, AFieldShowsItsTypeAndComment) {
    const std::string text = hover_at("segment S when customer.churn_ri|sk > 0.5\n");
    EXPECT_THAT(text, HasSubstr("churn_risk number predicted"));
    EXPECT_THAT(text, HasSubstr("0 to 1, refreshed nightly"));
    EXPECT_THAT(hover_at("segment S when any Order Placed where to|tal > 5\n"),
                HasSubstr("field of `Order Placed`"));
}

TEST(HoverTest, ABindingShowsItsEvent) {
    const std::string text =
        hover_at("flow F { starts when Order Placed as order  if ord|er.total > 1 { stop } }\n");
    EXPECT_THAT(text, HasSubstr("the event `Order Placed`"));
    EXPECT_THAT(text, HasSubstr("total money"));
}

TEST(HoverTest, BuiltInEventsSayWhatTheyHold) {
    EXPECT_THAT(hover_at("segment S when any Email Ope|ned\n"), HasSubstr("- `message` text"));
}

TEST(HoverTest, KeywordsExplainTheirConstruct) {
    EXPECT_THAT(hover_at("flow F { wa|it 1 day }\n"), HasSubstr("wait up to 3 days"));
    EXPECT_THAT(hover_at("segment S wh|en any Order Placed\n"),
                HasSubstr("segment NAME when CONDITION"));
    EXPECT_THAT(hover_at("seg|ment S when any Order Placed\n"), HasSubstr("named condition"));
}

TEST(HoverTest, ADataWordIsNoKeyword) {
    EXPECT_THAT(hover_at("event Sale { tot|al money }\n"), HasSubstr("field of `Sale`"));
}

TEST(HoverTest, NothingBetweenThings) {
    EXPECT_EQ(hover_at("event Sale\n\n|\n\nevent Other\n"), "");
    EXPECT_EQ(hover_at("event Sale { | }\n"), "");
}

TEST(HoverTest, ThePlaceIsThatOfTheWord) {
    const auto marked = fixtures::marked(fixtures::shop(), "segment S when any Order Pl|aced\n");
    const auto found = hover(marked.index, marked.file, marked.offset);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->offset, 19U);
    EXPECT_EQ(found->length, 12U);
}

TEST(HoverTest, EveryPageIsOfAKeywordAndEveryFirstWordHasOne) {
    for (const Page& page : pages()) {
        EXPECT_NE(parser::keyword(page.word), 0) << page.word;
        EXPECT_GT(page.text.size(), 20U) << page.word;
        EXPECT_THAT(page_of(page.word), HasSubstr(std::string(page.text)));
    }
    for (const Snippet& snippet : snippets()) {
        const bool channel = snippet.word == "email";
        EXPECT_TRUE(channel || !page_of(snippet.word).empty()) << snippet.word;
    }
}

}  // namespace
}  // namespace sluice::dsl::language
