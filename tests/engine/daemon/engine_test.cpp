#include "engine/daemon/engine.hpp"

#include "engine/daemon/plan.hpp"
#include "engine/model/codec.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/engine/api/server_fixture.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include <filesystem>

namespace sluice {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kShop = R"(
customer {
  email text optional personal
  time_zone timezone optional
  phone text optional personal
  email_status one of "subscribed", "unsubscribed" default "unsubscribed"
  sms_status one of "subscribed", "unsubscribed" default "unsubscribed"
}
event Order Placed { order_id text key }
event Viewed { product_id text key }
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
  consent sms when customer.sms_status is "subscribed"
}
message Thanks { topic News  uses Order Placed as order  email { subject "Order {order.order_id}" body "<p>Thanks</p>" } }
message Text { topic News  sms "Thanks" }
message Hello { topic News  email { subject "Hello" body "<p>Hello</p>" }  sms "Hello" }
)";
constexpr std::string_view kThanks =
    "flow Thank { starts when Order Placed as order one run per order.order_id "
    "send email Thanks with order }";

/// A daemon in a folder of its own, on free ports; spoken to like a client does.
class EngineTest : public ::testing::Test {
protected:
    void SetUp() override {
        root_ = fs::temp_directory_path() /
                ("sluice-engine-" + std::to_string(::getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root_);
        fs::create_directories(root_);
        config_.data = (root_ / "data").string();
        config_.shards = 2;
        config_.listen.port = 0;
        config_.connectors["box"] = {"mailbox", {}};
        config_.routes = {{"email", "box"}};
    }
    void TearDown() override {
        engine_.reset();
        fs::remove_all(root_);
    }

    static Project project_of(std::string_view flow) {
        Project project;
        project.sources.files.push_back({"shop.flow", std::string(kShop) + std::string(flow)});
        return project;
    }
    Result<void> start(std::string_view flow) {
        engine_.reset();
        const Project project = project_of(flow);
        const auto compiled = compile_project(project);
        EXPECT_TRUE(compiled.program)
            << (compiled.diagnostics.empty()
                    ? std::string()
                    : dsl::render_text(compiled.diagnostics.front(), project.sources));
        if (!compiled.program) {
            return Error{Errc::invalid_argument, "the flows do not compile"};
        }
        engine_ = std::make_unique<Engine>(config_, project, compiled.program, clock_);
        return engine_->start();
    }
    void restock(std::string_view viewed);
    void must_start(std::string_view flow) {
        const auto started = start(flow);
        ASSERT_TRUE(started.has_value()) << started.error().detail;
    }
    api::Reply ask(std::string_view bytes, bool admin = false) {
        api::RawClient client(admin ? engine_->admin_port() : engine_->port());
        EXPECT_TRUE(client.send(bytes));
        return client.receive();
    }
    api::Reply get(const std::string& path, bool admin = false) {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", admin);
    }
    /// Durable once it returns: the answer comes after the commit.
    void call(const std::string& kind, const std::string& body) {
        const api::Reply reply = ask(api::post("/v1/" + kind, body,
                                               "Authorization: Basic a2V5Og==\r\n"
                                               "Content-Type: application/json\r\n"));
        ASSERT_EQ(reply.status, 200) << reply.body;
    }
    void subscribe(const std::string& id) {
        call("identify", R"({"userId":")" + id + R"(","traits":{"email":")" + id +
                             R"(@example.com","email_status":"subscribed"}})");
    }
    void order(const std::string& id, const std::string& number) {
        call("track", R"({"userId":")" + id + R"(","event":"Order Placed","messageId":"m-)" +
                          number + R"(","properties":{"order_id":")" + number + R"("}})");
    }
    void view(const std::string& id) {
        call("track", R"({"userId":")" + id + R"(","event":"Viewed","properties":{}})");
    }
    json::array mails() {
        const api::Reply reply = get("/mailbox.json");
        EXPECT_EQ(reply.status, 200);
        return json::parse(reply.body).at("entries").as_array();
    }
    /// The mailbox once it holds this many; asked again and again until then.
    json::array mails(std::size_t count) {
        const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
        json::array found = mails();
        while (found.size() < count && std::chrono::steady_clock::now() < give_up) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            found = mails();
        }
        EXPECT_EQ(found.size(), count);
        return found;
    }
    static std::vector<std::string> subjects(const json::array& entries) {
        std::vector<std::string> out;
        for (const json::value& entry : entries) {
            out.emplace_back(entry.at("subject").as_string());
        }
        return out;
    }
    [[nodiscard]] std::size_t releases() const {
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        return readers.has_value() ? readers.value().front()->releases().value().size() : 0;
    }

    SystemClock clock_;
    fs::path root_;
    Config config_;
    std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, AnEventBecomesAMailAndAStory) {
    must_start(kThanks);
    subscribe("ana");
    order("ana", "7");
    const json::array entries = mails(1);
    EXPECT_EQ(entries[0].at("to").as_string(), "ana@example.com");
    EXPECT_EQ(entries[0].at("subject").as_string(), "Order 7");
    EXPECT_EQ(entries[0].at("flow").as_string(), "Thank");
    EXPECT_EQ(entries[0].at("customer").as_string(), "ana");

    const api::Reply story = get("/v1/customers/ana/explain?flow=Thank");
    ASSERT_EQ(story.status, 200) << story.body;
    const json::value told = json::parse(story.body);
    EXPECT_EQ(told.at("customer").as_string(), "ana");
    std::vector<std::string> kinds;
    for (const json::value& entry : told.at("entries").as_array()) {
        kinds.emplace_back(entry.at("kind").as_string());
    }
    ASSERT_GE(kinds.size(), 3U);
    EXPECT_EQ(kinds[0], "entered");
    EXPECT_EQ(kinds[1], "sent");
    EXPECT_EQ(kinds[2], "ended");
    EXPECT_EQ(get("/v1/customers/nobody/explain").status, 404);
}

TEST_F(EngineTest, ARepeatedCallSendsOnce) {
    must_start(kThanks);
    subscribe("ana");
    order("ana", "7");
    order("ana", "7");
    order("ana", "8");
    EXPECT_THAT(subjects(mails(2)), ::testing::UnorderedElementsAre("Order 7", "Order 8"));
}

TEST_F(EngineTest, HealthMetricsAndDoubtsAnswer) {
    must_start(kThanks);
    subscribe("ana");
    const api::Reply doubts = get("/v1/doubts");
    EXPECT_EQ(doubts.status, 200);
    EXPECT_EQ(doubts.body, "{\"doubts\":[]}\n");
    EXPECT_EQ(ask(api::post("/v1/doubts/abc?verdict=sent", "")).status, 404);
    EXPECT_EQ(ask(api::post("/v1/doubts/abc?verdict=maybe", "")).status, 400);
    const api::Reply metrics = get("/metrics");
    EXPECT_EQ(metrics.status, 200);
    EXPECT_THAT(metrics.body, HasSubstr("sluice_events_total{shard=\"0\"}"));
    EXPECT_THAT(metrics.body, HasSubstr("sluice_customers_waiting{shard=\"1\"}"));
    EXPECT_THAT(get("/mailbox").head, HasSubstr("Content-Security-Policy"));
}

TEST_F(EngineTest, OperatorsMayHaveAPortOfTheirOwn) {
    config_.admin_separate = true;
    config_.admin.port = 0;
    must_start(kThanks);
    EXPECT_NE(engine_->port(), engine_->admin_port());
    EXPECT_EQ(get("/v1/doubts").status, 404);
    EXPECT_EQ(get("/v1/doubts", true).status, 200);
    EXPECT_EQ(get("/mailbox.json").status, 404);
    EXPECT_EQ(get("/mailbox.json", true).status, 200);
}

TEST_F(EngineTest, ARestartKeepsEverything) {
    must_start(kThanks);
    subscribe("ana");
    subscribe("bo");
    order("ana", "1");
    mails(1);
    // Known before the restart: whose order it is, that this one was told already, and the mail.
    call("identify", R"({"userId":"bo","anonymousId":"web-1","traits":{}})");
    must_start(kThanks);
    EXPECT_EQ(count_shards(config_.data), 2U);
    order("ana", "1");
    call("track", R"({"anonymousId":"web-1","event":"Order Placed",)"
                  R"("properties":{"order_id":"2"}})");
    const json::array entries = mails(2);
    EXPECT_EQ(entries[0].at("to").as_string(), "bo@example.com");
    EXPECT_THAT(subjects(entries), ::testing::ElementsAre("Order 2", "Order 1"));
    engine_.reset();
    EXPECT_EQ(releases(), 1U);
}

TEST_F(EngineTest, ChangedFlowsAreANewReleaseAndOldRunsFinishOnTheirs) {
    constexpr std::string_view kOld =
        "flow Slow { starts when Order Placed as order wait for Viewed up to 30 days { } "
        "send email Thanks with order }\n";
    constexpr std::string_view kNew =
        "flow Slow { starts when Order Placed as order stop because \"not any more\" }\n"
        "message Later { topic News  email { subject \"Later\" body \"<p>Later</p>\" } }\n"
        "flow More { starts when Order Placed send email Later }\n";
    must_start(kOld);
    subscribe("ana");
    order("ana", "1");
    must_start(kNew);
    subscribe("bo");
    order("bo", "2");
    EXPECT_THAT(subjects(mails(1)), ::testing::ElementsAre("Later"));
    view("ana");  // ends the wait of the old run, which sends what the old flow said
    view("bo");
    EXPECT_THAT(subjects(mails(2)), ::testing::ElementsAre("Order 1", "Later"));
    must_start(kNew);
    EXPECT_EQ(mails().size(), 2U);
    engine_.reset();
    EXPECT_EQ(releases(), 2U);
}

TEST_F(EngineTest, ADeployTakesEffectWhileRunningAndOutlivesRestarts) {
    must_start("flow Greet { starts when Order Placed wait 1 day send email Hello }");
    subscribe("anna");
    order("anna", "1");
    const auto deployed =
        engine_->deploy(project_of("flow Greet { starts when Order Placed send email Hello }"), {});
    ASSERT_TRUE(deployed.has_value()) << deployed.error().detail;
    EXPECT_EQ(deployed.value(), 2U);
    order("anna", "2");  // she is still inside, on the old version: the wait is gone
    EXPECT_EQ(mails().size(), 0U);
    subscribe("bob");
    order("bob", "3");
    EXPECT_EQ(mails(1).size(), 1U);
    engine_.reset();
    // The directory still holds the first flows; what was deployed is the truth.
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    must_start("flow Greet { starts when Order Placed send email Hello }");
    EXPECT_EQ(releases(), 2U);
    const auto again = engine_->deploy(
        project_of("flow Greet { starts when Order Placed wait 2 days send email Hello }"),
        options);
    ASSERT_TRUE(again.has_value()) << again.error().detail;
    must_start("flow Greet { starts when Order Placed send email Hello }");
    subscribe("cora");
    order("cora", "4");
    EXPECT_EQ(mails().size(), 1U);  // cora waits two days: release 3, not the directory
    EXPECT_EQ(releases(), 3U);
    const auto back = engine_->rollback(2);
    ASSERT_TRUE(back.has_value()) << back.error().detail;
    subscribe("dora");
    order("dora", "5");
    EXPECT_EQ(mails(2).size(), 2U);
}

TEST_F(EngineTest, ABadDeployChangesNothing) {
    must_start("flow Greet { starts when Order Placed send email Hello }");
    Project broken = project_of("flow Greet { starts when Order Placed send email Hello }");
    broken.sources.files.push_back({"more.flow", "flow Half { starts when Nothing Known"});
    const auto refused = engine_->deploy(broken, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_NE(refused.error().detail.find("more.flow"), std::string::npos);
    const auto unsendable =
        engine_->deploy(project_of("flow Greet { starts when Order Placed send sms Hello }"), {});
    ASSERT_FALSE(unsendable.has_value());
    EXPECT_EQ(unsendable.error().code, Errc::config);
    EXPECT_EQ(releases(), 1U);
    subscribe("anna");
    order("anna", "1");
    EXPECT_EQ(mails(1).size(), 1U);
}

TEST_F(EngineTest, AFlowWithPeopleInsideIsNotDroppedUnasked) {
    must_start(
        "flow Greet { starts when Order Placed wait 1 day send email Hello }\n"
        "flow Other { starts when Viewed send email Hello }");
    subscribe("anna");
    order("anna", "1");
    const Project next = project_of("flow Other { starts when Viewed send email Hello }");
    const auto refused = engine_->deploy(next, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_NE(refused.error().detail.find("`Greet` is gone, and 1 person is inside"),
              std::string::npos);
    ReleaseOptions stop;
    stop.choices.stop = true;
    ASSERT_TRUE(engine_->deploy(next, stop).has_value());
    const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
    std::string story;
    do {
        story = get("/v1/customers/anna/explain").body;
    } while (story.find("the flow was removed") == std::string::npos &&
             std::chrono::steady_clock::now() < give_up);
    EXPECT_NE(story.find("the flow was removed"), std::string::npos);
}

TEST_F(EngineTest, OnlyOperatorsProgramsDeployOverHttp) {
    must_start("flow Greet { starts when Order Placed send email Hello }");
    const Project next = project_of("flow Greet { starts when Viewed send email Hello }");
    const api::Reply form =
        ask(api::post("/v1/releases", encode(next), "Content-Type: text/plain\r\n"));
    EXPECT_EQ(form.status, 400);
    const api::Reply good =
        ask(api::post("/v1/releases", encode(next), "Content-Type: application/octet-stream\r\n"));
    EXPECT_EQ(good.status, 200) << good.body;
    EXPECT_EQ(good.body, "{\"release\":2}\n");
    const api::Reply list = get("/v1/releases");
    EXPECT_EQ(json::parse(list.body).at("releases").as_array().size(), 2U);
    const api::Reply garbage =
        ask(api::post("/v1/releases", "nonsense", "Content-Type: application/octet-stream\r\n"));
    EXPECT_EQ(garbage.status, 400) << garbage.body;
}

/// States and yearly dates are there for people nothing has happened to since the deploy.
TEST_F(EngineTest, ADeployComesToEveryCustomer) {
    must_start("flow Greet { starts when Order Placed send email Hello }");
    for (int person = 0; person < 40; ++person) {
        subscribe("p" + std::to_string(person));
    }
    ASSERT_TRUE(engine_
                    ->deploy(project_of("lifecycle L { state Buyer when any Order Placed "
                                        "state Guest otherwise }\n"
                                        "flow Greet { starts when customer enters Buyer "
                                        "send email Hello }"),
                             {})
                    .has_value());
    const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
    bool done = false;
    while (!done && std::chrono::steady_clock::now() < give_up) {
        done = true;
        auto readers = open_shard_readers(config_.data);
        ASSERT_TRUE(readers.has_value());
        for (auto& store : readers.value()) {
            for (CustomerNo no = 0; no < store->customers(); ++no) {
                const auto record = decode_customer(store->load(no).value().state);
                ASSERT_TRUE(record.has_value());
                done = done && record.value().layouts.front().release == 2 &&
                       record.value().layouts.front().standings.size() == 1;
            }
        }
    }
    EXPECT_TRUE(done);
}

/// Four of twelve people have viewed what is restocked.
void EngineTest::restock(std::string_view viewed) {
    const std::string back =
        "catalog event Restocked { product_id text key }\n"
        "flow Back { starts when Restocked as stock, for customers with any Viewed where " +
        std::string(viewed) + " in the last 30 days send email Hello }";
    must_start(back);
    for (int person = 0; person < 12; ++person) {
        const std::string id = "p" + std::to_string(person);
        subscribe(id);
        call("track", R"({"userId":")" + id + R"(","event":"Viewed","properties":{"product_id":")" +
                          (person % 3 == 0 ? "a" : "b") + R"("}})");
    }
    const std::string restocked =
        R"({"anonymousId":"shop","event":"Restocked","messageId":"r1","properties":{"product_id":"a"}})";
    call("track", restocked);
    call("track", restocked);  // a repeated one changes nothing
    EXPECT_EQ(mails(4).size(), 4U);
    engine_.reset();
    must_start(back);  // the audience is found again from the records
    call("track", R"({"anonymousId":"shop","event":"Restocked","messageId":"r2",)"
                  R"("properties":{"product_id":"a"}})");
    EXPECT_EQ(mails(8).size(), 8U);
}

TEST_F(EngineTest, ACatalogEventReachesItsAudienceOnEveryShardOnce) {
    restock("product_id is stock.product_id");
}

TEST_F(EngineTest, AnAudienceMayBeAskedForMoreThanItsKey) {
    restock("(product_id is stock.product_id and customer.email_status is \"subscribed\")");
}

TEST_F(EngineTest, ACatalogEventThatStartsNothingIsNobodys) {
    must_start("catalog event Restocked { product_id text key }\n" + std::string(kThanks));
    call("track", R"({"anonymousId":"shop","event":"Restocked","properties":{"product_id":"a"}})");
    subscribe("ana");
    order("ana", "1");
    EXPECT_EQ(mails(1).size(), 1U);
    EXPECT_THAT(get("/v1/people").body, HasSubstr("\"customers\":1"));
}

TEST_F(EngineTest, FlowsThatCannotBeSentAreRefused) {
    const auto refused = start(
        "flow Words { starts when Order Placed as order send email Thanks with order "
        "if not sent { send sms Text } }"
        "\nmessage Unused { topic News sms \"Unused\" }\n");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::config);
    EXPECT_THAT(refused.error().detail, HasSubstr("the flows need a connector for sms"));
    EXPECT_EQ(engine_->port(), 0U);
    engine_.reset();
    // Nothing of the refused start stands in the way of the next one.
    must_start(kThanks);
    subscribe("ana");
    order("ana", "1");
    mails(1);
}

TEST_F(EngineTest, AConnectorMustBeAbleToCarryWhatIsRoutedToIt) {
    config_.connectors["hooks"] = {"webhook", {}};
    config_.routes["email"] = "hooks";
    const auto email = start(kThanks);
    ASSERT_FALSE(email.has_value());
    EXPECT_EQ(email.error().code, Errc::config);
    EXPECT_EQ(email.error().detail, "the connector hooks cannot carry email");
    config_.routes = {{"email", "box"}, {"calls", "hooks"}};
    must_start(kThanks);
}

TEST_F(EngineTest, TheNumberOfShardsIsFixed) {
    must_start(kThanks);
    config_.shards = 3;
    const auto other = start(kThanks);
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, Errc::config);
    EXPECT_THAT(other.error().detail, HasSubstr("has 2 shards"));
    config_.shards = 0;
    must_start(kThanks);
    EXPECT_EQ(count_shards(config_.data), 2U);
}

TEST_F(EngineTest, TwoEnginesCannotShareTheirData) {
    must_start(kThanks);
    Project project;
    project.sources.files.push_back({"shop.flow", std::string(kShop) + std::string(kThanks)});
    const auto compiled = compile_project(project);
    Engine second(config_, project, compiled.program, clock_);
    EXPECT_FALSE(second.start().has_value());
    subscribe("ana");
    order("ana", "1");
    mails(1);
}

TEST_F(EngineTest, AWrongWriteKeyIsRefused) {
    config_.write_keys = {"right"};
    must_start(kThanks);
    const api::Reply reply =
        ask(api::post("/v1/track", R"({"userId":"a","event":"Viewed"})",
                      "Authorization: Basic a2V5Og==\r\nContent-Type: application/json\r\n"));
    EXPECT_EQ(reply.status, 401);
}

}  // namespace
}  // namespace sluice
