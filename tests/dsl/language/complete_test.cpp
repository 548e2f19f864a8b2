#include "dsl/language/complete.hpp"

#include "dsl/parser/parse.hpp"
#include "tests/dsl/language/language_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::dsl::language {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;
using Kind = CompletionItem::Kind;

const dsl::fixtures::Project& base() {
    static const dsl::fixtures::Project project = fixtures::shop();
    return project;
}

std::vector<CompletionItem> at(const std::string& text) {
    const auto marked = fixtures::marked(base(), text);
    return complete(marked.index, marked.file, marked.offset);
}

std::vector<std::string> labels(const std::vector<CompletionItem>& items) {
    std::vector<std::string> out;
    for (const CompletionItem& item : items) {
        if (item.kind != Kind::snippet) {
            out.push_back(item.label);
        }
    }
    return out;
}

std::vector<std::string> labels_at(const std::string& text) {
    return labels(at(text));
}

TEST(CompleteTest, AnEmptyFileOffersDeclarations) {
    EXPECT_THAT(labels_at("|"),
                UnorderedElementsAre("flow", "message", "event", "customer", "segment", "lifecycle",
                                     "policy", "webhook", "test", "catalog", "change"));
    EXPECT_THAT(labels_at("event A\n|\nevent B\n"), Contains("flow"));
}

TEST(CompleteTest, AFlowOffersItsLinesAndSteps) {
    const auto found = labels_at("flow F {\n  starts when Order Placed\n  |\n}\n");
    EXPECT_THAT(found, IsSupersetOf({"send", "wait", "if", "goal", "only", "re-entry", "split"}));
    EXPECT_THAT(found, Not(Contains("message")));
    EXPECT_THAT(labels_at("flow F {\n  if customer can get sms {\n    |\n  }\n}\n"),
                Not(Contains("goal")));
}

TEST(CompleteTest, AStatementIsCarriedOnOnItsLine) {
    const auto found = labels_at("flow F {\n  send email Order Thanks |\n}\n");
    EXPECT_THAT(found, IsSupersetOf({"or", "with", "at", "if"}));
    EXPECT_THAT(found, Not(Contains("send")));
}

TEST(CompleteTest, MessagesFitTheirChannel) {
    const auto email = labels_at("flow F {\n  send email |\n}\n");
    EXPECT_THAT(email, IsSupersetOf({"Cart Reminder", "Order Thanks"}));
    EXPECT_THAT(email, Not(Contains("Cart Nudge")));
    EXPECT_THAT(labels_at("flow F {\n  send sms |\n}\n"), Contains("Cart Nudge"));
    EXPECT_THAT(labels_at("flow F {\n  send |\n}\n"), UnorderedElementsAre("email", "sms"));
}

TEST(CompleteTest, WhatIsWrittenIsReplaced) {
    const auto items = at("flow F {\n  send email Cart Rem|\n}\n");
    const auto found = std::find_if(items.begin(), items.end(),
                                    [](const auto& item) { return item.label == "Cart Reminder"; });
    ASSERT_NE(found, items.end());
    EXPECT_EQ(found->offset, 22U);
    EXPECT_EQ(found->length, 8U);
    const auto more = at("flow F {\n  send email Cart |\n}\n");
    EXPECT_TRUE(std::any_of(more.begin(), more.end(), [](const auto& item) {
        return item.label == "Cart Reminder" && item.offset == 22U && item.length == 5U;
    })) << "a name may go on behind a space";
}

TEST(CompleteTest, EventsWhereEventsStand) {
    EXPECT_THAT(labels_at("flow F {\n  starts when |\n}\n"),
                IsSupersetOf({"Order Placed", "Email Opened", "Product Restocked", "customer"}));
    EXPECT_THAT(labels_at("segment S when no |\n"), IsSupersetOf({"Order Placed", "of"}));
    EXPECT_THAT(labels_at("flow F {\n  record |\n}\n"), Not(Contains("Gold")));
}

TEST(CompleteTest, StatesSegmentsFlowsWebhooksTopicsAndDays) {
    EXPECT_THAT(labels_at("segment S when customer is in |\n"),
                IsSupersetOf({"Gold", "At Risk", "Fading Readers"}));
    EXPECT_THAT(labels_at("flow F {\n  starts when customer enters |\n}\n"), Contains("Lapsed"));
    EXPECT_THAT(labels_at("flow F {\n  start flow |\n}\n"), Contains("Win Back"));
    EXPECT_THAT(labels_at("flow F {\n  call |\n}\n"), UnorderedElementsAre("Warehouse"));
    EXPECT_THAT(labels_at("message M {\n  topic |\n}\n"), Contains("Newsletter"));
    EXPECT_THAT(labels_at("test \"t\" for |\n"), Contains("Birthday"));
    EXPECT_THAT(labels_at("flow F {\n  starts every |\n}\n"),
                IsSupersetOf({"Monday", "day", "weekday"}));
    EXPECT_THAT(labels_at("flow F {\n  wait until |\n}\n"),
                IsSupersetOf({"Sunday", "between", "best", "a", "customer"}));
}

TEST(CompleteTest, FieldsOfTheCustomerComeWithTheirTypes) {
    const auto items = at("segment S when customer.|\n");
    EXPECT_THAT(labels(items), IsSupersetOf({"country", "points", "churn_risk"}));
    EXPECT_THAT(labels(items), Not(Contains("can")));
    for (const CompletionItem& item : items) {
        if (item.label == "churn_risk") {
            EXPECT_EQ(item.detail, "number predicted");
            EXPECT_EQ(item.documentation, "0 to 1, refreshed nightly");
        }
    }
    EXPECT_THAT(labels_at("segment S when customer.cou|\n"), Contains("country"));
}

TEST(CompleteTest, FieldsOfTheEventStandAloneInWhere) {
    EXPECT_THAT(labels_at("segment S when any Order Placed where |\n"),
                IsSupersetOf({"total", "order_id", "customer"}));
    EXPECT_THAT(labels_at("segment S when total of Order Placed.|\n"), Contains("total"));
    EXPECT_THAT(labels_at("segment S when last Order Placed.|\n"), Contains("category"));
}

TEST(CompleteTest, BindingsAreKnownInsideTheirBlock) {
    const std::string head =
        "flow F {\n  starts when Order Placed as order\n  wait up to 2 days {\n";
    const std::string branch = "    on Review Posted as review {\n";
    EXPECT_THAT(labels_at(head + branch + "      if |\n    }\n  }\n}\n"),
                IsSupersetOf({"order", "review", "customer"}));
    EXPECT_THAT(labels_at(head + branch + "      if review.|\n    }\n  }\n}\n"),
                UnorderedElementsAre("order_id", "stars"));
    const auto outside = labels_at(head + branch + "    }\n  }\n  if |\n}\n");
    EXPECT_THAT(outside, Contains("order"));
    EXPECT_THAT(outside, Not(Contains("review")));
}

TEST(CompleteTest, ArgumentsAreWhatTheMessageUses) {
    const auto items =
        at("flow F {\n  starts when Checkout Started as cart\n  send email Cart Incentive with "
           "|\n}\n");
    EXPECT_THAT(labels(items), IsSupersetOf({"cart", "code"}));
    for (const CompletionItem& item : items) {
        EXPECT_EQ(item.insert, item.label == "code" ? "code = " : item.label);
    }
}

TEST(CompleteTest, ValuesFitTheirField) {
    EXPECT_THAT(labels_at("segment S when customer.email_status is |\n"),
                IsSupersetOf({"\"subscribed\"", "\"never asked\"", "not", "known"}));
    EXPECT_THAT(labels_at("segment S when customer.email_status is |\n"), Not(Contains("yes")));
    EXPECT_THAT(labels_at("segment S when any Email Opened where message is |\n"),
                Contains("Cart Reminder"));
    EXPECT_THAT(labels_at("flow F {\n  set customer.gold_since to |\n}\n"), Contains("today"));
}

TEST(CompleteTest, UnitsFollowTheirNumber) {
    const auto two = labels_at("flow F {\n  wait 2 |\n}\n");
    EXPECT_THAT(two, IsSupersetOf({"days", "hours"}));
    EXPECT_THAT(two, Not(Contains("day")));
    const auto one = labels_at("flow F {\n  wait 1 |\n}\n");
    EXPECT_THAT(one, Contains("day"));
    EXPECT_THAT(one, Not(Contains("days")));
    EXPECT_THAT(labels_at("segment S when any of the last 5 emails were |\n"),
                UnorderedElementsAre("opened", "clicked", "delivered", "bounced", "ignored"));
    EXPECT_THAT(labels_at("segment S when any of the last 5 |\n"),
                UnorderedElementsAre("emails", "sms", "messages"));
}

TEST(CompleteTest, TestsOfferTheFieldsTheyFill) {
    const std::string head = "test \"t\" for Birthday {\n";
    EXPECT_THAT(labels_at(head + "  given customer { |\n}\n"), Contains("first_name"));
    EXPECT_THAT(labels_at(head + "  at 1 hour Order Placed { |\n}\n"), Contains("order_id"));
    EXPECT_THAT(labels_at(head + "  given customer { email_status |\n}\n"),
                Contains("\"unsubscribed\""));
}

TEST(CompleteTest, TextsOfMessagesOfferTheirData) {
    const std::string head =
        "message M {\n  topic News\n  uses Order Placed as order\n  sms \"Hi {";
    EXPECT_THAT(labels_at(head + "|"), UnorderedElementsAre("customer", "order"));
    EXPECT_THAT(labels_at(head + "order.|"), Contains("total"));
    EXPECT_THAT(labels_at(head + "customer.fi|"), Contains("first_name"));
    EXPECT_THAT(labels_at(head + "customer.first_name} and |"), testing::IsEmpty());
}

TEST(CompleteTest, NothingInCommentsAndDeclaredNames) {
    EXPECT_THAT(labels_at("# wait |\n"), testing::IsEmpty());
    EXPECT_THAT(labels_at("flow |\n"), testing::IsEmpty());
    EXPECT_THAT(labels_at("event New Thing { |\n}\n"), testing::IsEmpty());
    EXPECT_THAT(labels_at("event New Thing { field |\n}\n"),
                IsSupersetOf({"text", "money", "one"}));
}

TEST(CompleteTest, AnyCursorIsSafe) {
    const Index index(fixtures::input_of(base()));
    for (std::uint32_t file = 0; file < index.sources().files.size(); ++file) {
        const std::string& text = index.sources().files[file].text;
        for (std::size_t offset = 0; offset <= text.size(); offset += 7) {
            for (const CompletionItem& item : complete(index, file, offset)) {
                ASSERT_LE(item.offset + item.length, offset);
                ASSERT_FALSE(item.label.empty());
            }
        }
    }
    const auto deep = fixtures::marked(base(), "flow F {" + std::string(5000, '{') + "|");
    EXPECT_LE(complete(deep.index, deep.file, deep.offset).size(), 100U);
}

/// `${1:text}` becomes text, `$0` nothing.
std::string filled(std::string_view snippet) {
    std::string out;
    for (std::size_t at = 0; at < snippet.size(); ++at) {
        if (snippet.substr(at, 2) == "${") {
            at = snippet.find(':', at);
        } else if (snippet.substr(at, 2) == "$0") {
            ++at;
        } else if (snippet[at] != '}' ||
                   (at > 0 && (snippet[at - 1] == ' ' || snippet[at - 1] == '\n'))) {
            out += snippet[at];
        }
    }
    return out;
}

TEST(CompleteTest, EverySnippetParsesWhereItIsOffered) {
    const std::vector<std::pair<std::string, std::string>> places{
        {"", ""},
        {"flow F {\n", "\n}"},
        {"flow F {\nwait up to 1 day {\n", "\n}\n}"},
        {"message M {\n", "\n}"},
        {"lifecycle L {\n", "\n}"},
        {"test \"t\" for F {\n", "\n}"}};
    for (const Snippet& snippet : snippets()) {
        const bool parses = std::any_of(places.begin(), places.end(), [&](const auto& place) {
            SourceSet sources;
            sources.files.push_back(
                {"a.flow", place.first + filled(snippet.insert) + place.second});
            std::vector<Diagnostic> found;
            const ast::File file = parse(sources, 0, found);
            return found.empty() && !file.decls.empty();
        });
        EXPECT_TRUE(parses) << filled(snippet.insert);
        EXPECT_TRUE(snippet.insert.starts_with(snippet.word));
    }
}

}  // namespace
}  // namespace sluice::dsl::language
