#include "engine/api/ingest_routes.hpp"

#include "engine/api/health_routes.hpp"
#include "engine/base/limits.hpp"
#include "tests/engine/api/server_fixture.hpp"

#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <zlib.h>
#include <boost/json/parse.hpp>

#include <string>

namespace sluice::api {
namespace {

using Plan = RecordingSink::Plan;

const Instant kNow = *parse_rfc3339("2026-11-20T08:00:00Z");

/// An ingest server before a recording sink.
class IngestRoutesTest : public testing::Test {
protected:
    void serve(IngestOptions options = {}) {
        Routes routes;
        add_ingest_routes(routes, std::move(options), clock_, sink_.sink());
        running_ = std::make_unique<RunningServer>(std::move(routes));
        client_ = std::make_unique<RawClient>(running_->port());
    }
    Reply call(std::string_view path, std::string_view body, std::string_view fields = "") {
        client_->send(post(path, body, fields));
        return client_->receive();
    }
    static std::string code(const Reply& reply) {
        return std::string(boost::json::parse(reply.body).at("code").as_string());
    }

    ManualClock clock_{kNow};
    RecordingSink sink_;
    std::unique_ptr<RunningServer> running_;
    std::unique_ptr<RawClient> client_;
};

constexpr std::string_view kTrack = R"({"userId":"u","event":"E","messageId":"m"})";

TEST_F(IngestRoutesTest, AnswersEveryPathAfterTheCommit) {
    serve();
    struct Call {
        const char* path;
        const char* body;
        CallKind kind;
    };
    const Call calls[] = {
        {"track", R"({"userId":"u","event":"E"})", CallKind::track},
        {"t", R"({"userId":"u","event":"E"})", CallKind::track},
        {"identify", R"({"userId":"u"})", CallKind::identify},
        {"i", R"({"userId":"u"})", CallKind::identify},
        {"page", R"({"userId":"u"})", CallKind::page},
        {"p", R"({"userId":"u"})", CallKind::page},
        {"screen", R"({"userId":"u"})", CallKind::screen},
        {"s", R"({"userId":"u"})", CallKind::screen},
        {"group", R"({"userId":"u","groupId":"g"})", CallKind::group},
        {"g", R"({"userId":"u","groupId":"g"})", CallKind::group},
        {"alias", R"({"userId":"u","previousId":"a"})", CallKind::alias},
        {"a", R"({"userId":"u","previousId":"a"})", CallKind::alias},
        {"batch", R"({"batch":[{"type":"screen","userId":"u"}]})", CallKind::screen},
        {"b", R"({"batch":[{"type":"alias","userId":"u","previousId":"a"}]})", CallKind::alias},
    };
    std::size_t count = 0;
    for (const Call& c : calls) {
        const Reply reply = call(std::string("/v1/") + c.path, c.body);
        EXPECT_EQ(reply.status, 200) << c.path;
        EXPECT_EQ(reply.body, R"({"success":true})");
        EXPECT_EQ(reply.header("Content-Type"), "application/json");
        EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
        ASSERT_EQ(sink_.events().size(), ++count) << c.path;
        EXPECT_EQ(sink_.events().back().kind, c.kind);
        EXPECT_EQ(sink_.events().back().received_at, kNow);
    }
}

TEST_F(IngestRoutesTest, AnswersNotBeforeItIsDurable) {
    serve();
    sink_.plan({Plan::hold});
    client_->send(post("/v1/track", kTrack));
    const auto done = sink_.held();
    RawClient other(running_->port());
    other.send(post("/v1/track", kTrack));
    EXPECT_EQ(other.receive().status, 200)
        << "one waiting request must not hold up the next client";
    done(success());
    EXPECT_EQ(client_->receive().status, 200);
}

TEST_F(IngestRoutesTest, OverloadIs503WithRetryAfter) {
    serve();
    sink_.plan({Plan::refuse});
    const Reply reply = call("/v1/track", kTrack);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "1");
    EXPECT_EQ(code(reply), "overloaded");
    EXPECT_EQ(call("/v1/track", kTrack).status, 200);
}

TEST_F(IngestRoutesTest, AFailedCommitIsNotAcknowledged) {
    serve();
    sink_.plan({Plan::hold, Plan::hold});
    client_->send(post("/v1/track", kTrack));
    sink_.held()(fail(Errc::unavailable, "shutting down"));
    const Reply later = client_->receive();
    EXPECT_EQ(later.status, 503);
    EXPECT_EQ(later.header("Retry-After"), "1");
    client_->send(post("/v1/track", kTrack));
    sink_.held()(fail(Errc::io, "disk full"));
    const Reply broken = client_->receive();
    EXPECT_EQ(broken.status, 500);
    EXPECT_EQ(broken.body.find("disk"), std::string::npos);
}

TEST_F(IngestRoutesTest, ACommitThatTakesTooLongIs503) {
    IngestOptions options;
    options.commit_timeout = Millis{20};
    serve(options);
    sink_.plan({Plan::hold});
    client_->send(post("/v1/track", kTrack));
    const Reply reply = client_->receive();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(code(reply), "commit_timeout");
    sink_.held()(success());  // late: nobody waits any more
    EXPECT_EQ(call("/v1/track", kTrack).status, 200);
}

TEST_F(IngestRoutesTest, DoneAfterTheClientWentAwayHarmsNothing) {
    serve();
    sink_.plan({Plan::hold});
    client_->send(post("/v1/track", kTrack));
    const auto done = sink_.held();
    client_->close();
    done(success());
    RawClient next(running_->port());
    next.send(post("/v1/track", kTrack));
    EXPECT_EQ(next.receive().status, 200);
    EXPECT_EQ(sink_.events().size(), 2u);
}

TEST_F(IngestRoutesTest, StopFinishesRequestsInFlight) {
    serve();
    sink_.plan({Plan::hold});
    RawClient idle(running_->port());
    idle.send(post("/v1/track", kTrack));
    const auto done = sink_.held();
    RawClient waiting(running_->port());
    sink_.plan({Plan::hold});
    waiting.send(post("/v1/track", kTrack));
    const auto last = sink_.held();
    done(success());
    EXPECT_EQ(idle.receive().status, 200);
    std::promise<void> stopped;
    running_->server().stop([&stopped] { stopped.set_value(); });
    EXPECT_TRUE(idle.closed());
    EXPECT_TRUE(client_->closed());
    auto future = stopped.get_future();
    EXPECT_EQ(future.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    last(success());
    const Reply reply = waiting.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Connection"), "close");
    waiting.close();
    EXPECT_EQ(future.wait_for(kPatience), std::future_status::ready);
    EXPECT_EQ(sink_.events().size(), 2u);
}

// ---- who may write -----------------------------------------------------------------------------

struct Credential {
    const char* name;
    const char* fields;
    const char* body;
    int status;
};

class WriteKey : public IngestRoutesTest, public testing::WithParamInterface<Credential> {};

TEST_P(WriteKey, IsChecked) {
    IngestOptions options;
    options.write_keys = {"WK_OTHER", "WK_TEST"};
    serve(options);
    const Reply reply = call("/v1/track", GetParam().body, GetParam().fields);
    EXPECT_EQ(reply.status, GetParam().status) << reply.body;
    EXPECT_EQ(sink_.events().size(), GetParam().status == 200 ? 1u : 0u);
    if (reply.status == 401) {
        EXPECT_EQ(code(reply), "unauthorized");
    }
}

constexpr const char* kBare = R"({"userId":"u","event":"E"})";
constexpr const char* kKeyed = R"({"userId":"u","event":"E","writeKey":"WK_TEST"})";
const Credential kCredentials[] = {
    {"BasicWithColon", "Authorization: Basic V0tfVEVTVDo=\r\n", kBare, 200},
    {"BasicWithoutColon", "Authorization: Basic V0tfVEVTVA==\r\n", kBare, 200},
    {"BasicWithoutPadding", "Authorization: basic V0tfVEVTVA\r\n", kBare, 200},
    {"BodyOnly", "", kKeyed, 200},
    {"BearerAndBody", "Authorization: Bearer token\r\n", kKeyed, 200},
    {"BearerOnly", "Authorization: Bearer WK_TEST\r\n", kBare, 401},
    {"Nothing", "", kBare, 401},
    {"WrongBasic", "Authorization: Basic V0tfV1JPTkc6\r\n", kBare, 401},
    {"WrongBasicBesideRightBody", "Authorization: Basic V0tfV1JPTkc6\r\n", kKeyed, 401},
    {"WrongBody", "", R"({"userId":"u","event":"E","writeKey":"WK_TES"})", 401},
    {"BodyKeyIsANumber", "", R"({"userId":"u","event":"E","writeKey":7})", 401},
    {"BasicIsNoBase64", "Authorization: Basic !!!\r\n", kBare, 401},
};
INSTANTIATE_TEST_SUITE_P(IngestRoutes, WriteKey, testing::ValuesIn(kCredentials),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(IngestRoutesTest, AnyKeyAndNoneWritesInDevelopment) {
    serve();
    EXPECT_EQ(call("/v1/track", kBare).status, 200);
    EXPECT_EQ(call("/v1/track", kBare, "Authorization: Basic V0tfV1JPTkc6\r\n").status, 200);
}

// ---- bodies ------------------------------------------------------------------------------------

TEST_F(IngestRoutesTest, ABadEventLosesNothingElse) {
    serve();
    const std::string_view body =
        R"({"batch":[{"type":"track","userId":"u","event":"A"},{"type":"track","event":"B"},
            {"type":"track","userId":"u","event":"C"}]})";
    const Reply reply = call("/v1/batch", body);
    EXPECT_EQ(reply.status, 200);
    const auto json = boost::json::parse(reply.body);
    EXPECT_TRUE(json.at("success").as_bool());
    ASSERT_EQ(json.at("rejected").as_array().size(), 1u);
    EXPECT_EQ(json.at("rejected").at(0).at("index").as_int64(), 1);
    EXPECT_EQ(json.at("rejected").at(0).at("code").as_string(), "missing_id");
    EXPECT_EQ(sink_.events().size(), 2u);
}

TEST_F(IngestRoutesTest, StrictModeTakesAllOrNothing) {
    serve();
    const std::string_view body =
        R"({"batch":[{"type":"track","userId":"u","event":"A"},{"type":"track","event":"B"}]})";
    const Reply reply = call("/v1/batch", body, "X-Strict-Mode: 1\r\n");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(code(reply), "invalid_events");
    const auto error = boost::json::parse(reply.body).at("errors").at(0);
    EXPECT_EQ(error.at("pointer").as_string(), "/batch/1");
    EXPECT_EQ(error.at("code").as_string(), "missing_id");
    EXPECT_TRUE(sink_.events().empty());
    EXPECT_EQ(call("/v1/track", kTrack, "X-Strict-Mode: 1\r\n").status, 200);
    EXPECT_EQ(call("/v1/track", R"({"event":"E"})", "X-Strict-Mode: 1\r\n").status, 400);
    EXPECT_EQ(call("/v1/track", R"({"event":"E"})").status, 200);
}

TEST_F(IngestRoutesTest, MalformedJsonIs400AndNamesThePlace) {
    serve();
    const Reply reply = call("/v1/track", R"({"userId":"u",})");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(code(reply), "malformed_json");
    EXPECT_NE(reply.body.find("at byte 14"), std::string::npos) << reply.body;
    EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(call("/v1/track", "").status, 400);
    const std::string large = R"({"batch":[]})" + std::string(limits::kBatchBytesMax, ' ');
    EXPECT_EQ(code(call("/v1/batch", large)), "batch_too_large");
    EXPECT_EQ(call("/v1/track", kTrack).status, 200) << "the connection stays";
}

std::string gzip(std::string_view plain) {
    z_stream z{};
    EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&z, plain.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    z.avail_in = static_cast<uInt>(plain.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - z.avail_out);
    deflateEnd(&z);
    return out;
}

TEST_F(IngestRoutesTest, GoesByContentEncodingNeverByContentType) {
    serve();
    constexpr std::string_view kForm =
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n";
    EXPECT_EQ(call("/v1/track", gzip(kTrack), kForm).status, 200);
    EXPECT_EQ(call("/v1/track", kTrack, "Content-Type: text/plain\r\n").status, 200);
    EXPECT_EQ(sink_.events().size(), 2u);
    EXPECT_EQ(code(call("/v1/track", kTrack, "Content-Encoding: gzip\r\n")), "bad_encoding");
    EXPECT_EQ(call("/v1/track", kTrack, "Content-Encoding: br\r\n").status, 415);
    const std::string bomb = gzip(R"({"batch":[)" + std::string(30'000'000, ' ') + "]}");
    const Reply reply = call("/v1/batch", bomb, "Content-Encoding: gzip\r\n");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(code(reply), "batch_too_large");
}

TEST_F(IngestRoutesTest, BrowsersMayAskFirst) {
    serve();
    client_->send(
        "OPTIONS /v1/t HTTP/1.1\r\nHost: localhost\r\nOrigin: https://shop.example\r\n"
        "Access-Control-Request-Method: POST\r\n\r\n");
    const Reply reply = client_->receive();
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "OPTIONS, POST");
    EXPECT_NE(reply.header("Access-Control-Allow-Headers").find("Authorization"),
              std::string::npos);
    client_->send("GET /v1/t HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client_->receive().status, 405);
}

// ---- health ------------------------------------------------------------------------------------

TEST(HealthRoutesTest, SaysWhatTheProcessSays) {
    auto registry = std::make_shared<prometheus::Registry>();
    prometheus::BuildCounter().Name("sluice_events_total").Register(*registry).Add({}).Increment(3);
    std::atomic<bool> ready{false};
    Routes routes;
    add_health_routes(
        routes,
        [&ready] {
            return Readiness{ready.load(),
                             ready ? R"({"ready":true})" : R"({"ready":false,"why":"replay"})"};
        },
        registry);
    RunningServer running(std::move(routes));
    RawClient client(running.port());
    const auto get = [&client](const std::string& path) {
        client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return client.receive();
    };
    EXPECT_EQ(get("/-/healthy").status, 200);
    EXPECT_EQ(get("/-/ready").status, 503);
    EXPECT_EQ(get("/-/ready").body, R"({"ready":false,"why":"replay"})");
    ready = true;
    EXPECT_EQ(get("/-/ready").status, 200);
    const Reply metrics = get("/metrics");
    EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(metrics.body.find("sluice_events_total 3"), std::string::npos);
}

}  // namespace
}  // namespace sluice::api
