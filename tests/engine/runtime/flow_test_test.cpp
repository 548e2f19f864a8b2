#include "engine/runtime/flow_test.hpp"

#include "tests/support/story.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;

constexpr std::string_view kCart = R"(
flow Cart Reminder {
  starts when Cart Started as cart
  one run per cart.cart_id
  goal Order Placed within 5 days
  wait 1 hour
  send email Hello
  if cart.total >= 50 {
    wait up to 22 hours {
      on Viewed { stop because "looked again" }
      on timeout { send sms Second }
    }
  }
}
)";

FlowTestResult run(std::string_view test) {
    // The program outlives the result, which points into it.
    static std::vector<std::shared_ptr<const dsl::Program>> kept;
    kept.push_back(testing::compile_text({kShop, kOpenPolicy, kMessages, kCart, test}));
    if (!kept.back()) {
        return {};
    }
    return run_flow_test(kept.back(), kept.back()->tests.front());
}

TEST(FlowTestTest, APassingTestTellsItsTimeline) {
    const FlowTestResult result = run(R"(
test "who does not look again gets a text" for Cart Reminder {
  clock 2026-03-28 20:00
  given customer { email "a@example.com" phone "+49151" email_status "subscribed" sms_status "subscribed" time_zone "Europe/Berlin" }
  given Order Placed 40 days ago { order_id "0" total 5 }
  at 0 minutes Cart Started { cart_id "a" total 80 }
  at 10 minutes Cart Started { cart_id "a" total 90 }
  advance 2 days
  expect at 1 hour email Hello
  expect at 2026-03-29 20:00 sms Second
  expect 2 messages sent
  expect 1 email sent
  expect ended because "completed"
  expect exactly 1 Order Placed
}
)");
    ASSERT_NE(result.test, nullptr);
    EXPECT_TRUE(result.passed());
    EXPECT_EQ(render_timeline(result), R"(    Sat 2026-03-28 20:00          entered (Cart Started)
    Sat 2026-03-28 20:00  s1      wait 1 hour  until Sat 2026-03-28 21:00
    Sat 2026-03-28 20:10          not entered, already running
    Sat 2026-03-28 21:00  s1      the wait ended (time)
    Sat 2026-03-28 21:00  s2      sent email Hello
    Sat 2026-03-28 21:00  s3      yes: cart.total >= 50 (cart.total is 80)
    Sat 2026-03-28 21:00  s4      wait up to 22 hours  until Sun 2026-03-29 20:00
    Sun 2026-03-29 20:00  s4      the wait ended (timeout)
    Sun 2026-03-29 20:00  s6      sent sms Second
    Sun 2026-03-29 20:00          ended: completed
)");
}

TEST(FlowTestTest, AFailingTestSaysWhatHappenedInstead) {
    const FlowTestResult result = run(R"(test "wrong in every row" for Cart Reminder {
  clock 2026-03-02 09:00
  given customer { email "a@example.com" email_status "subscribed" }
  at 0 minutes Cart Started { cart_id "a" total 20 }
  advance 1 day
  expect at 2 hours email Hello
  expect nothing sent
  expect no email
  expect 2 emails sent
  expect goal reached
  expect ended because "looked again"
  expect customer.points > 3
  expect no sms
}
)");
    ASSERT_NE(result.test, nullptr);
    EXPECT_FALSE(result.passed());
    EXPECT_EQ(result.failures.size(), 7U);
    const std::uint32_t line = result.test->line;
    const auto marked = [line](std::uint32_t below, const std::string& row,
                               const std::string& found) {
        return "  > line " + std::to_string(line + below) + ": " + row + "\n    but " + found +
               "\n";
    };
    EXPECT_EQ(render_timeline(result),
              "    Mon 2026-03-02 09:00          entered (Cart Started)\n"
              "    Mon 2026-03-02 09:00  s1      wait 1 hour  until Mon 2026-03-02 10:00\n"
              "    Mon 2026-03-02 10:00  s1      the wait ended (time)\n"
              "    Mon 2026-03-02 10:00  s2      sent email Hello\n"
              "    Mon 2026-03-02 10:00  s3      no: cart.total >= 50 (cart.total is 20)\n"
              "    Mon 2026-03-02 10:00          ended: completed\n"
              "  > Mon 2026-03-02 11:00  line " +
                  std::to_string(line + 5) + "  expect at 2 hours email Hello\n" +
                  marked(5, "expect at 2 hours email Hello", "sent email Hello") +
                  marked(6, "expect nothing sent", "sent email Hello") +
                  marked(7, "expect no email", "sent email Hello") +
                  marked(8, "expect 2 emails sent", "sent email Hello") +
                  marked(9, "expect goal reached", "the goal was not reached") +
                  marked(10, "expect ended because \"looked again\"",
                         "the run ended for another reason") +
                  marked(11, "expect customer.points > 3",
                         "it is false: customer.points > 3 (customer.points is 0)"));
}

TEST(FlowTestTest, NothingHappenedIsSaid) {
    const FlowTestResult result = run(R"(test "an order is not a cart" for Cart Reminder {
  at 0 minutes Order Placed { order_id "1" total 20 }
  advance 1 day
  expect nothing sent
  expect ended
}
)");
    ASSERT_EQ(result.failures.size(), 1U);
    EXPECT_EQ(render_timeline(result), "    nothing happened\n  > line " +
                                           std::to_string(result.test->line + 4) +
                                           ": expect ended\n    but no run ended\n");
}

TEST(FlowTestTest, AStopIsFoundByItsOwnWordsAndAGoalByItsEvent) {
    const FlowTestResult stopped = run(R"(test "looks again" for Cart Reminder {
  given customer { email "a@example.com" email_status "subscribed" }
  at 0 minutes Cart Started { cart_id "a" total 80 }
  at 3 hours Viewed { product_id "p" }
  advance 1 day
  expect ended because "looked again"
  expect no sms Second
}
)");
    EXPECT_TRUE(stopped.passed()) << render_timeline(stopped);
    const FlowTestResult reached = run(R"(test "buys" for Cart Reminder {
  given customer { email "a@example.com" email_status "subscribed" }
  at 0 minutes Cart Started { cart_id "a" total 80 }
  at 30 minutes Order Placed { order_id "1" total 80 }
  advance 1 day
  expect goal reached
  expect ended because "goal"
  expect nothing sent
}
)");
    EXPECT_TRUE(reached.passed()) << render_timeline(reached);
}

}  // namespace
}  // namespace sluice
