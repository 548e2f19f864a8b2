#include "tests/engine/daemon/deploy_story.hpp"

#include "engine/daemon/plan.hpp"
#include "engine/daemon/seen.hpp"

#include <gmock/gmock.h>

#include <set>

/// Deploys in the daemon beyond the waits (deploy_rows_test.cpp): texts, states, plans, the pace of
/// `--retime`, crowds, and releases that nobody needs any more.
namespace sluice::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DeployTest : public DeployStory {
protected:
    /// Deployed over HTTP, whether anybody likes it or not.
    void must_deploy(const Project& project, const std::string& query = "") {
        const api::Reply reply = post_deploy(project, query);
        ASSERT_EQ(reply.status, 200) << reply.body;
        settle();
    }
    std::string told(const Project& project, const std::string& query = "?tell") {
        const api::Reply reply = post_deploy(project, query);
        EXPECT_EQ(reply.status, 200) << reply.body;
        return reply.status == 200 ? std::string(json::parse(reply.body).at("told").as_string())
                                   : reply.body;
    }
    /// `count` people enter a flow in two shards, in one call.
    void crowd(int count) {
        std::string batch;
        for (int person = 0; person < count; ++person) {
            const std::string id = "p" + std::to_string(person);
            batch += (person == 0 ? "" : ",") + std::string(R"({"type":"identify","userId":")") +
                     id + R"(","traits":{"email":")" + id +
                     R"(@example.com","phone":"+491510000000"}},)" +
                     R"({"type":"track","userId":")" + id + R"(","event":"Begin","properties":)" +
                     R"({"kind":"crowd"}})";
        }
        call("batch", "{\"batch\":[" + batch + "]}");
    }
    /// When each of the crowd was sent a message, in order.
    std::vector<Instant> all_sent(int count) {
        std::vector<Instant> out;
        for (int person = 0; person < count; ++person) {
            const auto lines = sent("p" + std::to_string(person));
            EXPECT_EQ(lines.size(), 1U) << person;
            for (const std::string& line : lines) {
                out.push_back(at(line.substr(0, line.find(" sent"))));
            }
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    static std::size_t most_in_a_minute(const std::vector<Instant>& instants) {
        std::size_t most = 0;
        for (std::size_t first = 0, last = 0; last < instants.size(); ++last) {
            while (instants[last] - instants[first] >= Millis{60'000}) {
                ++first;
            }
            most = std::max(most, last - first + 1);
        }
        return most;
    }
};

constexpr std::string_view kGreet =
    "flow Greet { starts when Begin wait 2 hours send email Hello }";

TEST_F(DeployTest, AnEditedTextIsUsedByTheNextMessage) {
    begin("05 09:00", kGreet);
    enter("ana", "x");
    interrupt(Ends::killed);
    std::string world(kWorld);
    world.replace(world.find("subject \"Hello\""), 15, "subject \"Good day\"");
    deploy(project_of(kGreet, world), {}, "", Ends::killed);
    pass_to("05 12:00");
    interrupt(Ends::killed);
    EXPECT_THAT(arrived("ana"), ElementsAre("Good day"));
    EXPECT_THAT(story("ana"), ElementsAre("05 09:00 migrated Greet@s1", "05 11:00 sent email Hello",
                                          "05 11:00 ended Greet: completed"));
}

/// Held over the night, the deploy and a crash or two, it goes out in the words of the morning.
TEST_F(DeployTest, AnEditedTextIsUsedByAMessageThatQuietHoursHold) {
    constexpr std::string_view kLate =
        "flow Greet { starts when Begin as begin send email Note with begin wait 9 days }\n"
        "flow Other { starts when Begin send email Hello }";
    const std::string note =
        "message Note { topic News  uses Begin as begin  email { subject \"Night {begin.kind}\" "
        "body \"<p>Note</p>\" } }\n";
    begin("05 23:00", note + std::string(kLate));
    enter("ana", "x");
    interrupt(Ends::killed);
    std::string morning = note;
    morning.replace(morning.find("Night"), 5, "Morning");
    // One flow still sends its message, in new words; the other is gone, and keeps its own.
    const std::string next = morning + std::string(kLate.substr(0, kLate.find('\n'))) + "\n";
    std::string world(kWorld);
    world.replace(world.find("subject \"Hello\""), 15, "subject \"Good day\"");
    ReleaseOptions options;
    options.drain = true;
    deploy(project_of(next, world), options, "?drain", Ends::killed);
    pass_to("06 08:00");
    EXPECT_THAT(arrived("ana"), ::testing::UnorderedElementsAre("Morning x", "Hello"));
    EXPECT_EQ(sent("ana").size(), 2U);
    interrupt(Ends::killed);
    expect_books_to_balance("ana");
}

std::string club(int points) {
    const std::string line = "customer.points >= " + std::to_string(points);
    return "lifecycle Club { state Gold when " + line +
           " state Member otherwise }\n"
           "segment Rich when " +
           line +
           "\nflow Welcome { starts when customer enters Gold send sms Hello }\n"
           "flow Lounge { starts when customer enters Rich send sms Third }";
}

TEST_F(DeployTest, EditedStatesAndSegmentsStartNothingUnlessFired) {
    for (const bool fire : {false, true}) {
        daemon_.reset();
        std::filesystem::remove_all(root_);
        begin("05 09:00", club(500));
        identify("ana", R"("points":450)");
        identify("bo", R"("points":100)");
        settle();
        ReleaseOptions options;
        options.choices.fire = fire;
        deploy(project_of(club(400)), options, fire ? "?fire" : "",
               fire ? Ends::killed : Ends::between);
        interrupt(Ends::killed);
        pass_to("06 09:00");
        const json::value people = json::parse(daemon_->get("/v1/people").body);
        EXPECT_EQ(people.at("states").at("Club").at("Gold").to_number<int>(), 1);
        EXPECT_EQ(people.at("states").at("Club").at("Member").to_number<int>(), 1);
        EXPECT_THAT(sent("bo"), IsEmpty());
        EXPECT_EQ(sent("ana").size(), fire ? 2U : 0U);
        // Whoever crosses the line from now on is greeted in either case.
        identify("bo", R"("points":400)");
        settle();
        EXPECT_THAT(sent("bo"), ElementsAre("06 09:00 sent sms Hello", "06 09:00 sent sms Third"));
        expect_books_to_balance("ana");
    }
}

TEST_F(DeployTest, ADeployTellsWhatItDoesToPeople) {
    begin("05 09:00", kGreet);
    enter("ana", "x");
    enter("bo", "x");
    const Project ending = project_of(
        "flow Greet { starts when Begin ends when any Begin in the last 30 days "
        "wait 3 hours send email Hello }");
    const std::string kept = told(ending);
    EXPECT_THAT(kept, HasSubstr("~ wait 2 hours -> wait 3 hours"));
    EXPECT_THAT(kept, HasSubstr("2 people are waiting: they keep their promised time"));
    EXPECT_THAT(kept, HasSubstr("for 2 people an `ends when` holds already: they stay; --sweep"));
    settle();
    // The same flows again, with a wish that concerns those inside: a release of its own.
    const std::string retimed = told(ending, "?tell&retime=Greet@s1");
    EXPECT_THAT(retimed, HasSubstr("their wait counts anew from where it began; nobody's is over"));
    EXPECT_EQ(releases().size(), 3U);
    settle();
    pass_to("05 11:30");
    EXPECT_THAT(sent("ana"), IsEmpty());
    EXPECT_THAT(told(ending, "?tell"), HasSubstr("Nothing changes: release 3"));
    EXPECT_EQ(releases().size(), 3U);
    const std::string swept =
        told(project_of("flow Greet { starts when Begin ends when any Begin in the last 30 days "
                        "wait 3 hours send email Second }"),
             "?tell&sweep");
    EXPECT_THAT(swept, HasSubstr("for 2 people an `ends when` holds already: their runs end"));
    settle();
    EXPECT_THAT(story("ana"), ::testing::Contains("05 11:30 ended Greet: ends when"));
}

TEST_F(DeployTest, AStalePlanIsRefused) {
    begin("05 09:00", kGreet);
    enter("ana", "x");
    const Project next =
        project_of("flow Greet { starts when Begin wait 3 hours send email Hello }");
    const Project other =
        project_of("flow Greet { starts when Begin wait 4 hours send email Hello }");
    const std::string hash = releases().front().program_hash;
    const std::string plan = plan_id(1, hash, next, {});
    const auto refusal = [&](const Project& project, const std::string& query) {
        const api::Reply reply = post_deploy(project, query);
        EXPECT_EQ(reply.status, 409) << reply.body;
        return reply.body;
    };
    EXPECT_THAT(refusal(other, "?plan=" + plan), HasSubstr("the files are not those"));
    EXPECT_THAT(refusal(next, "?sweep&plan=" + plan), HasSubstr("made with other flags"));
    EXPECT_THAT(refusal(next, "?plan=hello"), HasSubstr("`hello` is no plan"));
    EXPECT_EQ(releases().size(), 1U);
    must_deploy(other);
    EXPECT_THAT(refusal(next, "?plan=" + plan),
                HasSubstr("made while release 1 ran, and now release 2 runs"));
    EXPECT_EQ(releases().size(), 2U);
    const std::string fresh = plan_id(2, releases().back().program_hash, next, {});
    interrupt(Ends::killed);  // a restart is no change
    const api::Reply taken = post_deploy(next, "?tell&plan=" + fresh);
    EXPECT_EQ(taken.status, 200) << taken.body;
    EXPECT_EQ(json::parse(taken.body).at("plan").as_string(), fresh);
    EXPECT_THAT(std::string(json::parse(taken.body).at("told").as_string()),
                HasSubstr("Plan " + fresh));
}

TEST_F(DeployTest, ARetimeThatNamesNothingIsRefused) {
    begin("05 09:00", kGreet);
    const Project next =
        project_of("flow Greet { starts when Begin wait 3 hours send email Hello }");
    for (const char* name : {"Greet@s9", "Nobody@s1", "Greet"}) {
        const api::Reply reply = post_deploy(next, "?retime=" + std::string(name));
        EXPECT_EQ(reply.status, 400) << reply.body;
        EXPECT_THAT(reply.body, HasSubstr("--retime"));
    }
    EXPECT_EQ(releases().size(), 1U);
}

// ---- the pace of --retime

constexpr std::string_view kSlow = "flow Crowd { starts when Begin wait 9 hours send sms Hello }";
constexpr std::string_view kQuick = "flow Crowd { starts when Begin wait 1 hour send sms Second }";

TEST_F(DeployTest, RetimedRunsThatAreDueGoAtAPaceThatOutlivesCrashes) {
    constexpr int kCrowd = 30;
    begin("05 09:00", kSlow);
    crowd(kCrowd);
    pass_to("05 11:00");
    must_deploy(project_of(kQuick), "?retime=Crowd@s1&retime_rate=6");
    interrupt(Ends::killed);
    pass_to("05 11:01");
    std::size_t early = 0;
    for (int person = 0; person < kCrowd; ++person) {
        early += sent("p" + std::to_string(person)).size();
    }
    EXPECT_GT(early, 0U);
    EXPECT_LE(early, 7U);  // six slots of that minute, and the one that ends it
    interrupt(Ends::killed);
    // The daemon is away for ten minutes; those whose turn it was do not all go at once after it.
    daemon_->kill();
    clock_.set(at("05 11:11"));
    daemon_->start(directory_);
    pass_to("05 12:00");
    const std::vector<Instant> instants = all_sent(kCrowd);
    ASSERT_EQ(instants.size(), static_cast<std::size_t>(kCrowd));
    EXPECT_LE(most_in_a_minute(instants), 6U);
    EXPECT_EQ(instants.front(), at("05 11:00"));
    // Two shards share the pace; the fuller one takes longest.
    EXPECT_LE(instants.back(), at("05 11:19"));
    EXPECT_THAT(arrived("p7"), ElementsAre("Second"));
}

TEST_F(DeployTest, APaceGoesOnBehindTheOneBeforeIt) {
    constexpr int kCrowd = 20;
    begin("05 09:00",
          "flow Crowd { starts when Begin wait 9 hours send sms Hello }\n"
          "flow More { starts when Bought wait 9 hours send sms Hello }");
    crowd(kCrowd);
    track("ana", "Bought");
    identify("ana");
    pass_to("05 11:00");
    must_deploy(project_of("flow Crowd { starts when Begin wait 1 hour send sms Second }\n"
                           "flow More { starts when Bought wait 9 hours send sms Hello }"),
                "?retime=Crowd@s1&retime_rate=6");
    must_deploy(project_of("flow Crowd { starts when Begin wait 1 hour send sms Second }\n"
                           "flow More { starts when Bought wait 1 hour send sms Second }"),
                "?retime=More@s1&retime_rate=6");
    pass_to("05 12:00");
    std::vector<Instant> instants = all_sent(kCrowd);
    ASSERT_EQ(sent("ana").size(), 1U);
    instants.push_back(at(sent("ana").front().substr(0, sent("ana").front().find(" sent"))));
    std::sort(instants.begin(), instants.end());
    EXPECT_LE(most_in_a_minute(instants), 7U);  // a shard knows of its own turns only
}

TEST_F(DeployTest, NobodyIsLostOrServedTwiceWhenTheSweepIsKilled) {
    constexpr int kCrowd = 300;
    begin("05 09:00", kSlow);
    crowd(kCrowd);
    for (int round = 0; round < 4; ++round) {
        const std::string text = round % 2 == 0 ? "Second" : "Hello";
        const api::Reply reply =
            post_deploy(project_of("flow Crowd { starts when Begin wait " +
                                   std::to_string(10 + round) + " hours send sms " + text + " }"));
        ASSERT_EQ(reply.status, 200) << reply.body;
        daemon_->kill();  // wherever the sweep is
        daemon_->start(directory_);
    }
    settle();
    pass_to("06 00:00");
    const std::vector<Instant> instants = all_sent(kCrowd);
    const std::set<Instant> different(instants.begin(), instants.end());
    EXPECT_THAT(different, ElementsAre(at("05 18:00")));
    for (int person = 0; person < kCrowd; person += 37) {
        EXPECT_THAT(arrived("p" + std::to_string(person)), ElementsAre("Hello"));
    }
}

// ---- releases nobody needs

TEST_F(DeployTest, AReleaseIsRetiredOnceNobodyNeedsIt) {
    const auto retired = [&](std::size_t at) {
        const auto kept = releases();
        return at < kept.size() && decode_release_options(kept[at].options).retired;
    };
    begin("05 09:00", kGreet);
    enter("ana", "x");
    must_deploy(project_of("flow Greet { starts when Begin send email Second }"));
    EXPECT_FALSE(retired(0));  // ana finishes the old way
    interrupt(Ends::killed);
    settle();
    EXPECT_FALSE(retired(0));
    pass_to("05 12:00");
    EXPECT_THAT(sent("ana"), ElementsAre("05 11:00 sent email Hello"));
    interrupt(Ends::stopped);
    const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
    while (!retired(0) && std::chrono::steady_clock::now() < give_up) {
        settle();
    }
    EXPECT_TRUE(retired(0));
    EXPECT_FALSE(retired(1));
    interrupt(Ends::killed);
    enter("bo", "x");
    settle();
    EXPECT_THAT(sent("bo"), ElementsAre("05 12:00 sent email Second"));
    // What is retired can still be deployed again.
    const api::Reply back = daemon_->ask(
        api::post("/v1/releases/1/rollback", "", "Content-Type: application/octet-stream\r\n"));
    EXPECT_EQ(back.body, "{\"release\":3}\n");
    settle();
    enter("cora", "x");
    pass_to("05 18:00");
    EXPECT_THAT(sent("cora"), ElementsAre("05 14:00 sent email Hello"));
}

/// What nobody needs is not even read at a start; what somebody may need must be readable.
TEST_F(DeployTest, ARetiredReleaseIsNotCompiledAtTheStart) {
    clock_.set(at("05 09:00"));
    config_.shards = 1;
    directory_ = project_of(kGreet);
    const auto compiled = compile_project(directory_);
    for (const bool needed : {true, false}) {
        std::filesystem::remove_all(root_);
        std::filesystem::create_directories(config_.data);
        SqliteStore::Options where;
        where.path = shard_path(config_.data, 0);
        auto store = SqliteStore::open(std::move(where)).value();
        ReleaseOptions options;
        options.retired = !needed;
        ASSERT_TRUE(store->add_release({1, "old", clock_.now(), "no project", encode(options)}));
        ASSERT_TRUE(store->add_release({2, compiled.program->hash, clock_.now(), encode(directory_),
                                        encode(ReleaseOptions())}));
        store.reset();
        Engine engine(config_, directory_, compiled.program, clock_);
        EXPECT_EQ(engine.start().has_value(), !needed);
        engine.stop();
    }
}

// ---- who stands where, and what has been seen

TEST_F(DeployTest, PeopleAreCountedAtTheirWaits) {
    begin("05 09:00", kGreet);
    enter("ana", "x");
    enter("bo", "x");
    pass_to("05 10:00");
    must_deploy(
        project_of("flow Greet { starts when Begin send sms Hello wait for Viewed up to 2 days "
                   "send email Second }"));
    enter("cora", "x");
    settle();
    auto readers = open_shard_readers(config_.data).value();
    const auto compiled = compile_releases(*readers.front()).value();
    const People people = count_people(readers, *compiled).value();
    EXPECT_EQ(people.release, 2U);
    EXPECT_EQ(people.customers, 3U);
    const FlowPeople& greet = people.flows.at("Greet");
    EXPECT_EQ(greet.inside, 3U);
    EXPECT_EQ(greet.earlier, 2U);  // their wait is gone
    EXPECT_THAT(greet.waits, ElementsAre(std::pair<const std::string, std::uint64_t>("s2", 1)));
    EXPECT_EQ(daemon_->get("/v1/people").body, render_json(people));
}

TEST_F(DeployTest, WhatHasBeenSeenIsToldWithItsFields) {
    begin("05 09:00", kGreet);
    identify("ana", R"("points":3,"shoe_size":null)");
    track("ana", "Begin", R"({"kind":"x","colour":"red","size":null})");
    track("ana", "Never Declared", R"({"a":1})");
    pass_to("25 09:00");
    track("ana", "Viewed", "{}");
    const api::Reply reply = daemon_->get("/v1/seen");
    ASSERT_EQ(reply.status, 200);
    const json::value seen = json::parse(reply.body);
    EXPECT_EQ(json::serialize(seen.at("events").at("Begin")),
              R"({"count":1,"fields":["colour","kind"]})");
    EXPECT_EQ(json::serialize(seen.at("events").at("Never Declared")),
              R"({"count":1,"fields":["a"]})");
    EXPECT_EQ(json::serialize(seen.at("traits")), R"(["email","phone","points"])");
    clock_.set(parse_rfc3339("2126-04-10T09:00:00Z").value());
    const json::value later = json::parse(daemon_->get("/v1/seen").body);
    EXPECT_FALSE(later.at("events").as_object().contains("Begin"));
    EXPECT_TRUE(later.at("events").as_object().contains("Viewed"));
    EXPECT_EQ(json::serialize(later.at("traits")), R"(["email","phone","points"])");
    const auto facts = parse_seen(reply.body);
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(render_json(facts.value()), reply.body);
    EXPECT_FALSE(parse_seen("[]").has_value());
}

}  // namespace
}  // namespace sluice::testing
