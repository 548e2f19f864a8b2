#include "dsl/language/outline.hpp"

#include "dsl/language/actions.hpp"
#include "tests/dsl/language/language_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::dsl::language {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void expect_nested(const std::vector<OutlineItem>& items, Range within) {
    for (const OutlineItem& item : items) {
        EXPECT_GE(item.whole.offset, within.offset);
        EXPECT_LE(item.whole.offset + item.whole.length, within.offset + within.length);
        EXPECT_GE(item.selection.offset, item.whole.offset);
        EXPECT_LE(item.selection.offset + item.selection.length,
                  item.whole.offset + item.whole.length);
        EXPECT_FALSE(item.name.empty());
        expect_nested(item.children, item.whole);
    }
}

TEST(OutlineTest, RangesNestInEveryFileOfTheShop) {
    const Index index(fixtures::input_of(fixtures::shop()));
    for (std::uint32_t file = 0; file < index.sources().files.size(); ++file) {
        const auto items = outline(index, file);
        EXPECT_FALSE(items.empty());
        expect_nested(items,
                      {0, static_cast<std::uint32_t>(index.sources().files[file].text.size())});
    }
}

TEST(OutlineTest, DeclarationsHoldTheirParts) {
    const Index index(
        fixtures::one_file("event Sold { total money }\n"
                           "flow F \"why\" {\n  starts when Sold\n  wait 2 days\n  if any Sold {\n "
                           "   stop\n  }\n}\n"));
    const auto items = outline(index, 0);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].name, "Sold");
    ASSERT_EQ(items[0].children.size(), 1U);
    EXPECT_EQ(items[0].children[0].name, "total");
    EXPECT_EQ(items[0].children[0].detail, "money");
    std::vector<std::string> lines;
    for (const OutlineItem& item : items[1].children) {
        lines.push_back(item.name);
    }
    EXPECT_THAT(lines, ElementsAre("starts when Sold", "wait 2 days", "if any Sold"));
}

TEST(OutlineTest, BlocksAndCommentsFold) {
    const Index index(
        fixtures::one_file("# one\n# two\nflow F {\n  if any Email Opened {\n    stop\n"
                           "    # alone\n  }\n}\nevent A { x text }\n"));
    std::vector<std::string> lines;
    for (const Fold& fold : folds(index, 0)) {
        lines.push_back(std::to_string(fold.first_line) + "-" + std::to_string(fold.last_line) +
                        (fold.comment ? "c" : ""));
    }
    EXPECT_THAT(lines, ElementsAre("0-1c", "2-6", "3-5"));
}

TEST(OutlineTest, TokensKnowWhatTheyAre) {
    const std::string text =
        "event \"7 Days\" { total money }  # why\nflow F { wait 2 days @x send email \"7 Days\" "
        "}\n";
    const Index index(fixtures::one_file(text));
    std::string out;
    const std::string letters = "kndtx1#@";
    for (const ColouredToken& token : coloured(index, 0)) {
        out += letters[static_cast<std::size_t>(token.kind)];
        out += token.declaration ? "!" : "";
    }
    EXPECT_EQ(out, "kn!d!k#kn!ktt@kkn");
}

TEST(OutlineTest, TokensDoNotOverlapAnywhere) {
    const Index index(fixtures::input_of(fixtures::shop()));
    for (std::uint32_t file = 0; file < index.sources().files.size(); ++file) {
        std::uint32_t end = 0;
        for (const ColouredToken& token : coloured(index, file)) {
            EXPECT_GE(token.range.offset, end);
            end = token.range.offset + token.range.length;
            EXPECT_GT(token.range.length, 0U);
        }
    }
}

TEST(OutlineTest, BodiesAreLinked) {
    const Index index(fixtures::input_of(fixtures::shop()));
    const std::uint32_t file = index.file_of("03-messages.flow");
    const auto links = body_links(index, file);
    EXPECT_GE(links.size(), 20U);
    const std::string_view text = index.sources().files[file].text;
    for (const BodyLink& link : links) {
        EXPECT_EQ(text.substr(link.range.offset, link.range.length), link.path);
    }
}

TEST(OutlineTest, FlowsHaveLenses) {
    const Index index(fixtures::input_of(fixtures::shop()));
    const auto found =
        lenses(index, index.file_of("11-abandoned-cart.flow"), {{"Abandoned Cart", 412}});
    std::vector<std::string> titles;
    for (const Lens& lens : found) {
        titles.push_back(lens.title);
        EXPECT_EQ(lens.flow, "Abandoned Cart");
    }
    EXPECT_THAT(titles, ElementsAre("412 people inside", "Run 2 tests", "Show graph"));
    EXPECT_EQ(lenses(index, index.file_of("02-lifecycle.flow"), {}).size(), 2U);
}

std::vector<std::string> applied_actions(const std::string& text) {
    const Index index(fixtures::one_file(text));
    std::vector<std::string> out;
    for (const Action& action : actions(index, 0, 0, text.size())) {
        out.push_back(action.title + " -> " + applied(text, action.edits, "a.flow"));
    }
    return out;
}

TEST(ActionsTest, AFixIsOffered) {
    EXPECT_THAT(applied_actions("event Sold\nsegment S when any Sodl\n"),
                testing::Contains("Change to `Sold` -> event Sold\nsegment S when any Sold\n"));
}

TEST(ActionsTest, WhatIsMissingCanBeDeclared) {
    EXPECT_THAT(applied_actions("segment S when any Newly Thing\n"),
                ElementsAre("Declare the event `Newly Thing` -> "
                            "segment S when any Newly Thing\nevent Newly Thing\n"));
    const auto message = applied_actions("event A\nflow F { starts when A send sms Some Text }");
    ASSERT_FALSE(message.empty());
    EXPECT_THAT(message, testing::Contains(HasSubstr("\nmessage Some Text {\n  topic Newsletter\n  "
                                                     "sms \"…\"\n}\n")));
}

TEST(ActionsTest, OnlyThoseOfThePlace) {
    const std::string text = "event Sold\nsegment S when any Sodl\n";
    const Index index(fixtures::one_file(text));
    EXPECT_TRUE(actions(index, 0, 0, 4).empty());
    EXPECT_FALSE(actions(index, 0, text.size() - 3, text.size() - 3).empty());
}

}  // namespace
}  // namespace sluice::dsl::language
