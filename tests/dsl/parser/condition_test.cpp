#include "tests/dsl/parser/parse_support.hpp"

namespace sluice::dsl {
namespace {

template <class T>
const T& as(const Parsed& parsed) {
    return std::get<T>(condition_of(parsed).node);
}

std::string words(const Parsed& parsed) {
    return std::string(parsed.sources.text(condition_of(parsed).span));
}

TEST(ConditionTest, AChainOfAndIsOneNode) {
    const Parsed p = condition("a is 1 and b > 2 and not c is known");
    const auto& terms = as<ast::CondAnd>(p).terms;
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<ast::CondNot>(terms[2]->node));
    EXPECT_EQ(p.sources.text(terms[1]->span), "b > 2");
    EXPECT_EQ(words(p), "a is 1 and b > 2 and not c is known");
}

TEST(ConditionTest, AMixtureKeepsItsJoins) {
    const Parsed p = condition("a is 1 and b is 2 or c is 3");
    const auto& mixed = as<ast::CondMixed>(p);
    EXPECT_EQ(mixed.terms.size(), 3U);
    EXPECT_EQ(mixed.is_and, (std::vector<bool>{true, false}));
    EXPECT_EQ(p.sources.text(mixed.joins.at(1)), "or");
}

TEST(ConditionTest, ParenthesesMakeAMixturePlain) {
    const Parsed p = condition("a is 1 and (b is 2 or c is 3)");
    const auto& both = as<ast::CondAnd>(p);
    EXPECT_TRUE(std::holds_alternative<ast::CondOr>(both.terms.at(1)->node));
    EXPECT_EQ(p.sources.text(both.terms[1]->span), "(b is 2 or c is 3)");
}

TEST(ConditionTest, ComparisonsOfEveryKind) {
    const auto comparison = [](const std::string& text) {
        return as<ast::CondCompare>(condition("customer.x " + text)).comparison.index();
    };
    EXPECT_EQ(comparison("is known"), 0U);
    EXPECT_EQ(comparison("is unknown"), 0U);
    EXPECT_EQ(comparison("is not \"DE\""), 1U);
    EXPECT_EQ(comparison(">= 0.5"), 1U);
    EXPECT_EQ(comparison("is one of [\"a\", \"b\"]"), 2U);
    EXPECT_EQ(comparison("is before 2026-01-01"), 3U);
    EXPECT_EQ(comparison("is in the next 3 days"), 4U);
    EXPECT_EQ(comparison("does not contain \"a\""), 5U);
}

TEST(ConditionTest, KnownAndNotKnownAreOpposites) {
    const auto known = [](const std::string& text) {
        return std::get<ast::CmpKnown>(as<ast::CondCompare>(condition(text)).comparison).known;
    };
    EXPECT_TRUE(known("x is known"));
    EXPECT_FALSE(known("x is unknown"));
    EXPECT_FALSE(known("x is not known"));
    EXPECT_TRUE(known("x is not unknown"));
}

TEST(ConditionTest, ValuesAreReadByTheirShape) {
    const auto value = [](const std::string& text) {
        const Parsed p = condition("x is " + text);
        return std::get<ast::CmpValue>(as<ast::CondCompare>(p).comparison).value.node;
    };
    EXPECT_EQ(std::get<Value>(value("12.5")), Value::of_number(125'000));
    EXPECT_EQ(std::get<Value>(value("-3")), Value::of_integer(-3));
    EXPECT_EQ(std::get<Value>(value("\"a \\\"b\\\"\"")), Value::of_text("a \"b\""));
    EXPECT_EQ(std::get<Value>(value("yes")), Value::of_yes_no(true));
    EXPECT_EQ(std::get<Value>(value("2026-03-29")), Value::of_date(*parse_date("2026-03-29")));
    EXPECT_EQ(std::get<Value>(value("09:30")), Value::of_time(570));
    EXPECT_EQ(std::get<ast::Name>(value("Cart Reminder")).text, "Cart Reminder");
    EXPECT_EQ(std::get<ast::Path>(value("cart.total")).words,
              (std::vector<std::string>{"cart", "total"}));
    EXPECT_TRUE(std::holds_alternative<ast::Today>(value("today")));
}

TEST(ConditionTest, AHistoryHasQuantityFilterSequenceAndWindow) {
    const Parsed p = condition(
        "at least 2 Checkout Started where (total > 50 and category is \"Shoes\") "
        "not followed by Order Placed within 2 hours in the last 30 days");
    const auto& history = as<ast::CondHistory>(p);
    EXPECT_EQ(history.quantity.op, ast::QuantityOp::at_least);
    EXPECT_EQ(history.quantity.count, 2);
    EXPECT_EQ(history.event.event.text, "Checkout Started");
    ASSERT_TRUE(history.event.where);
    EXPECT_TRUE(std::holds_alternative<ast::CondAnd>(history.event.where->node));
    ASSERT_TRUE(history.followed_by);
    EXPECT_TRUE(history.followed_by->negated);
    EXPECT_EQ(history.followed_by->within.seconds, 7'200);
    ASSERT_TRUE(history.window);
    EXPECT_EQ(history.window->duration.days, 30);
}

TEST(ConditionTest, QuantitiesAndWindowsOfEveryKind) {
    using Op = ast::QuantityOp;
    using Kind = ast::Window::Kind;
    const auto history = [](const std::string& text) {
        const Parsed p = condition(text);
        const auto& node = as<ast::CondHistory>(p);
        return std::pair(node.quantity.op, node.window.value_or(ast::Window{}).kind);
    };
    EXPECT_EQ(history("any A in the last 2 weeks"), std::pair(Op::any, Kind::in_the_last));
    EXPECT_EQ(history("no A since entry"), std::pair(Op::none, Kind::since_entry));
    EXPECT_EQ(history("at most 3 A since 2026-01-01"), std::pair(Op::at_most, Kind::since_date));
    EXPECT_EQ(history("more than 3 A since the last B"),
              std::pair(Op::more_than, Kind::since_last_event));
    EXPECT_EQ(history("fewer than 3 A before entry"),
              std::pair(Op::fewer_than, Kind::before_entry));
    EXPECT_EQ(history("exactly 0 \"Added to Cart\" since entry"),
              std::pair(Op::exactly, Kind::since_entry));
}

TEST(ConditionTest, MessagesAreCountedAmongTheLast) {
    const Parsed p = condition("none of the last 3 emails were opened");
    const auto& messages = as<ast::CondMessages>(p);
    EXPECT_EQ(messages.quantity.op, ast::QuantityOp::none);
    EXPECT_EQ(messages.last, 3);
    EXPECT_EQ(messages.kind, "emails");
    EXPECT_EQ(messages.outcome, "opened");
}

TEST(ConditionTest, RecencyAndLastFields) {
    const Parsed between = condition("last Order Placed was between 60 days and 5 months ago");
    EXPECT_EQ(as<ast::CondRecency>(between).low.days, 60);
    EXPECT_EQ(as<ast::CondRecency>(between).high.months, 5);
    const Parsed first = condition("first Order Placed where total > 5 was less than 1 day ago");
    EXPECT_TRUE(as<ast::CondRecency>(first).first);
    EXPECT_TRUE(as<ast::CondRecency>(first).event.where);
    const Parsed field = condition("last Order Placed.category is \"Shoes\"");
    EXPECT_EQ(as<ast::CondLastField>(field).field, "category");
}

TEST(ConditionTest, AggregatesOfEveryKind) {
    const Parsed total =
        condition("total of Order Placed.total where total > 5 in the last 365 days >= 500");
    EXPECT_EQ(as<ast::CondAggregate>(total).function, "total");
    EXPECT_EQ(as<ast::CondAggregate>(total).field, "total");
    EXPECT_TRUE(as<ast::CondAggregate>(total).event.where);
    EXPECT_EQ(as<ast::CondAggregate>(total).window->duration.days, 365);
    const Parsed different = condition("number of different Product Viewed.category > 3");
    EXPECT_EQ(as<ast::CondAggregate>(different).function, "number_of_different");
    const Parsed count = condition("count of Order Placed in the last 2 days < 4");
    EXPECT_EQ(as<ast::CondAggregate>(count).field, "");
    const Parsed intent = condition("intent of Product Viewed with half-life 3 days >= 2");
    EXPECT_EQ(as<ast::CondAggregate>(intent).half_life->days, 3);
    const Parsed gap = condition("days between Order Placed < 30");
    EXPECT_EQ(as<ast::CondAggregate>(gap).function, "days_between");
    const Parsed engaged = condition("engagement with email in the last 5 messages > 0.5");
    EXPECT_EQ(as<ast::CondAggregate>(engaged).function, "engagement");
}

TEST(ConditionTest, CustomersDaysAndHours) {
    EXPECT_EQ(as<ast::CondCanGet>(condition("customer can get sms")).channel, ast::Channel::sms);
    EXPECT_TRUE(as<ast::CondIsIn>(condition("customer is not in Gold")).negated);
    EXPECT_FALSE(as<ast::CondIsIn>(condition("customer is in Gold")).negated);
    const Parsed been = condition("customer has been in At Risk for more than 14 days");
    EXPECT_TRUE(as<ast::CondHasBeenIn>(been).more);
    EXPECT_EQ(as<ast::CondToday>(condition("today is Monday")).day.text, "Monday");
    EXPECT_EQ(as<ast::CondToday>(condition("today is a weekend")).op, ast::CondToday::Op::weekend);
    EXPECT_EQ(as<ast::CondToday>(condition("today is after 2026-11-27")).op,
              ast::CondToday::Op::after);
    EXPECT_EQ(as<ast::CondNowBetween>(condition("now is between 09:00 and 17:30")).to.minutes,
              1'050);
}

TEST(ConditionTest, FieldsMayBeNamedLikeWordsOfTheLanguage) {
    condition("last is 1 and total > 2 and customer.email is \"a\" and message is Cart Reminder");
    condition("count > 3 or days is 2 or number is 1");
}

TEST(ConditionTest, AConditionMayGoOnOverLines) {
    const Parsed p = condition(
        "(\n  customer.country is \"DE\" or\n  message is Hello\n)\n  and any Order Placed");
    EXPECT_EQ(as<ast::CondAnd>(p).terms.size(), 2U);
}

}  // namespace
}  // namespace sluice::dsl
