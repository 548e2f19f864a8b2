#include "dsl/language/rename.hpp"

#include "dsl/format/format.hpp"
#include "dsl/program.hpp"
#include "tests/dsl/language/language_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace sluice::dsl::language {
namespace {

using testing::HasSubstr;

std::string replaced(std::string text, const std::string& old, const std::string& fresh) {
    for (std::size_t at = text.find(old); at != std::string::npos;
         at = text.find(old, at + fresh.size())) {
        text.replace(at, old.size(), fresh);
    }
    return text;
}

Input after(const Index& index, const Renaming& renaming) {
    Input input = index.input();
    for (SourceFile& file : input.sources.files) {
        file.text = applied(std::move(file.text), renaming.edits, file.path);
    }
    input.load_body = [load = index.input().load_body, edits = renaming.edits](
                          std::string_view flow, std::string_view requested) {
        auto body = load ? load(flow, requested) : std::nullopt;
        if (body) {
            body->text = applied(std::move(body->text), edits, body->path);
        }
        return body;
    };
    return input;
}

std::string sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const std::string& line : lines) {
        out += line + "\n";
    }
    return out;
}

/// One file, the cursor as `|`, the new name: the text afterwards, or why not.
std::string renamed(std::string text, std::string_view name) {
    const std::size_t cursor = text.find('|');
    text.erase(cursor, 1);
    const Index index(fixtures::one_file(text));
    const auto found = renamable_at(index, 0, cursor);
    if (!found) {
        return "nothing there";
    }
    const Renaming renaming = rename(index, *found->symbol, name);
    return renaming.refusal.empty() ? applied(text, renaming.edits, "a.flow")
                                    : "refused: " + renaming.refusal;
}

TEST(RenameTest, EverySymbolOfTheShopCanBeRenamedWithoutChangingWhatItMeans) {
    const Index index(fixtures::input_of(fixtures::shop()));
    ASSERT_FALSE(index.has_errors());
    const std::string before = dump(*index.program());
    int done = 0;
    int shared_count = 0;
    for (const Symbol& symbol : index.symbols()) {
        if (symbol.declaration() == nullptr) {
            continue;
        }
        const std::string fresh = is_name(symbol.kind) ? "Quite Another Name" : "quite_another";
        const Renaming renaming = rename(index, symbol, fresh);
        const bool contract = symbol.kind == SymbolKind::customer_field &&
                              (symbol.name == "email" || symbol.name == "phone");
        // A send with `or` passes one word to both messages.
        const bool shared =
            symbol.kind == SymbolKind::parameter &&
            renaming.refusal.find("this send does not pass it") != std::string::npos;
        shared_count += shared ? 1 : 0;
        EXPECT_EQ(renaming.refusal.empty(), !contract && !shared)
            << noun_of(symbol.kind) << " " << symbol.name << ": " << renaming.refusal;
        if (!renaming.refusal.empty()) {
            continue;
        }
        EXPECT_GE(renaming.edits.size(), 1U);
        const Index changed(after(index, renaming));
        ASSERT_FALSE(changed.has_errors()) << symbol.name;
        const std::string dumped = dump(*changed.program());
        const bool shown = dumped.find(fresh) != std::string::npos;
        EXPECT_TRUE(shown || symbol.kind == SymbolKind::topic || !is_name(symbol.kind))
            << symbol.name;
        EXPECT_EQ(sorted_lines(replaced(dumped, fresh, symbol.name)), sorted_lines(before))
            << noun_of(symbol.kind) << " " << symbol.name;
        ++done;
    }
    EXPECT_GT(done, 120);
    EXPECT_EQ(shared_count, 4);
}

TEST(RenameTest, QuotesComeAndGo) {
    EXPECT_EQ(renamed("event So|ld\nsegment S when any Sold\n", "7 Day Trial"),
              "event \"7 Day Trial\"\nsegment S when any \"7 Day Trial\"\n");
    EXPECT_EQ(renamed("event \"7 Da|ys\"\nsegment S when any \"7 Days\"\n", "Week Over"),
              "event Week Over\nsegment S when any Week Over\n");
    EXPECT_EQ(renamed("event So|ld\n", "Ça Va \"x\""), "event \"Ça Va \\\"x\\\"\"\n");
}

TEST(RenameTest, AFieldIsRenamedInConditionsTextsAndTests) {
    EXPECT_EQ(renamed("event Sold { to|tal money  other number }\n"
                      "segment A when any Sold where total > 5\n"
                      "segment B when total of Sold.total >= 5\n",
                      "amount"),
              "event Sold { amount money  other number }\n"
              "segment A when any Sold where amount > 5\n"
              "segment B when total of Sold.amount >= 5\n");
}

TEST(RenameTest, AShorthandIsSpelledOut) {
    const std::string text =
        "customer { email text optional }\n"
        "event Sold { total money }\n"
        "webhook Hook { post \"https://a.example\" }\n"
        "flow F { starts when Sold as or|der  call Hook with order, sum = order.total }\n";
    EXPECT_THAT(renamed(text, "sale"),
                HasSubstr("as sale  call Hook with order = sale, sum = sale.total }"));
}

TEST(RenameTest, AParameterIsRenamedInTextsAndSends) {
    const Index index(fixtures::input_of(fixtures::shop()));
    const Symbol* cart = index.find(SymbolKind::parameter, "cart", "Cart Reminder");
    ASSERT_NE(cart, nullptr);
    const Renaming renaming = rename(index, *cart, "basket");
    ASSERT_EQ(renaming.refusal, "");
    EXPECT_TRUE(std::any_of(renaming.edits.begin(), renaming.edits.end(), [](const auto& edit) {
        return edit.replacement == "basket = cart" && edit.path == "11-abandoned-cart.flow";
    }));
}

TEST(RenameTest, BodiesAreEditedToo) {
    Input input = fixtures::one_file(
        "customer { first_name text }\n"
        "message M { topic News email { subject \"s\" body file \"m.html\" } }\n");
    input.load_body = [](std::string_view, std::string_view) {
        return std::optional(Body{"mails/m.html", "Hi {{ customer.first_name }}!"});
    };
    const Index index(std::move(input));
    const Renaming renaming =
        rename(index, *index.find(SymbolKind::customer_field, "first_name"), "given_name");
    ASSERT_EQ(renaming.refusal, "");
    ASSERT_EQ(renaming.edits.size(), 2U);
    EXPECT_EQ(applied("Hi {{ customer.first_name }}!", renaming.edits, "mails/m.html"),
              "Hi {{ customer.given_name }}!");
    EXPECT_THAT(renaming.note, HasSubstr("must use the new name"));
}

TEST(RenameTest, CollisionsAreRefusedWithAReason) {
    EXPECT_EQ(renamed("event So|ld\nevent Bought\n", "Bought"),
              "refused: There is already an event called `Bought`, in a.flow.");
    EXPECT_EQ(renamed("event So|ld\n", "Email Opened"),
              "refused: `Email Opened` is a built-in event.");
    EXPECT_THAT(renamed("customer { fi|rst text  second text }\n", "second"),
                HasSubstr("already a customer field called `second`"));
    EXPECT_THAT(renamed("event Sold\nsegment G|old when any Sold\n"
                        "lifecycle L { state Silver when any Sold state Member otherwise }\n",
                        "Silver"),
                HasSubstr("already a lifecycle state called `Silver`"));
    EXPECT_THAT(renamed("event Sold { total money }\nflow F { starts when Sold as o|rder\n"
                        "only if order.total > 1\nstop }\n",
                        "customer"),
                HasSubstr("a meaning of its own"));
}

TEST(RenameTest, NamesThatCannotBeWrittenAreRefused) {
    EXPECT_THAT(renamed("event So|ld\n", ""), HasSubstr("refused"));
    EXPECT_THAT(renamed("event So|ld\n", " Sold"), HasSubstr("refused"));
    EXPECT_THAT(renamed("event So|ld\n", "So\nld"), HasSubstr("refused"));
    EXPECT_THAT(renamed("customer { fi|rst text }\n", "First Name"), HasSubstr("small letters"));
}

TEST(RenameTest, ErrorsBuiltInsAndNothingAreRefused) {
    EXPECT_THAT(renamed("event So|ld\nsegment S when any Unknown\n", "Bought"),
                HasSubstr("has errors"));
    EXPECT_EQ(renamed("segment S when any Email Op|ened\n", "Bought"), "nothing there");
    EXPECT_EQ(renamed("se|gment S when any Email Opened\n", "Bought"), "nothing there");
}

TEST(RenameTest, TheSameNameChangesNothing) {
    EXPECT_EQ(renamed("event So|ld\n", "Sold"), "event Sold\n");
}

TEST(RenameTest, WhatIsSelectedHasNoQuotes) {
    const std::string text = "event \"7 Days\"\n";
    const Index index(fixtures::one_file(text));
    const auto found = renamable_at(index, 0, 8);
    ASSERT_TRUE(found);
    EXPECT_EQ(text.substr(found->offset, found->length), "7 Days");
    EXPECT_EQ(found->name, "7 Days");
}

}  // namespace
}  // namespace sluice::dsl::language
