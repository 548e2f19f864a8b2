#include "tests/dsl/parser/parse_support.hpp"

namespace sluice::dsl {
namespace {

TEST(FlowTest, HeaderLinesOfEveryKind) {
    const Parsed p = flow(
        "starts when Order Placed where total > 5 as order\n"
        "starts when Price Dropped as drop, for customers with any Product Viewed\n"
        "starts when customer moves from Gold to Silver\n"
        "starts 5 days before customer.next_order_on at 09:00\n"
        "starts on customer.birthday every year at 09:00\n"
        "starts every Monday at 08:00 for customers in Gold\n"
        "only if any Order Placed\n"
        "re-entry after 3 days\n"
        "re-entry any time\n"
        "one run per order.order_id\n"
        "while running restart\n"
        "goal Order Placed since entry within 60 days\n"
        "ends when customer leaves Gold\n"
        "ends when customer is in Gold\n"
        "ends when Order Placed where total > 5\n"
        "priority high\n"
        "holdout 2.5%\n");
    ASSERT_EQ(flow_of(p).headers.size(), 17U);
    const auto& event = std::get<ast::StartWhenEvent>(header<ast::HeaderStart>(p, 0).node);
    EXPECT_EQ(event.binding, "order");
    EXPECT_TRUE(event.event.where);
    const auto& fan_out = std::get<ast::StartWhenEvent>(header<ast::HeaderStart>(p, 1).node);
    EXPECT_TRUE(fan_out.for_customers_with);
    const auto& moved = std::get<ast::StartWhenState>(header<ast::HeaderStart>(p, 2).node);
    EXPECT_EQ(moved.change.to.text, "Silver");
    const auto& before = std::get<ast::StartDate>(header<ast::HeaderStart>(p, 3).node);
    EXPECT_EQ(before.offset->days, 5);
    EXPECT_TRUE(before.before);
    EXPECT_EQ(before.at->minutes, 540);
    EXPECT_TRUE(std::get<ast::StartDate>(header<ast::HeaderStart>(p, 4).node).every_year);
    const auto& every = std::get<ast::StartEvery>(header<ast::HeaderStart>(p, 5).node);
    EXPECT_EQ(every.what, "named");
    EXPECT_EQ(every.day.text, "Monday");
    EXPECT_EQ(every.in_state->text, "Gold");
    EXPECT_EQ(header<ast::HeaderReEntry>(p, 7).after.days, 3);
    EXPECT_EQ(header<ast::HeaderReEntry>(p, 8).kind, ast::HeaderReEntry::Kind::any_time);
    EXPECT_TRUE(header<ast::HeaderWhileRunning>(p, 10).restart);
    EXPECT_TRUE(header<ast::HeaderGoal>(p, 11).since_entry);
    EXPECT_EQ(header<ast::HeaderEndsWhen>(p, 12).node.index(), 1U);
    EXPECT_EQ(header<ast::HeaderEndsWhen>(p, 13).node.index(), 2U);
    EXPECT_EQ(header<ast::HeaderEndsWhen>(p, 14).node.index(), 0U);
    EXPECT_EQ(header<ast::HeaderHoldout>(p, 16).percent_scaled, 25'000);
}

TEST(FlowTest, EveryMondayInAStateAndEveryDayAreToldApart) {
    const Parsed p = flow("starts every day at 08:00 for customers in Gold\n");
    const auto& every = std::get<ast::StartEvery>(header<ast::HeaderStart>(p, 0).node);
    EXPECT_EQ(every.what, "day");
    EXPECT_EQ(every.in_state->text, "Gold");
}

TEST(FlowTest, WaitsForEvents) {
    const Parsed p = flow(
        "wait for Review Posted where stars > 3 up to 7 days {\n"
        "  on Review Posted as review { stop }\n"
        "  on timeout { stop because \"late\" }\n"
        "} @late\n"
        "wait for Order Placed up to 1 hour 30 minutes\n");
    const auto& branched = step<ast::WaitForEvent>(p, 0);
    ASSERT_EQ(branched.branches.size(), 2U);
    EXPECT_EQ(branched.branches[0].binding, "review");
    EXPECT_FALSE(branched.branches[1].event);
    EXPECT_EQ(std::get<ast::StopStep>(branched.branches[1].block.at(0).node).because, "late");
    EXPECT_EQ(flow_of(p).steps[0].label, "late");
    EXPECT_EQ(p.sources.text(flow_of(p).steps[0].span),
              "wait for Review Posted where stars > 3 up to 7 days");
    EXPECT_EQ(step<ast::WaitForEvent>(p, 1).up_to.seconds, 5'400);
    EXPECT_TRUE(step<ast::WaitForEvent>(p, 1).branches.empty());
}

template <class T>
T until(const std::string& text) {
    const Parsed p = flow("wait until " + text);
    return std::get<T>(step<ast::WaitUntil>(p).until.node);
}

TEST(FlowTest, WaitsUntilEveryKindOfMoment) {
    EXPECT_EQ(until<ast::UntilTime>("10:00").at.minutes, 600);
    EXPECT_EQ(until<ast::UntilNamedDay>("Tuesday at 10:00").day.text, "Tuesday");
    EXPECT_TRUE(until<ast::UntilDayKind>("a weekend at 10:00").weekend);
    EXPECT_FALSE(until<ast::UntilDate>("2026-11-27").at);
    EXPECT_TRUE(until<ast::UntilBetween>("between 09:00 and 17:00 on a weekday").on_a_weekday);
    EXPECT_EQ(until<ast::UntilBest>("best sms time within 1 day").channel, ast::Channel::sms);
    const auto before =
        until<ast::UntilPath>("7 days before customer.renewal_date at 10:00, if missing skip");
    EXPECT_TRUE(before.before);
    EXPECT_FALSE(before.stop_if_missing);
    EXPECT_EQ(before.at->minutes, 600);
    EXPECT_TRUE(until<ast::UntilPath>("customer.birthday, if missing stop").stop_if_missing);
}

TEST(FlowTest, AWaitMayEndAtATimeOfDay) {
    const Parsed p = flow("wait 2 days, then until a weekday at 11:00");
    const auto& wait = step<ast::WaitDuration>(p);
    EXPECT_EQ(wait.duration.days, 2);
    ASSERT_TRUE(wait.then_until);
    EXPECT_TRUE(std::holds_alternative<ast::UntilDayKind>(wait.then_until->node));
}

TEST(FlowTest, DurationsKeepCalendarAndClockApart) {
    const Parsed p = flow("wait 1 year 2 months 3 weeks 4 days 5 hours 6 minutes 7 seconds");
    const ast::Duration& d = step<ast::WaitDuration>(p).duration;
    EXPECT_EQ(d.months, 14);
    EXPECT_EQ(d.days, 25);
    EXPECT_EQ(d.seconds, 5 * 3'600 + 6 * 60 + 7);
}

TEST(FlowTest, SendsWithEverything) {
    const Parsed p = flow(
        "send email Offer or sms Offer Short with cart, code = \"X\", n = cart.total "
        "at best time within 18 hours if not sent { stop }");
    const auto& send = step<ast::Send>(p);
    EXPECT_EQ(send.first.message.text, "Offer");
    EXPECT_EQ(send.alternative->channel, ast::Channel::sms);
    ASSERT_EQ(send.args.size(), 3U);
    EXPECT_FALSE(send.args[0].value);
    EXPECT_TRUE(send.args[2].value);
    EXPECT_EQ(send.best_time_within->seconds, 64'800);
    EXPECT_EQ(send.if_not_sent->size(), 1U);
}

TEST(FlowTest, IfChainsSplitsAndLoops) {
    const Parsed p = flow(
        "if a is 1 { stop } otherwise if b is 2 { stop } otherwise { stop stop }\n"
        "split { 80% { stop }  20% Rest { stop } }\n"
        "repeat up to 3 times until any Order Placed since entry { wait 1 day }\n"
        "repeat up to 2 times { wait 1 day }");
    EXPECT_EQ(step<ast::If>(p).arms.size(), 2U);
    EXPECT_EQ(step<ast::If>(p).otherwise->size(), 2U);
    EXPECT_EQ(step<ast::Split>(p, 1).arms.at(0).percent_scaled, 800'000);
    EXPECT_EQ(step<ast::Split>(p, 1).arms.at(1).name, "Rest");
    EXPECT_TRUE(step<ast::Repeat>(p, 2).until);
    EXPECT_EQ(step<ast::Repeat>(p, 3).times, 2);
    EXPECT_EQ(p.sources.text(flow_of(p).steps[0].span), "if a is 1");
}

TEST(FlowTest, Experiments) {
    const Parsed p = flow(
        "experiment Offer {\n  measure Order Placed within 14 days\n  winner after 4000 customers\n"
        "  holdout 10%\n  choose by bandit\n  variant A 45% { stop }\n  variant B 45% { stop }\n}");
    const auto& experiment = step<ast::Experiment>(p);
    EXPECT_EQ(experiment.name.text, "Offer");
    EXPECT_EQ(experiment.measure->event.text, "Order Placed");
    EXPECT_EQ(experiment.winner_after, 4'000);
    EXPECT_EQ(experiment.holdout_scaled, 100'000);
    EXPECT_TRUE(experiment.bandit);
    EXPECT_EQ(experiment.variants.at(1).percent_scaled, 450'000);
}

TEST(FlowTest, TheShortSteps) {
    const Parsed p = flow(
        "set customer.seen to today\nadd 50 to customer.points\n"
        "remove \"x\" from customer.interests\nclear customer.seen\n"
        "call Warehouse with gift = \"box\"\nrecord Gift Sent\nstart flow Next One\n"
        "move customer to Stalled\nstop @end");
    EXPECT_TRUE(std::holds_alternative<ast::Today>(step<ast::SetStep>(p, 0).value.node));
    EXPECT_EQ(step<ast::AddStep>(p, 1).path.words.at(1), "points");
    EXPECT_EQ(step<ast::RemoveStep>(p, 2).path.words.at(1), "interests");
    EXPECT_EQ(step<ast::ClearStep>(p, 3).path.words.at(1), "seen");
    EXPECT_EQ(step<ast::CallStep>(p, 4).args.size(), 1U);
    EXPECT_EQ(step<ast::RecordStep>(p, 5).event.text, "Gift Sent");
    EXPECT_EQ(step<ast::StartFlowStep>(p, 6).flow.text, "Next One");
    EXPECT_EQ(step<ast::MoveStep>(p, 7).state.text, "Stalled");
    EXPECT_EQ(flow_of(p).steps.at(8).label, "end");
}

TEST(FlowTest, ABrokenStepIsLeftOutAndTheRestStays) {
    const Parsed p = parsed(
        "flow F {\n  starts when A\n  send email\n  if x is 1 {\n    wait 2 dys\n    stop\n  }\n"
        "  wait 1 day\n}\nsegment S when any A\n");
    EXPECT_EQ(p.diagnostics.size(), 2U);
    ASSERT_EQ(p.file.decls.size(), 2U);
    ASSERT_EQ(flow_of(p).steps.size(), 2U);
    EXPECT_EQ(step<ast::If>(p, 0).arms.at(0).block.size(), 1U);
}

TEST(FlowTest, ReadableHabitsKeepTheirMeaning) {
    const Parsed p =
        parsed("flow F {\n  wait until 9pm\n  if a == 1 AND b != 2 { stop } else { stop }\n}\n");
    EXPECT_EQ(p.diagnostics.size(), 5U);
    EXPECT_EQ(std::get<ast::UntilTime>(step<ast::WaitUntil>(p).until.node).at.minutes, 21 * 60);
    const auto& choice = step<ast::If>(p, 1);
    ASSERT_TRUE(choice.otherwise);
    const auto& both = std::get<ast::CondAnd>(choice.arms.at(0).cond.node);
    const auto& second = std::get<ast::CondCompare>(both.terms.at(1)->node);
    EXPECT_EQ(std::get<ast::CmpValue>(second.comparison).op, ast::CompareOp::not_equal);
}

}  // namespace
}  // namespace sluice::dsl
