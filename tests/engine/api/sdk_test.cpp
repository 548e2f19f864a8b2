#include "engine/api/ingest_routes.hpp"
#include "tests/engine/api/server_fixture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <sys/wait.h>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

/// The official SDKs from npm, unchanged, against the real server.
namespace sluice::api {
namespace {

using Plan = RecordingSink::Plan;

const std::string kNode = std::string(SLUICE_SOURCE_DIR) + "/tests/node";

class SdkTest : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        ASSERT_TRUE(std::filesystem::exists(kNode + "/node_modules"))
            << "the SDKs are not installed: run scripts/test, which installs them";
        IngestOptions options;
        options.write_keys = {"WK_TEST"};
        Routes routes;
        add_ingest_routes(routes, options, clock_, sink_.sink());
        running_ = std::make_unique<RunningServer>(std::move(routes));
    }

    /// Runs the SDK to its end; what it printed when it failed, else nothing.
    std::string run_sdk(const std::string& key = "WK_TEST") {
        const std::string command =
            fmt::format("cd '{}' && timeout 60 node sdk.mjs {} http://127.0.0.1:{} {} 2>&1", kNode,
                        GetParam(), running_->port(), key);
        FILE* pipe = popen(command.c_str(), "r");
        if (pipe == nullptr) {
            return "node cannot be started";
        }
        std::string printed;
        char block[4096];
        for (std::size_t n = fread(block, 1, sizeof block, pipe); n > 0;
             n = fread(block, 1, sizeof block, pipe)) {
            printed.append(block, n);
        }
        const int status = pclose(pipe);
        const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        return good ? "" : fmt::format("exit status {}: {}", WEXITSTATUS(status), printed);
    }

    std::string id(const char* suffix) const { return std::string(GetParam()) + "-" + suffix; }

    /// Whether exactly these seven events came, each with its ids, name and data.
    void expect_all(const std::vector<InboundEvent>& events) {
        ASSERT_EQ(events.size(), 7u);
        const std::string user = id("u");
        const InboundEvent& identify = events[0];
        EXPECT_EQ(identify.kind, CallKind::identify);
        EXPECT_EQ(identify.customer, user);
        EXPECT_EQ(data(identify).at("email").as_string(), "zoe@example.com");
        EXPECT_EQ(data(identify).at("name").as_string(), "Zo\u00eb");

        const InboundEvent& order = events[1];
        EXPECT_EQ(order.kind, CallKind::track);
        EXPECT_EQ(order.customer, user);
        EXPECT_EQ(order.name, "Order Completed");
        EXPECT_EQ(order.message_id, id("order-1"));
        EXPECT_EQ(data(order).at("total").as_double(), 12.5);
        EXPECT_EQ(data(order).at("products").at(0).at("quantity").as_int64(), 2);
        // The chosen time, moved by what lies between sending and receiving.
        const Instant chosen = *parse_rfc3339("2026-01-02T03:04:06.789Z");
        EXPECT_GE(order.occurred_at, chosen);
        EXPECT_LT(order.occurred_at, chosen + Millis{60'000});

        const InboundEvent& viewed = events[2];
        EXPECT_EQ(viewed.customer, "");
        EXPECT_EQ(viewed.anonymous_id, id("anon"));
        EXPECT_EQ(viewed.name, "Product Viewed");

        const InboundEvent& page = events[3];
        EXPECT_EQ(page.kind, CallKind::page);
        EXPECT_EQ(page.name, "Page Viewed");
        EXPECT_EQ(data(page).at("name").as_string(), "Home");
        EXPECT_EQ(data(page).at("category").as_string(), "Docs");
        EXPECT_EQ(data(page).at("url").as_string(), "https://x.example/");

        EXPECT_EQ(events[4].kind, CallKind::screen);
        EXPECT_EQ(data(events[4]).at("name").as_string(), "Main");
        EXPECT_EQ(events[5].kind, CallKind::group);
        EXPECT_EQ(data(events[5]).at("groupId").as_string(), "g-1");
        EXPECT_EQ(data(events[5]).at("name").as_string(), "Acme");
        EXPECT_EQ(events[6].kind, CallKind::alias);
        EXPECT_EQ(events[6].customer, user);
        EXPECT_EQ(events[6].anonymous_id, id("anon"));
    }

    static boost::json::object data(const InboundEvent& event) {
        return boost::json::parse(event.data).as_object();
    }

    /// The first arrival of every message id, in order; the engine's dedupe in one line.
    static std::vector<InboundEvent> first_arrivals(const std::vector<InboundEvent>& events) {
        std::vector<InboundEvent> out;
        std::map<std::string, int> seen;
        for (const InboundEvent& event : events) {
            if (seen[event.message_id]++ == 0) {
                out.push_back(event);
            }
        }
        return out;
    }

    SystemClock clock_;
    RecordingSink sink_;
    std::unique_ptr<RunningServer> running_;
};

TEST_P(SdkTest, DeliversEverythingExactlyOnce) {
    EXPECT_EQ(run_sdk(), "");
    expect_all(sink_.events());
    EXPECT_EQ(first_arrivals(sink_.events()).size(), 7u) << "message ids must differ";
}

TEST_P(SdkTest, ComesBackAfter503) {
    sink_.plan({Plan::refuse});
    EXPECT_EQ(run_sdk(), "");
    EXPECT_EQ(sink_.refusals(), 1u);
    expect_all(sink_.events());
}

/// The commit took the events and its fate was unknown: the retry carries the same message ids.
TEST_P(SdkTest, ARetryIsRecognisedByItsMessageIds) {
    sink_.plan({Plan::lose});
    EXPECT_EQ(run_sdk(), "");
    const std::vector<InboundEvent> events = sink_.events();
    EXPECT_GT(events.size(), 7u) << "the first request must have come twice";
    expect_all(first_arrivals(events));
}

TEST_P(SdkTest, HearsThatItsKeyIsWrong) {
    EXPECT_NE(run_sdk("WK_WRONG"), "");
    EXPECT_TRUE(sink_.events().empty());
}

INSTANTIATE_TEST_SUITE_P(Sdks, SdkTest, testing::Values("segment", "rudderstack"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace sluice::api
