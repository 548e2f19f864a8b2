#include "engine/daemon/experiments.hpp"

#include "engine/base/hash.hpp"
#include "engine/runtime/shard.hpp"
#include "tests/engine/daemon/deploy_story.hpp"

#include <gmock/gmock.h>

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kTry =
    "flow Try { starts when Begin as begin  one run per begin.kind  "
    "experiment Offer { measure Bought within 1 day  winner after 40 customers "
    "variant A 50% { send sms Hello } variant B 50% { send sms Second } } }";
/// The words of a variant change; what is counted does not.
constexpr std::string_view kTryOnceMore =
    "flow Try { starts when Begin as begin  one run per begin.kind  "
    "experiment Offer { measure Bought within 1 day  winner after 40 customers "
    "variant A 50% { send sms Third } variant B 50% { send sms Second } } }";
constexpr std::string_view kTryAnother =
    "flow Try { starts when Begin as begin  one run per begin.kind  "
    "experiment Offer { measure Bought within 1 day  winner after 40 customers "
    "variant A 60% { send sms Hello } variant B 40% { send sms Second } } }";

bool drew_a(const std::string& who) {
    return draw({"experiment", "", "Offer", who}) < 500'000;
}

/// Four shards with threads of their own, on a clock that the test moves.
class ExperimentsDaemonTest : public DeployStory {
protected:
    void SetUp() override {
        DeployStory::SetUp();
        config_.shards = 4;
    }
    static std::string track_json(const std::string& who, const std::string& event,
                                  const std::string& kind) {
        return R"({"type":"track","userId":")" + who + R"(","event":")" + event +
               R"(","properties":{"kind":")" + kind + R"("}})";
    }
    void batch(const std::vector<std::string>& calls) {
        std::string list;
        for (const std::string& one : calls) {
            list += (list.empty() ? "" : ",") + one;
        }
        call("batch", R"({"batch":[)" + list + "]}");
    }
    /// Eighty people come to the experiment; those who drew B buy.
    void eighty_people() {
        std::vector<std::string> come, buy;
        for (int person = 0; person < 80; ++person) {
            const std::string who = "p" + std::to_string(person);
            come.push_back(R"({"type":"identify","userId":")" + who +
                           R"(","traits":{"phone":"+491510000000"}})");
            come.push_back(track_json(who, "Begin", "first"));
            if (!drew_a(who)) {
                buy.push_back(track_json(who, "Bought", ""));
            }
        }
        batch(come);
        batch(buy);
    }
    /// The variant that somebody new is told of.
    std::string variant_of(const std::string& who) {
        identify(who);
        track(who, "Begin", R"({"kind":"first"})");
        return last_assigned(who);
    }
    std::string last_assigned(const std::string& who) {
        const api::Reply reply = daemon_->get("/v1/customers/" + who + "/explain");
        std::string found;
        const boost::json::value told = boost::json::parse(reply.body);
        for (const boost::json::value& entry : told.at("entries").as_array()) {
            if (entry.at("kind").as_string() == "assigned") {
                found = entry.at("detail").as_string();
            }
        }
        return found;
    }
    [[nodiscard]] std::string kept() const {
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        return readers.value().front()->note(kDecisionsNote).value();
    }
};

constexpr std::string_view kWon = "B (the winner since 2126-03-03T01:00:00Z)";

TEST_F(ExperimentsDaemonTest, EveryShardGivesTheWinnerFromOneInstantOn) {
    begin("01 10:00", kTry);
    eighty_people();
    pass_to("03 00:59");  // everybody has had her day, and nothing is decided yet
    for (int person = 0; person < 8; ++person) {
        const std::string who = "before" + std::to_string(person);
        EXPECT_EQ(variant_of(who), drew_a(who) ? "A" : "B");
    }
    pass_to("03 01:00");
    for (int person = 0; person < 16; ++person) {
        EXPECT_EQ(variant_of("after" + std::to_string(person)), kWon);
    }
    track("p0", "Begin", R"({"kind":"second"})");
    EXPECT_EQ(last_assigned("p0"), drew_a("p0") ? "A" : "B");
    EXPECT_THAT(daemon_->get("/v1/customers/p0/explain").body,
                HasSubstr("Offer: B has won; whoever is new gets it since "));
    const std::string told = daemon_->get("/v1/experiments").body;
    EXPECT_THAT(told, HasSubstr(R"("name":"Offer","measure":"Bought within 1 day")"));
    EXPECT_THAT(told, HasSubstr(R"("winner":{"variant":"B","since":"2126-03-03T01:00:00Z")"));
    const auto one = boost::json::parse(told).at("experiments").at(0).at("variants");
    EXPECT_EQ(one.at(0).at("assigned").as_int64() + one.at(1).at("assigned").as_int64(), 88);
    EXPECT_EQ(one.at(0).at("measured").as_int64() + one.at(1).at("measured").as_int64(), 80);
    EXPECT_EQ(one.at(0).at("converted").as_int64(), 0);
    EXPECT_EQ(one.at(1).at("converted"), one.at(1).at("measured"));
    daemon_->stop();
}

TEST_F(ExperimentsDaemonTest, AKilledDaemonDecidesTheSame) {
    std::string whole;
    for (const Ends how : {Ends::stopped, Ends::killed}) {
        begin("01 10:00", kTry);
        eighty_people();
        interrupt(how);
        pass_to("02 12:00");
        interrupt(how);
        clock_.set(at("03 01:00"));
        interrupt(how);  // the decision is due when it starts
        settle();
        EXPECT_EQ(variant_of("new"), kWon);
        const std::string first = kept();
        interrupt(how);
        EXPECT_EQ(variant_of("newer"), kWon);
        EXPECT_EQ(kept(), first);
        whole = whole.empty() ? first : whole;
        EXPECT_EQ(first, whole);
        daemon_->stop();
        TearDown();
        SetUp();
    }
}

TEST_F(ExperimentsDaemonTest, ADeployOfOtherWordsKeepsTheCountAndOneOfOtherSharesDoesNot) {
    begin("01 10:00", kTry);
    eighty_people();
    ASSERT_EQ(post_deploy(project_of(kTryOnceMore)).status, 200);
    settle();
    pass_to("03 01:00");
    EXPECT_EQ(variant_of("new"), kWon);
    ASSERT_EQ(post_deploy(project_of(kTryAnother)).status, 200);
    settle();
    EXPECT_THAT(variant_of("newer"), Not(HasSubstr("winner")));
    const std::string told = daemon_->get("/v1/experiments").body;
    EXPECT_THAT(told, HasSubstr(R"("winner":null)"));
    const auto one = boost::json::parse(told).at("experiments").at(0).at("variants");
    EXPECT_EQ(one.at(0).at("assigned").as_int64() + one.at(1).at("assigned").as_int64(), 1);
    daemon_->stop();
}

TEST(ExperimentReportTest, ReadsAsATable) {
    ExperimentReport report;
    report.name = "Offer";
    report.measure = "Bought within 1 day";
    report.winner_after = 40;
    report.rows = {{"Free Shipping", 450'000, {1'204, 1'100, 88}},
                   {"B", 450'000, {1'190, 0, 0}},
                   {"holdout", 100'000, {260, 250, 5}}};
    EXPECT_EQ(render_text({report}),
              "Offer: Bought within 1 day\n"
              "  variant         share  customers  time over   of these     rate\n"
              "  Free Shipping     45%       1204       1100         88    8.00%\n"
              "  B                 45%       1190          0          0        -\n"
              "  holdout           10%        260        250          5    2.00%\n"
              "  not decided; at the earliest after 40 customers\n");
    EXPECT_EQ(render_text({}), "No flow has an experiment.\n");
}

}  // namespace
}  // namespace sluice::testing
