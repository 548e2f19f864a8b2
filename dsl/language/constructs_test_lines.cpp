// The lines of a test.
#include "dsl/language/constructs_tables.hpp"

#include <array>

namespace sluice::dsl::language {
namespace {

using parser::Node;
constexpr Chapter kTests = Chapter::tests;

// clang-format off
constexpr auto kTable = std::to_array<Construct>({
    {Node::clock, kTests, "clock DATE TIME", "When the test begins. Everything else is counted from here, in the policy's own time zone unless the customer has one.",
     Part::test, "clock 2026-03-02 09:00\n"},
    {Node::given_customer, kTests, "given customer { WORD VALUE … }", "What is known of her before it begins.",
     Part::test, "given customer { email \"ana@example.com\"  email_status \"subscribed\"  interests [\"tea\", \"coffee\"] }\n"},
    {Node::given_event, kTests, "given EVENT DURATION ago [{ WORD VALUE … }]", "Something she did before it begins. It counts in the history and starts nothing.",
     Part::test, "given Order Placed 40 days ago { order_id \"o1\"  total 25 }\n"},
    {Node::at_event, kTests, "at MOMENT EVENT [{ WORD VALUE … }]", "Something she does.",
     Part::test, "at 30 minutes Order Placed { order_id \"o1\"  total 80 }\n"},
    {Node::at_customer, kTests, "at MOMENT customer { WORD VALUE … }", "Something about her that becomes known or changes.",
     Part::test, "at 2 hours customer { email_status \"unsubscribed\" }\n"},
    {Node::moment, kTests, "DURATION · DATE TIME", "A moment of a test: so long after its clock, or a date and a time.",
     Part::test, "at 2 days 3 hours Preferences Saved\nat 2026-03-03 10:00 Newsletter Joined\n"},
    {Node::prop, kTests, "{ WORD VALUE … }", "Fields and their values. A list stands in `[ ]`.",
     Part::test, "at 0 minutes Product Viewed { product_id \"p1\"  title \"Kettle\"  category \"Kitchen\" }\n"},
    {Node::advance, kTests, "advance DURATION", "Lets the clock run on. What is due on the way happens in order.",
     Part::test, "advance 10 days\n"},
    {Node::expect_send, kTests, "expect at MOMENT email|sms MESSAGE", "The message went out at this moment. A message that quiet hours held counts when it was let go.",
     Part::test, "expect at 1 hour email Hello\n"},
    {Node::expect_call, kTests, "expect at MOMENT call WEBHOOK", "The webhook was called at this moment.",
     Part::test, "expect at 1 hour call Warehouse\n"},
    {Node::expect_nothing, kTests, "expect nothing sent", "No message at all so far.", Part::test, "expect nothing sent\n"},
    {Node::expect_no, kTests, "expect no email|sms [MESSAGE]", "No message on this channel, or not this one.", Part::test, "expect no sms\nexpect no email Cart Reminder\n"},
    {Node::expect_count, kTests, "expect N emails|sms|messages sent", "So many, not more and not fewer.", Part::test, "expect 2 emails sent\n"},
    {Node::expect_goal, kTests, "expect goal reached", "The goal of the flow was reached.", Part::test, "expect goal reached\n"},
    {Node::expect_ended, kTests, "expect ended [because TEXT]", "The run is over, and for this reason: the words of a `stop because`, or one of the [reasons](outcomes.md).",
     Part::test, "expect ended\nexpect ended because \"completed\"\n"},
    {Node::expect_condition, kTests, "expect CONDITION", "Any condition, asked at this moment.", Part::test, "expect customer.points >= 50\n"},
});
// clang-format on

}  // namespace

std::span<const Construct> test_constructs() {
    return kTable;
}

}  // namespace sluice::dsl::language
