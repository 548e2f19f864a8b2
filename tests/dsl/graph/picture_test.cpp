// The model: what each construct of the language becomes.
#include "tests/dsl/graph/graph_support.hpp"

#include <gmock/gmock.h>

namespace sluice::dsl::graph {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> labels(const Node& node) {
    std::vector<std::string> out;
    for (const Way& way : node.ways) {
        out.push_back(way.label);
    }
    return out;
}

struct Case {
    std::string_view name, text;
    Kind kind;
    std::string_view verb, title;
    std::vector<std::string> details;
};

class PlainStepTest : public testing::TestWithParam<Case> {};

TEST_P(PlainStepTest, SaysWhatIsWritten) {
    const Case& want = GetParam();
    const Node node = step(std::string(want.text));
    EXPECT_EQ(node.kind, want.kind);
    EXPECT_EQ(node.verb, want.verb);
    EXPECT_EQ(node.title, want.title);
    EXPECT_EQ(node.details, want.details);
    EXPECT_EQ(node.id, "s1");
    EXPECT_THAT(node.ways, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Steps, PlainStepTest,
    testing::Values(
        Case{"Duration", "wait 2 days", Kind::wait, "Wait", "2 days", {}},
        Case{"ThenUntil",
             "wait 2 days, then until 10:00",
             Kind::wait,
             "Wait",
             "2 days",
             {"then until 10:00"}},
        Case{"Until",
             "wait until Saturday at 10:00",
             Kind::wait,
             "Wait",
             "until Saturday at 10:00",
             {}},
        Case{"UntilDate",
             "wait until 7 days before customer.renewal at 10:00, if missing stop",
             Kind::wait,
             "Wait",
             "until 7 days before customer.renewal at 10:00",
             {"if missing stop"}},
        Case{"Best",
             "wait until best email time within 24 hours",
             Kind::wait,
             "Wait",
             "until best email time within 24 hours",
             {}},
        Case{"Event",
             "wait for Order Placed where total > 3 up to 2 days",
             Kind::wait,
             "Wait",
             "for Order Placed",
             {"where total > 3", "up to 2 days"}},
        Case{"Email",
             "send email Hello with cart, code = \"X\"",
             Kind::email,
             "Send email",
             "Hello",
             {"with cart, code = \"X\""}},
        Case{"Alternative",
             "send sms Hello or email Good Day at best time within 2 hours",
             Kind::sms,
             "Send sms",
             "Hello",
             {"or email Good Day", "at best time within 2 hours"}},
        Case{"Set", "set customer.points to 5", Kind::data, "Set", "customer.points to 5", {}},
        Case{"Add", "add 5 to customer.points", Kind::data, "Add", "5 to customer.points", {}},
        Case{"Remove",
             "remove \"a\" from customer.tags",
             Kind::data,
             "Remove",
             "\"a\" from customer.tags",
             {}},
        Case{"Clear", "clear customer.tags", Kind::data, "Clear", "customer.tags", {}},
        Case{"Call",
             "call Warehouse with gift = \"box\"",
             Kind::call,
             "Call",
             "Warehouse",
             {"with gift = \"box\""}},
        Case{"Record", "record Gift Sent", Kind::record, "Record", "Gift Sent", {}},
        Case{"Stop", "stop because \"done\"", Kind::stop, "Stop", "because \"done\"", {}},
        Case{"StartFlow", "start flow Win Back", Kind::start_flow, "Start flow", "Win Back", {}},
        Case{"Move", "move customer to Stalled", Kind::move, "Move customer", "to Stalled", {}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PictureTest, ASingleIfAsksYesOrOtherwise) {
    const Node node = step("if customer.points > 3 and customer can get sms { stop }");
    EXPECT_EQ(node.kind, Kind::condition);
    EXPECT_EQ(node.title, "customer.points > 3 and customer can get sms");
    EXPECT_THAT(labels(node), ElementsAre("yes", "otherwise"));
    EXPECT_FALSE(falls_through(node.ways[0].steps));
    EXPECT_TRUE(falls_through(node));
}

TEST(PictureTest, SeveralArmsCarryTheirConditions) {
    const Node node = step(
        "if customer.points > 3 { stop } otherwise if customer.points > 1 { stop }\n"
        "otherwise { stop }");
    EXPECT_THAT(labels(node),
                ElementsAre("customer.points > 3", "customer.points > 1", "otherwise"));
    EXPECT_FALSE(falls_through(node));
}

TEST(PictureTest, AWaitShowsTheWaysThatAreNotWritten) {
    EXPECT_THAT(
        labels(step("wait for Order Delivered where order_id is order.order_id up to 14 days "
                    "{ on timeout { stop } }")),
        ElementsAre("Order Delivered", "after 14 days"));
    EXPECT_THAT(labels(step("wait for Email Clicked where message is Hello up to 2 days "
                            "{ on Email Clicked { wait 1 day } }")),
                ElementsAre("Hello clicked", "after 2 days"));
    EXPECT_THAT(labels(step("wait for Order Placed up to 2 days { on Order Placed where total > 5 "
                            "as big { wait 1 day } }")),
                ElementsAre("Order Placed where total > 5", "Order Placed", "after 2 days"));
    EXPECT_THAT(labels(step("wait up to 22 hours { on Email Opened where message is Hello { wait 1 "
                            "day } on timeout { stop } }")),
                ElementsAre("Hello opened", "after 22 hours"));
}

TEST(PictureTest, SharesAndVariantsAreLabelled) {
    EXPECT_THAT(labels(step("split { 80% { stop } 20% Quiet { stop } }")),
                ElementsAre("80%", "Quiet 20%"));
    const Node node = step(
        "experiment Offer {\n measure Order Placed within 14 days\n winner after 4000 customers\n"
        " holdout 10%\n variant Beans 45% { stop }\n variant Grinders 45% { stop }\n}");
    EXPECT_EQ(node.kind, Kind::experiment);
    EXPECT_EQ(node.title, "Offer");
    EXPECT_THAT(node.details,
                ElementsAre("measure Order Placed within 14 days", "winner after 4,000 customers"));
    EXPECT_THAT(labels(node), ElementsAre("Beans 45%", "Grinders 45%", "holdout 10%"));
}

TEST(PictureTest, ARepeatHasOneWayAndAlwaysGoesOn) {
    const Node node = step("repeat up to 3 times until any Order Placed since entry { stop }");
    EXPECT_EQ(node.kind, Kind::repeat);
    EXPECT_EQ(node.title, "up to 3 times");
    EXPECT_THAT(node.details, ElementsAre("until any Order Placed since entry"));
    EXPECT_EQ(node.ways.size(), 1U);
    EXPECT_TRUE(falls_through(node));
}

TEST(PictureTest, NotSentIsAWayOfASend) {
    EXPECT_THAT(labels(step("send sms Short if not sent { stop }")),
                ElementsAre("sent", "not sent"));
}

TEST(PictureTest, StepsAreNumberedInSourceOrderAndLabelsKept) {
    const Picture picture = flow(
        "wait 1 day\nif customer.points > 3 {\n wait 2 days @second-wait\n wait 3 days\n}\nstop");
    std::vector<std::string> ids;
    each_node(picture.steps, [&](const Node& node) { ids.push_back(node.id); });
    EXPECT_THAT(ids, ElementsAre("s1", "s2", "second-wait", "s4", "s5"));
}

TEST(PictureTest, TheHeaderStandsInOneOrder) {
    const Picture picture = drawn(
                                "flow F \"Says why\" {\n  re-entry never\n"
                                "  goal Order Placed within 5 days\n"
                                "  starts when Order Placed as order\n"
                                "  only if customer can get email\n"
                                "      and no Order Placed   # so far\n"
                                "  ends when customer leaves At Risk\n}\n")
                                .flow("F");
    EXPECT_EQ(picture.description, "Says why");
    std::vector<std::string> lines;
    for (const Fact& fact : picture.facts) {
        lines.push_back(fact.verb + ": " + fact.text);
    }
    EXPECT_THAT(lines, ElementsAre("Starts: when Order Placed as order",
                                   "Only if: customer can get email and no Order Placed",
                                   "Goal: Order Placed within 5 days",
                                   "Ends when: customer leaves At Risk", "Re-entry: never"));
}

TEST(PictureTest, PeopleAreShownWhereTheyAre) {
    Drawn project = drawn("flow F {\n wait 1 day\n wait 2 days @long\n}\n");
    project.counts = {{"F", {{"long", 1204}, {"nowhere", 3}}}};
    const Picture picture = project.flow("F");
    EXPECT_EQ(picture.steps[0].people, std::nullopt);
    EXPECT_EQ(picture.steps[1].people, 1204);
    EXPECT_EQ(grouped(1204), "1,204");
    EXPECT_EQ(grouped(12), "12");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(project.overview().flows[0].people, 1207);
}

TEST(StateChartTest, OrderedStatesKeepTheirConditions) {
    const StateChart chart = drawn(
                                 "lifecycle L {\n state Gold {\n enters when no Order Placed\n"
                                 " leaves when any Order Placed\n stays at least 30 days\n }\n"
                                 " state Member otherwise\n}\n"
                                 "flow Party { starts when customer enters Gold }\n")
                                 .lifecycle("L");
    EXPECT_TRUE(chart.ordered);
    ASSERT_EQ(chart.states.size(), 2U);
    EXPECT_THAT(chart.states[0].details,
                ElementsAre("enters when no Order Placed", "leaves when any Order Placed",
                            "stays at least 30 days"));
    EXPECT_THAT(chart.states[0].flows, ElementsAre("entering starts Party"));
    EXPECT_THAT(chart.states[1].details, ElementsAre("otherwise"));
}

TEST(StateChartTest, TransitionsOfOnePairAreOneArrow) {
    const StateChart chart = drawn(
                                 "lifecycle L {\n state A\n starts in B\n state B\n"
                                 " from B to A when Order Placed\n from B to A after 3 days\n"
                                 " from any to B when Left Alone\n}\n")
                                 .lifecycle("L");
    EXPECT_FALSE(chart.ordered);
    EXPECT_EQ(chart.states[0].name, "B") << "the state it starts in stands first";
    ASSERT_EQ(chart.arrows.size(), 2U);
    EXPECT_THAT(chart.arrows[0].labels, ElementsAre("when Order Placed", "after 3 days"));
    EXPECT_EQ(chart.arrows[0].from, 0U);
    EXPECT_EQ(chart.arrows[0].to, 1U);
    EXPECT_EQ(chart.arrows[1].from, std::nullopt);
}

TEST(StateChartTest, AStateNobodyDeclaresIsDrawnAndSaysSo) {
    const StateChart chart =
        drawn("lifecycle L {\n state A\n from A to Nowhere after 3 days\n}\n").lifecycle("L");
    ASSERT_EQ(chart.states.size(), 2U);
    EXPECT_THAT(chart.states[1].details, ElementsAre("not declared"));
}

TEST(OverviewTest, SourcesAreSharedAndTargetsFound) {
    const Overview map =
        drawn(
            "lifecycle L { state Gold when no Order Placed  state Member otherwise }\n"
            "flow A { starts when Order Placed where total > 5\n"
            " send email Hello or sms Hi\n if customer.points > 3 { send email Hello }\n"
            " move customer to Gold\n start flow B }\n"
            "flow B { starts when Order Placed\n starts when customer enters Gold\n"
            " starts on customer.birthday every year at 09:00\n call Warehouse }\n")
            .overview();
    std::vector<std::string> sources, targets, facts;
    for (const Place& place : map.sources) {
        sources.push_back(place.verb + "|" + place.title + "|" + place.detail);
    }
    for (const Place& place : map.targets) {
        targets.push_back(place.verb + "|" + place.title + "|" + place.detail);
    }
    for (const Fact& fact : map.flows[0].facts) {
        facts.push_back(fact.verb + "|" + fact.text);
    }
    EXPECT_THAT(sources, ElementsAre("|Order Placed|", "Enters|Gold|in L",
                                     "On|customer.birthday|every year at 09:00", "Started by|A|"));
    EXPECT_THAT(targets, ElementsAre("Moves to|Gold|in L", "Starts flow|B|", "Calls|Warehouse|"));
    EXPECT_THAT(facts, ElementsAre("Where|total > 5", "Email|Hello", "Sms|Hi"));
    EXPECT_EQ(map.starts.size(), 5U);
    EXPECT_EQ(map.leads.size(), 3U);
}

TEST(DrawTest, FindsFlowsAndLifecyclesByName) {
    const Drawn project = drawn_folder("tests/data/examples");
    EXPECT_EQ(names_in(project.project()).size(), 13U);
    EXPECT_TRUE(std::holds_alternative<StateChart>(project.drawing("Loyalty")));
    EXPECT_TRUE(std::holds_alternative<Picture>(project.drawing("Birthday")));
    EXPECT_TRUE(std::holds_alternative<Overview>(project.drawing("")));
    EXPECT_FALSE(draw(project.project(), "Nothing").has_value());
}

TEST(DrawTest, WhatIsBrokenIsLeftOutAndTheRestDrawn) {
    Drawn project;
    project.sources.files.push_back(
        {"a.flow", "flow Good {\n wait 1 day\n wiat 2 days\n wait 3 days\n}\n"});
    project.parse_all();
    EXPECT_FALSE(project.diagnostics.empty());
    EXPECT_GE(project.flow("Good").steps.size(), 1U);
}

}  // namespace
}  // namespace sluice::dsl::graph
