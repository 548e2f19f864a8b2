#include "tests/dsl/parser/parse_support.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::dsl {
namespace {

TEST(DeclarationTest, CustomersAndEvents) {
    const Parsed p = clean(
        "customer {\n  status one of \"a\", \"b\" default \"a\"\n  tags list of text\n"
        "  risk number predicted personal optional\n  zone timezone\n  vip yes-no\n}\n"
        "catalog event Product Restocked from \"shop\" { id text key  title text }\n"
        "event Newsletter Joined\n");
    const auto& fields = p.decl<ast::CustomerDecl>().fields;
    ASSERT_EQ(fields.size(), 5U);
    EXPECT_EQ(to_text(fields[0].type), "one of \"a\", \"b\"");
    EXPECT_TRUE(fields[0].default_value);
    EXPECT_EQ(fields[1].type.kind, TypeKind::list);
    EXPECT_TRUE(fields[2].predicted && fields[2].personal && fields[2].optional);
    EXPECT_EQ(fields[4].type.kind, TypeKind::yes_no);
    const auto& event = p.decl<ast::EventDecl>(1);
    EXPECT_TRUE(event.catalog && event.fields.at(0).key && !event.fields.at(1).key);
    EXPECT_EQ(event.from, "shop");
    EXPECT_EQ(p.sources.text(p.file.decls[1].span), "catalog event Product Restocked");
}

TEST(DeclarationTest, MessagesKeepTheSpanBetweenTheQuotes) {
    const Parsed p = clean(
        "message Hello {\n  topic News\n  uses Order Placed as order\n  uses code text\n"
        "  email { subject \"Hi {{ x }}\"  preview \"p\"  body file \"a.html\" }\n  sms \"Yo\"\n}\n"
        "message Bye { transactional  email { subject \"s\" body \"b\" } }\n");
    const auto& message = p.decl<ast::MessageDecl>();
    EXPECT_EQ(message.topic->text, "News");
    ASSERT_EQ(message.uses.size(), 2U);
    EXPECT_EQ(message.uses[0].word, "order");
    EXPECT_EQ(message.uses[1].field->type.kind, TypeKind::text);
    EXPECT_EQ(p.sources.text(message.email->subject->span), "Hi {{ x }}");
    EXPECT_TRUE(message.email->body_is_file);
    EXPECT_EQ(message.sms->text, "Yo");
    EXPECT_TRUE(p.decl<ast::MessageDecl>(1).transactional);
    EXPECT_FALSE(p.decl<ast::MessageDecl>(1).email->body_is_file);
}

TEST(DeclarationTest, LifecyclesOfConditionsAndOfTransitions) {
    const Parsed p = clean(
        "lifecycle L {\n  state Gold {\n    enters when a > 1\n    leaves when a < 1\n"
        "    stays at least 30 days\n  }\n  state New when b is 1\n  state Member otherwise\n}\n"
        "lifecycle T {\n  starts in Invited\n  state Invited\n  state Done final\n"
        "  from Invited to Done when at least 2 Order Placed\n"
        "  from Invited to Done when Order Placed where total > 5\n"
        "  from any to Invited after 14 days\n}\n");
    const auto& states = p.decl<ast::LifecycleDecl>().states;
    ASSERT_EQ(states.size(), 3U);
    EXPECT_TRUE(states[0].enters && states[0].leaves && !states[0].when);
    EXPECT_EQ(states[0].stays_at_least->days, 30);
    EXPECT_TRUE(states[2].otherwise);
    const auto& moves = p.decl<ast::LifecycleDecl>(1);
    EXPECT_EQ(moves.starts_in->text, "Invited");
    EXPECT_TRUE(moves.states.at(1).final_state);
    ASSERT_EQ(moves.transitions.size(), 3U);
    EXPECT_TRUE(moves.transitions[0].when && !moves.transitions[0].on);
    EXPECT_TRUE(moves.transitions[1].on && !moves.transitions[1].when);
    EXPECT_FALSE(moves.transitions[2].from);
    EXPECT_EQ(moves.transitions[2].to.text, "Invited");
    EXPECT_EQ(moves.transitions[2].after->days, 14);
}

TEST(DeclarationTest, PoliciesAndWebhooks) {
    const Parsed p = clean(
        "policy Default {\n  time zone customer.time_zone, otherwise \"Europe/Berlin\"\n"
        "  consent email when customer.ok is yes\n"
        "  quiet hours email from 22:00 to 07:00, hold up to 12 hours\n"
        "  quiet hours from 20:00 to 09:00, skip\n  cap 1 sms per day\n  cap 4 emails per 7 days\n"
        "  cap 1 messages per hour\n  holdout 5% of customers\n"
        "  transactional skips caps, quiet hours, holdout\n  stale after 24 hours\n}\n"
        "webhook Shop { post \"https://shop.example\"  secret \"KEY\"  retry 3 times }\n");
    const auto& policy = p.decl<ast::PolicyDecl>();
    EXPECT_EQ(policy.fallback_zone->text, "Europe/Berlin");
    EXPECT_EQ(policy.consent.at(0).channel, ast::Channel::email);
    EXPECT_EQ(policy.quiet_hours.at(0).hold_up_to->seconds, 43'200);
    EXPECT_FALSE(policy.quiet_hours.at(1).channel);
    EXPECT_TRUE(policy.quiet_hours.at(1).skip);
    EXPECT_EQ(policy.caps.at(0).per.days, 1);
    EXPECT_EQ(policy.caps.at(1).kind, "emails");
    EXPECT_EQ(policy.caps.at(2).per.seconds, 3'600);
    EXPECT_EQ(policy.holdout_scaled, 50'000);
    EXPECT_EQ(policy.transactional_skips,
              (std::vector<std::string>{"caps", "quiet hours", "holdout"}));
    EXPECT_EQ(policy.stale_after->seconds, 86'400);
    EXPECT_EQ(p.decl<ast::WebhookDecl>(1).retry_times, 3);
}

TEST(DeclarationTest, TestsOfFlows) {
    const Parsed p = clean(
        "test \"it works\" for \"My flow\" {\n  clock 2026-03-02 09:00\n"
        "  given customer { email \"a@b.c\"  interests [\"x\", \"y\"]  empty [] }\n"
        "  given Order Placed 3 days ago { total 80 }\n"
        "  at 2 hours Email Opened { message Cart Reminder }\n"
        "  at 2026-03-04 10:00 customer { points 5 }\n  advance 10 days\n  expect nothing sent\n"
        "  expect no email\n  expect no sms Cart Nudge\n  expect at 1 hour email Hello\n"
        "  expect at 1 hour call Shop\n  expect 2 messages sent\n  expect goal reached\n"
        "  expect ended because \"x\"\n  expect customer is in Gold\n  expect at least 2 A\n}\n");
    const auto& test = p.decl<ast::TestDecl>();
    EXPECT_EQ(test.title.text, "it works");
    EXPECT_EQ(test.flow.text, "My flow");
    EXPECT_EQ(test.clock_time.minutes, 540);
    ASSERT_EQ(test.items.size(), 15U);
    const auto& customer = std::get<ast::GivenCustomer>(test.items[0].node);
    ASSERT_EQ(customer.props.size(), 3U);
    EXPECT_TRUE(customer.props[1].is_list);
    EXPECT_EQ(customer.props[1].values.size(), 2U);
    EXPECT_TRUE(customer.props[2].is_list && customer.props[2].values.empty());
    EXPECT_EQ(std::get<ast::GivenEvent>(test.items[1].node).ago.days, 3);
    const auto& opened = std::get<ast::AtEvent>(test.items[2].node);
    EXPECT_EQ(std::get<ast::Name>(opened.props.at(0).values.at(0).node).text, "Cart Reminder");
    EXPECT_TRUE(std::get<ast::AtCustomer>(test.items[3].node).at.date);
    EXPECT_FALSE(std::get<ast::ExpectNo>(test.items[6].node).message);
    EXPECT_EQ(std::get<ast::ExpectNo>(test.items[7].node).message->text, "Cart Nudge");
    EXPECT_EQ(std::get<ast::ExpectAtSend>(test.items[8].node).what.message.text, "Hello");
    EXPECT_EQ(std::get<ast::ExpectAtCall>(test.items[9].node).webhook.text, "Shop");
    EXPECT_EQ(std::get<ast::ExpectCount>(test.items[10].node).kind, "messages");
    EXPECT_EQ(std::get<ast::ExpectEnded>(test.items[12].node).because, "x");
    EXPECT_TRUE(std::holds_alternative<ast::ExpectCond>(test.items[14].node));
}

TEST(DeclarationTest, Changes) {
    const Parsed p =
        clean("change \"Old Flow\" {\n  @a moves to @b\n  @c stops\n  was named Older\n}\n");
    EXPECT_EQ(p.decl<ast::ChangeDecl>().flow.text, "Old Flow");
}

TEST(DeclarationTest, NamesOfOtherAlphabets) {
    const Parsed p =
        clean("segment Größte Kunden when any Économie Livrée\nsegment Заказ Новый when any A\n");
    EXPECT_EQ(p.decl<ast::SegmentDecl>().name.text, "Größte Kunden");
    EXPECT_EQ(p.decl<ast::SegmentDecl>(1).name.text, "Заказ Новый");
}

TEST(DeclarationTest, ByteOrderMarkAndLineEndsOfWindows) {
    const Parsed p = clean("\xEF\xBB\xBFsegment A when any B\r\nsegment C when any D # end\r\n");
    EXPECT_EQ(p.file.decls.size(), 2U);
    EXPECT_EQ(p.file.decls[0].span.column, 1U);
}

class ExampleTest : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(ExampleTest, ParsesWithoutAWord) {
    const auto [name, declarations] = GetParam();
    std::ifstream in(std::string(SLUICE_TEST_DATA) + "/examples/" + name);
    const Parsed p = clean(std::string(std::istreambuf_iterator<char>(in), {}));
    EXPECT_EQ(p.file.decls.size(), declarations);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExampleTest,
    testing::Values(std::pair("00-schema.flow", 13), std::pair("01-policy.flow", 3),
                    std::pair("02-lifecycle.flow", 2), std::pair("03-messages.flow", 4),
                    std::pair("10-welcome.flow", 1), std::pair("11-abandoned-cart.flow", 3),
                    std::pair("12-browse.flow", 1), std::pair("13-after-first-order.flow", 1),
                    std::pair("14-replenishment.flow", 1), std::pair("15-win-back.flow", 1),
                    std::pair("16-back-in-stock.flow", 2), std::pair("17-vip.flow", 3)));

}  // namespace
}  // namespace sluice::dsl
