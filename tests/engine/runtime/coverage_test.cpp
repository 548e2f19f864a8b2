#include "engine/runtime/coverage.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMessages;
using testing::kOpenPolicy;
using testing::kShop;

constexpr std::string_view kFlows = R"(
flow Everything {
  starts when Cart Started as cart
  if cart.total >= 50 {
    send email Hello or sms Hello
  } otherwise if cart.total >= 20 {
    send sms Second if not sent { stop because "no text" }
  }
  wait for Viewed up to 2 hours {
    on Order Placed { stop }
  }
  split {
    90% Most { send email Hello }
    10% { split { 50% One { wait 1 hour } 50% Two { wait 2 hours } } }
  }
  experiment Gift {
    holdout 50%
    variant Small 25% { wait 1 hour }
    variant Large 25% { wait 2 hours }
  }
  repeat up to 2 times until any Order Placed since entry {
    wait 1 day
  }
  wait until customer.renewal at 10:00, if missing skip
}
flow Nothing { starts when Viewed  send email Hello }
)";

constexpr std::string_view kPerson =
    R"(given customer { email "a@example.com" phone "+4915100000000" email_status "subscribed" })";

struct Measured {
    std::shared_ptr<const dsl::Program> program;
    std::vector<FlowCoverage> flows;

    /// `step > way` of what is not reached.
    [[nodiscard]] std::vector<std::string> missing() const {
        std::vector<std::string> out;
        for (const CoveragePoint& point : flows.front().points) {
            if (!point.reached) {
                out.push_back(point.way.empty() ? point.step : point.step + " > " + point.way);
            }
        }
        return out;
    }
};

Measured measure(const std::vector<std::string>& rows) {
    std::string tests;
    for (const std::string& row : rows) {
        tests += "test \"" + std::to_string(tests.size()) + "\" for Everything { " +
                 std::string(kPerson) + " " + row + " }\n";
    }
    Measured measured;
    measured.program = testing::compile_text({kShop, kOpenPolicy, kMessages, kFlows, tests});
    if (measured.program) {
        measured.flows = measure_coverage(measured.program);
    }
    return measured;
}

TEST(CoverageTest, WithoutTestsNothingIsReached) {
    const Measured measured = measure({});
    ASSERT_EQ(measured.flows.size(), 2U);
    EXPECT_EQ(measured.flows[0].reached(), 0U);
    EXPECT_EQ(measured.flows[0].percent(), 0);
    EXPECT_EQ(measured.flows[1].tests, 0U);
    EXPECT_EQ(measured.flows[1].points.size(), 1U);
}

TEST(CoverageTest, OneTestGoesAllWaysOfChanceAndOneOfEverythingElse) {
    const Measured measured =
        measure({R"(at 0 minutes Cart Started { cart_id "a" total 80 } advance 9 days)"});
    ASSERT_EQ(measured.flows.size(), 2U);
    EXPECT_EQ(measured.flows[0].tests, 1U);
    EXPECT_THAT(
        measured.missing(),
        ElementsAre("if cart.total >= 50 > no", "if cart.total >= 50 > yes to cart.total >= 20",
                    "if cart.total >= 50 > no to cart.total >= 20",
                    "send email Hello or sms Hello > the second choice is sent",
                    "send sms Second if not sent",
                    "send sms Second if not sent > the first choice is sent",
                    "send sms Second if not sent > not sent", "stop because \"no text\"",
                    "wait for Viewed up to 2 hours > on Order Placed",
                    "wait for Viewed up to 2 hours > on Viewed", "stop",
                    "wait until customer.renewal at 10:00, if missing skip > the date is ahead"));
}

TEST(CoverageTest, EveryWayCanBeReached) {
    const std::string reach = R"(email_status "unsubscribed" sms_status "subscribed")";
    const Measured measured = measure({
        R"(at 0 minutes Cart Started { cart_id "a" total 80 } advance 9 days)",
        R"(at 0 minutes Cart Started { cart_id "a" total 10 } at 1 hour Viewed { product_id "p" })",
        R"(at 0 minutes Cart Started { cart_id "a" total 20 } advance 1 day)",
        R"(at 0 minutes customer { )" + reach +
            R"( } at 0 minutes Cart Started { cart_id "a" total 20 }
           at 1 hour Order Placed { order_id "o" total 1 })",
        R"(at 0 minutes customer { renewal 2027-01-01 )" + reach +
            R"( } at 0 minutes Cart Started { cart_id "a" total 80 } advance 9 days)",
    });
    ASSERT_EQ(measured.flows.size(), 2U);
    EXPECT_THAT(measured.missing(), IsEmpty());
    EXPECT_EQ(measured.flows[0].percent(), 100);
    EXPECT_EQ(measured.flows[0].points.front().line, measured.program->flows[0].steps[0].line);
}

TEST(CoverageTest, AWayThatTheGoalTakesFirstIsNoWay) {
    const auto program = testing::compile_text({kShop, kOpenPolicy, kMessages,
                                                R"(flow Restock {
              starts when Cart Started as cart
              goal Order Placed within 10 days
              ends when Viewed where product_id is "p"
              wait for Order Placed up to 5 days
              wait for Viewed up to 5 days
              wait for Viewed where product_id is "p" up to 5 days
            })"});
    ASSERT_TRUE(program);
    std::vector<std::string> ways;
    const std::vector<FlowCoverage> measured = measure_coverage(program);
    for (const CoveragePoint& point : measured.at(0).points) {
        ways.push_back(point.way);
    }
    EXPECT_THAT(ways, ElementsAre("", "timeout", "", "on Viewed", "timeout", "",
                                  "on Viewed where product_id is \"p\"", "timeout"));
}

TEST(CoverageTest, NearlyAllIsNotAHundred) {
    FlowCoverage flow;
    flow.points.resize(1000);
    for (CoveragePoint& point : flow.points) {
        point.reached = true;
    }
    flow.points.back().reached = false;
    EXPECT_EQ(flow.percent(), 99);
}

}  // namespace
}  // namespace sluice
