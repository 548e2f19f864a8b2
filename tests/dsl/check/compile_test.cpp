#include "tests/dsl/check/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace sluice::dsl {
namespace {

using fixtures::Project;
using fixtures::read_text;
using ::testing::HasSubstr;

const std::filesystem::path kShop = std::filesystem::path(SLUICE_TEST_DATA) / "shop";
const std::filesystem::path kHere = std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/check";

Project shop(const std::vector<std::string>& more = {}) {
    Project project;
    for (const char* name : {"00-schema.flow", "01-policy.flow", "03-messages.flow",
                             "10-welcome.flow", "11-abandoned-cart.flow"}) {
        project.add(name, read_text(kShop / name));
    }
    for (const std::string& name : more) {
        project.add(name, read_text(kShop / name));
    }
    project.body_folders.push_back(kShop);
    return project;
}

/// The shared schema, policy and messages with one more file.
Project with(const std::string& text) {
    Project project;
    project.add_folder(kHere / "golden/_base");
    project.add("10-flow.flow", text);
    return project;
}

std::shared_ptr<const Program> compiled(const Project& project) {
    const CompileResult result = project.compile();
    EXPECT_TRUE(result.program != nullptr) << project.report(result);
    return result.program;
}

void expect_golden(const std::string& text, const std::string& name) {
    const auto path = kHere / "dump" / name;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }
    EXPECT_EQ(text, read_text(path));
}

TEST(CompileTest, TheShopCompilesWithoutAWord) {
    const Project project = shop();
    const CompileResult result = project.compile();
    EXPECT_EQ(project.report(result), "");
    ASSERT_TRUE(result.program != nullptr);
    EXPECT_EQ(result.program->flows.size(), 2U);
    EXPECT_EQ(result.program->tests.size(), 2U);
    expect_golden(dump(*result.program), "shop.txt");
}

TEST(CompileTest, EveryStepThatRunsHasItsInstruction) {
    Project project;
    project.add_folder(kHere / "golden/clean_everything");
    project.add_folder(kHere / "golden/_base");
    const auto program = compiled(project);
    ASSERT_TRUE(program != nullptr);
    expect_golden(dump(*program), "everything.txt");
}

/// Every file of the design, with the messages it names.
TEST(CompileTest, TheWholeShopCompiles) {
    const Project project = shop({"02-lifecycle.flow", "04-segments.flow", "12-browse.flow",
                                  "13-after-first-order.flow", "14-replenishment.flow",
                                  "15-win-back.flow", "16-back-in-stock.flow", "17-vip.flow"});
    const CompileResult result = project.compile();
    for (const Diagnostic& diagnostic : result.diagnostics) {
        ADD_FAILURE() << render_text(diagnostic, project.sources);
    }
    ASSERT_TRUE(result.program != nullptr);
    expect_golden(dump(*result.program), "whole_shop.txt");
}

TEST(CompileTest, LayoutAndCommentsDoNotChangeTheHash) {
    const auto one = compiled(
        with("flow A {\n  starts when Newsletter Joined\n  wait 1 day\n  send email Hello\n}\n"));
    const auto two =
        compiled(with("# words\nflow A {   starts when Newsletter Joined # here\n\n\n wait 1 day "
                      "send email Hello }"));
    const auto three = compiled(
        with("flow A {\n  starts when Newsletter Joined\n  wait 2 days\n  send email Hello\n}\n"));
    ASSERT_TRUE(one && two && three);
    EXPECT_EQ(one->hash, two->hash);
    EXPECT_NE(one->hash, three->hash);
    EXPECT_EQ(one->hash.size(), 32U);
}

TEST(CompileTest, AnEditedTestIsNoNewProgram) {
    const std::string flow = "flow A {\n  starts when Newsletter Joined\n  send email Hello\n}\n";
    const auto one = compiled(with(flow));
    const auto two =
        compiled(with(flow + "test \"t\" for A {\n  at 0 minutes Newsletter Joined\n"
                             "  expect at least 7 Order Placed in the last 3 days\n}\n"));
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one->hash, two->hash);
}

TEST(CompileTest, AnotherBodyIsAnotherProgram) {
    const std::string flow = "flow A {\n  starts when Newsletter Joined\n  send email Letter\n}\n";
    const auto one =
        compiled(with(flow + "message Letter { email { subject \"Hi\"  body \"One\" } }"));
    const auto two =
        compiled(with(flow + "message Letter { email { subject \"Hi\"  body \"Two\" } }"));
    ASSERT_TRUE(one && two);
    EXPECT_EQ(dump(*one), dump(*two));
    EXPECT_NE(one->hash, two->hash);
}

TEST(CompileTest, FilesMayStandInAnyOrder) {
    Project project;
    project.add_folder(kHere / "golden/_base");
    project.add("00-first.flow",
                "flow A {\n  starts when Newsletter Joined\n  send email Hello\n}\n");
    EXPECT_TRUE(compiled(project) != nullptr);
}

TEST(CompileTest, AnEmptyProjectIsAProgram) {
    const Project project;
    const auto program = compiled(project);
    ASSERT_TRUE(program != nullptr);
    EXPECT_TRUE(program->flows.empty());
    EXPECT_TRUE(program->customer_fields.empty());
    ASSERT_EQ(program->events.size(), 9U);
    EXPECT_EQ(program->events[0].name, "Email Sent");
    EXPECT_EQ(program->events[8].name, "Unsubscribed");
    EXPECT_EQ(program->events[2].fields[0].name, "message");
}

TEST(CompileTest, ABuiltinEventCanHaveMoreFields) {
    const auto program = compiled(with("event Email Clicked { device text optional }\n"));
    ASSERT_TRUE(program != nullptr);
    const EventType& event = program->events[program->find_event("Email Clicked")];
    EXPECT_TRUE(event.builtin);
    ASSERT_EQ(event.fields.size(), 5U);
    EXPECT_EQ(event.fields[4].name, "device");
}

struct CapacityCase {
    std::string quantity;
    std::uint16_t newest;
    std::int64_t min;
    std::int64_t max;
};

class CapacityTest : public ::testing::TestWithParam<CapacityCase> {};

TEST_P(CapacityTest, RemembersJustEnough) {
    const auto program =
        compiled(with("segment S when " + GetParam().quantity + " Order Placed\n"));
    ASSERT_TRUE(program != nullptr);
    ASSERT_EQ(program->aggregates.size(), 1U);
    EXPECT_EQ(program->aggregates[0].newest, GetParam().newest);
    EXPECT_EQ(program->aggregates[0].identity, "Order Placed");
    const auto& node = program->conditions[program->segments[0].condition].node;
    const auto& quantity = std::get<CondQuantity>(node);
    EXPECT_EQ(quantity.min, GetParam().min);
    EXPECT_EQ(quantity.max, GetParam().max);
}

INSTANTIATE_TEST_SUITE_P(
    Quantities, CapacityTest,
    ::testing::Values(CapacityCase{"any", 1, 1, -1}, CapacityCase{"no", 1, 0, 0},
                      CapacityCase{"at least 3", 3, 3, -1}, CapacityCase{"at most 3", 4, 0, 3},
                      CapacityCase{"exactly 3", 4, 3, 3}, CapacityCase{"more than 3", 4, 4, -1},
                      CapacityCase{"fewer than 3", 3, 0, 2},
                      CapacityCase{"exactly 64", 65, 64, 64}),
    [](const auto& test) {
        std::string name = test.param.quantity;
        std::erase(name, ' ');
        return name;
    });

TEST(AggregateTest, EqualPatternsShareOneMemory) {
    const auto program = compiled(
        with("segment A when at least 2 Order Placed where total > 50 in the last 3 days\n"
             "segment B when no Order Placed where total > 50\n"
             "segment C when last Order Placed where total > 50 was more than 60 days ago\n"
             "segment D when any Order Placed where total > 51\n"));
    ASSERT_TRUE(program != nullptr);
    ASSERT_EQ(program->aggregates.size(), 2U);
    EXPECT_EQ(program->aggregates[0].identity, "Order Placed[total > 50]");
    EXPECT_EQ(program->aggregates[0].newest, 2);
    const Index order = program->find_event("Order Placed");
    EXPECT_EQ(program->aggregates_of_event[order], (std::vector<Index>{0, 1}));
}

TEST(AggregateTest, OneEqualityBecomesTheKey) {
    const auto program = compiled(
        with("flow A {\n  starts when Checkout Started as cart\n"
             "  only if no Order Placed where (cart_id is cart.cart_id and total > 5) since entry\n"
             "  send email Cart Reminder with cart\n}\n"));
    ASSERT_TRUE(program != nullptr);
    ASSERT_EQ(program->aggregates.size(), 1U);
    const Aggregate& aggregate = program->aggregates[0];
    EXPECT_EQ(aggregate.identity, "Order Placed[total > 5]{cart_id}");
    EXPECT_EQ(aggregate.key_field, 1U);
    const auto& quantity =
        std::get<CondQuantity>(program->conditions[program->flows[0].only_if].node);
    EXPECT_EQ(quantity.key.kind, Operand::Kind::slot_field);
    EXPECT_EQ(quantity.key.slot, 0U);
    EXPECT_EQ(quantity.window.kind, HistoryWindow::Kind::since_entry);
}

TEST(CheckFlowTest, IfNotSentStandsBesideTheWay) {
    const auto program =
        compiled(with("flow A {\n  starts when Newsletter Joined\n  send email Hello if not sent "
                      "{\n    wait 1 day\n  }\n  wait 2 days\n}\n"));
    ASSERT_TRUE(program != nullptr);
    const auto& code = program->flows[0].code;
    ASSERT_EQ(code.size(), 5U);
    EXPECT_EQ(std::get<OpSend>(code[0].op).not_sent, 2U);
    EXPECT_EQ(std::get<OpJump>(code[1].op).target, 3U);
    EXPECT_EQ(std::get<OpSleep>(code[3].op).duration.days, 2);
    EXPECT_EQ(std::get<OpEnd>(code[4].op).reason, "completed");
}

TEST(CheckFlowTest, StepsAreNumberedInSourceOrder) {
    const auto program =
        compiled(with("flow A {\n  starts when Newsletter Joined\n  if customer.vip is yes {\n    "
                      "send email Hello @first\n  } "
                      "otherwise {\n    wait 1 day\n  }\n  wait   2 days # long\n}\n"));
    ASSERT_TRUE(program != nullptr);
    const auto& steps = program->flows[0].steps;
    ASSERT_EQ(steps.size(), 4U);
    EXPECT_EQ(steps[0].id, "s1");
    EXPECT_EQ(steps[1].id, "first");
    EXPECT_EQ(steps[2].id, "s3");
    EXPECT_EQ(steps[3].id, "s4");
    EXPECT_EQ(steps[3].text, "wait 2 days");
    EXPECT_EQ(steps[3].line, 8U);
}

TEST(CheckFlowTest, AnAwaitedEventNobodyBranchesOnGoesOn) {
    const auto program =
        compiled(with("flow A {\n  starts when Newsletter Joined\n  wait for Order Placed where "
                      "total > 5 up to 3 days {\n"
                      "    on timeout { stop }\n  }\n  send email Hello\n}\n"));
    ASSERT_TRUE(program != nullptr);
    const auto& await = std::get<OpAwait>(program->flows[0].code[0].op);
    ASSERT_EQ(await.branches.size(), 1U);
    EXPECT_NE(await.branches[0].event.filter, kNone);
    EXPECT_EQ(await.branches[0].target, 2U);
    EXPECT_EQ(await.timeout, 1U);
}

TEST(CheckFlowTest, StartsThatNameTheSameEventAlikeShareASlot) {
    const auto program =
        compiled(with("flow A {\n  starts when Checkout Started where total > 100 as cart\n"
                      "  starts when Checkout Started where total < 5 as cart\n  send email Cart "
                      "Reminder with cart\n}\n"));
    ASSERT_TRUE(program != nullptr);
    EXPECT_EQ(program->flows[0].slots.size(), 1U);
    EXPECT_EQ(std::get<StartOnEvent>(program->flows[0].starts[0]).slot,
              std::get<StartOnEvent>(program->flows[0].starts[1]).slot);
}

TEST(CheckTestDeclarationTest, RowsAreTyped) {
    const auto program = compiled(with(
        "flow A {\n  starts when Newsletter Joined\n  send email Hello\n}\n"
        "test \"all rows\" for A {\n  clock 2026-03-02 09:30\n"
        "  given customer { email \"ana@example.com\"  points 5  interests [\"a\", \"b\"]  vip yes "
        "}\n"
        "  given Order Placed 3 days ago { order_id \"o1\"  total 12.5 }\n"
        "  at 5 minutes Newsletter Joined\n  at 10 minutes customer { renewal_date 2026-12-24 }\n"
        "  advance 10 days\n  expect at 5 minutes email Hello\n  expect 1 emails sent\n  expect no "
        "sms\n"
        "  expect customer.points is 5\n  expect ended because \"completed\"\n}\n"));
    ASSERT_TRUE(program != nullptr);
    ASSERT_EQ(program->tests.size(), 1U);
    const dsl::Test& test = program->tests[0];
    EXPECT_EQ(test.clock_date, *parse_date("2026-03-02"));
    EXPECT_EQ(test.clock_time, 570);
    ASSERT_EQ(test.items.size(), 10U);
    const auto& given = std::get<TestGivenCustomer>(test.items[0].node);
    ASSERT_EQ(given.fields.size(), 4U);
    EXPECT_EQ(given.fields[2].second, Value::of_list({"a", "b"}));
    const auto& placed = std::get<TestGivenEvent>(test.items[1].node);
    EXPECT_EQ(placed.ago.days, 3);
    EXPECT_EQ(placed.fields[1].second, Value::of_number(125'000));
    EXPECT_EQ(test.items[6].text, "expect 1 emails sent");
    EXPECT_EQ(std::get<TestExpectCount>(test.items[6].node).channel, Channel::email);
}

TEST(DurationTextTest, SpeaksTheAuthorsWords) {
    EXPECT_EQ(to_text(Duration{}), "0 seconds");
    EXPECT_EQ(to_text(Duration{0, 1, 4 * 3600}), "1 day 4 hours");
    EXPECT_EQ(to_text(Duration{2, 0, 90}), "2 months 1 minute 30 seconds");
    EXPECT_EQ(to_text(Duration{0, 0, 24 * 3600}), "24 hours");
}

TEST(SuppressionTest, ABrokenDeclarationIsTheOnlyReport) {
    const Project project = with(
        "message Broken {\n  emial { subject \"Hi\"  body \"Hi\" }\n}\n"
        "flow A {\n  starts when Newsletter Joined\n  send email Broken\n}\n");
    const CompileResult result = project.compile();
    EXPECT_EQ(result.diagnostics.size(), 1U) << project.report(result);
    EXPECT_TRUE(result.program == nullptr);
}

}  // namespace
}  // namespace sluice::dsl
