#include "tests/engine/daemon/deploy_story.hpp"

#include <gmock/gmock.h>

/// A visitor who says who she is, to a daemon that goes on, is started again, or is killed.
namespace sluice {
namespace {

using ::testing::ElementsAre;
using testing::Ends;
using ::testing::HasSubstr;

constexpr std::string_view kCart =
    "flow Cart { starts when Begin as cart one run per cart.kind goal Bought within 2 days "
    "wait 3 hours send email Hello }\n";

class IdentityDaemonTest : public testing::DeployStory {
protected:
    void browse(const std::string& visitor, const std::string& cart) {
        call("track", R"({"anonymousId":")" + visitor +
                          R"(","event":"Begin","properties":{"kind":")" + cart + R"("}})");
    }
    void say_who(const std::string& visitor, const std::string& who) {
        call("identify", R"({"anonymousId":")" + visitor + R"(","userId":")" + who +
                             R"(","traits":{"email":")" + who + R"(@example.com"}})");
    }
    /// Once the past of every id is where it belongs.
    void wait_for_links(std::size_t count) {
        const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
        std::size_t done = 0;
        while (done < count && std::chrono::steady_clock::now() < give_up) {
            ASSERT_EQ(daemon_->get("/v1/doubts").status, 200);
            done = 0;
            auto readers = open_shard_readers(config_.data);
            ASSERT_TRUE(readers.has_value());
            for (auto& store : readers.value()) {
                ASSERT_TRUE(store->identities(
                    [&](const IdentityLink& link) { done += link.done ? 1 : 0; }));
            }
        }
        ASSERT_EQ(done, count);
    }
    /// With the daemon down: one shard as the daemon has it.
    std::unique_ptr<Shard> shard(std::uint32_t number) {
        SqliteStore::Options options;
        options.path = shard_path(config_.data, number);
        options.shard = number;
        options.shards = config_.shards;
        auto store = SqliteStore::open(std::move(options));
        EXPECT_TRUE(store.has_value()) << store.error().detail;
        auto releases = std::make_shared<Releases>();
        releases->add(1, compile_project(directory_).program);
        Shard::Shared shared{clock_, suppressions_, lanes_, [](std::vector<ClaimedMessage>) {}};
        auto made = std::make_unique<Shard>(number, std::move(store.value()), std::move(releases),
                                            std::move(shared));
        EXPECT_TRUE(made->recover().has_value());
        return made;
    }
    std::string told(const std::string& id) {
        const api::Reply reply = daemon_->get("/v1/customers/" + id + "/explain");
        EXPECT_EQ(reply.status, 200) << reply.body;
        return reply.body;
    }
    [[nodiscard]] std::uint32_t shard_of(const std::string& record) const {
        return shard_number(record, config_.shards);
    }

    SuppressionList suppressions_;
    Lanes lanes_;
};

TEST_F(IdentityDaemonTest, ThePersonIsRemindedOfTheVisitorsCartOnceAndHasOneStory) {
    for (const Ends end : {Ends::stopped, Ends::killed}) {
        SCOPED_TRACE(end == Ends::stopped ? "stopped" : "killed");
        TearDown();
        SetUp();
        begin("02 10:00", kCart);
        browse("web-1", "shoes");
        pass_to("02 10:30");
        say_who("web-1", "ana");
        wait_for_links(1);
        interrupt(end);
        call("track", R"({"anonymousId":"web-1","event":"Viewed","properties":{}})");
        pass_to("02 15:00");
        EXPECT_THAT(sent("ana"), ElementsAre("02 13:00 sent email Hello"));
        EXPECT_THAT(arrived("ana"), ElementsAre("Hello"));
        expect_books_to_balance("ana");
        const std::string story = told("ana");
        for (const char* part : {R"("event":"Begin")", R"("event":"Viewed")", R"("kind":"merged")",
                                 R"("note":"anonymous:web-1")", R"("kind":"identify")"}) {
            EXPECT_THAT(story, HasSubstr(part));
        }
        EXPECT_EQ(told("anonymous:web-1"), story);
        EXPECT_THAT(daemon_->get("/v1/people").body, HasSubstr(R"("customers":1)"));
        EXPECT_THAT(daemon_->get("/v1/seen").body, HasSubstr(R"("Begin":{"count":1)"));
    }
}

TEST_F(IdentityDaemonTest, AMergeThatACrashCutInTwoIsFinishedAtTheNextStart) {
    for (const bool given : {false, true}) {
        SCOPED_TRACE(given);
        TearDown();
        SetUp();
        begin("02 10:00", kCart);
        browse("web-1", "shoes");
        identify("ana");
        pass_to("02 10:30");
        daemon_->kill();
        // What a crash leaves after the first commit, or the second, of three.
        const IdentityLink link{"anonymous:web-1", "ana", clock_.now(), false};
        Commit commit;
        commit.identities = {link};
        ASSERT_TRUE(shard(shard_of("ana"))->store().commit(commit).has_value());
        if (given) {
            auto owner = shard(shard_of(link.record));
            ASSERT_TRUE(owner->give_away(link).value().anything);
        }
        daemon_->start(directory_);
        wait_for_links(1);
        pass_to("02 15:00");
        EXPECT_THAT(sent("ana"), ElementsAre("02 13:00 sent email Hello"));
        EXPECT_THAT(arrived("ana"), ElementsAre("Hello"));
        EXPECT_EQ(told("anonymous:web-1"), told("ana"));
    }
}

TEST_F(IdentityDaemonTest, TwoAccountsOfOnePersonAreOne) {
    begin("02 10:00", kCart);
    enter("ana", "shoes");
    enter("anna", "hats");
    call("alias", R"({"previousId":"anna","userId":"ana"})");
    wait_for_links(2);
    track("anna", "Bought", R"({"total":5})");
    pass_to("02 15:00");
    EXPECT_THAT(story("ana"), ::testing::IsSupersetOf({std::string("02 10:00 goal Cart"),
                                                       std::string("02 10:00 goal Cart")}));
    EXPECT_TRUE(arrived("ana").empty());
    EXPECT_TRUE(arrived("anna").empty());
    EXPECT_EQ(told("anna"), told("ana"));
    // An edited flow folds what both of them did.
    deploy(project_of("segment Buyers when total of Bought.total in the last 5 days > 4\n"
                      "flow Buy { starts when customer enters Buyers send email Hello }\n" +
                      std::string(kCart)),
           {}, "", Ends::killed);
    const std::string people = daemon_->get("/v1/people").body;
    EXPECT_THAT(people, HasSubstr(R"("customers":1)"));
    EXPECT_THAT(people, HasSubstr(R"("Buyers":1)"));
}

}  // namespace
}  // namespace sluice
