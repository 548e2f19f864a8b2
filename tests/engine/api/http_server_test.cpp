#include "engine/api/http_server.hpp"

#include "tests/engine/api/server_fixture.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <stdexcept>
#include <string>

namespace sluice::api {
namespace {

/// Answers with what the handler saw: method, path, headers of interest and the body's size.
Routes echo() {
    Routes routes;
    const auto handler = immediate([](const Request& request) {
        std::string text =
            request.method + " " + request.path + " " + std::to_string(request.body.size());
        for (const auto& [key, value] : request.query) {
            text += " " + key + "=" + value;
        }
        if (const auto found = request.header("X-Trailer")) {
            text += " trailer:" + std::string(*found);
        }
        return Response(200, "text/plain",
                        text + (request.body.size() < 100 ? " " + request.body : ""));
    });
    for (const char* method : {"GET", "POST"}) {
        routes.add(method, "/echo", handler);
    }
    routes.add("GET", "/throws", immediate([](const Request&) -> Response {
                   throw std::runtime_error("the secret reason");
               }));
    return routes;
}

constexpr std::string_view kGet = "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kChunkedHead =
    "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HttpServerTest, AnswersAndKeepsTheConnection) {
    RunningServer running(echo());
    RawClient client(running.port());
    for (int i = 0; i < 3; ++i) {
        client.send(post("/echo?a=1&b=x+y%21", "body"));
        EXPECT_EQ(client.receive().body, "POST /echo 4 a=1 b=x y! body");
    }
    EXPECT_EQ(running.server().connections(), 1u);
}

TEST(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    RunningServer running(echo());
    RawClient client(running.port());
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += i % 2 == 0 ? post("/echo", std::to_string(i)) : std::string(kGet);
    }
    client.send(all);
    for (int i = 0; i < 50; ++i) {
        const std::string text = std::to_string(i);
        const std::string want =
            i % 2 == 0 ? "POST /echo " + std::to_string(text.size()) + " " + text : "GET /echo 0 ";
        ASSERT_EQ(client.receive().body, want) << i;
    }
}

TEST(HttpServerTest, TakesARequestByteByByte) {
    RunningServer running(echo());
    RawClient client(running.port());
    for (const char c : post("/echo", "slowly")) {
        ASSERT_TRUE(client.send(std::string_view(&c, 1)));
    }
    EXPECT_EQ(client.receive().body, "POST /echo 6 slowly");
}

TEST(HttpServerTest, TakesChunksAndDropsTrailers) {
    RunningServer running(echo());
    RawClient client(running.port());
    client.send(std::string(kChunkedHead) +
                "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: smuggled\r\n\r\n" +
                std::string(kGet));
    EXPECT_EQ(client.receive().body, "POST /echo 5 abcde");
    EXPECT_EQ(client.receive().body, "GET /echo 0 ");
}

TEST(HttpServerTest, SaysContinueOnlyWhenAsked) {
    RunningServer running(echo());
    RawClient client(running.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: "
        "100-continue\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100);
    client.send("ok");
    EXPECT_EQ(client.receive().body, "POST /echo 2 ok");
}

TEST(HttpServerTest, AnswersHeadOptionsAndUnknownPaths) {
    RunningServer running(echo());
    RawClient client(running.port());
    client.send("HEAD /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply head = client.receive(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), "13");
    client.send("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply options = client.receive();
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("Allow"), "GET, HEAD, OPTIONS, POST");
    client.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.receive().status, 204);
    client.send("DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply refused = client.receive();
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.header("Allow"), "GET, HEAD, OPTIONS, POST");
    client.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply missing = client.receive();
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(boost::json::parse(missing.body).at("code").as_string(), "not_found");
    client.send(kGet);
    EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpServerTest, AHandlerThatThrowsTellsNothing) {
    RunningServer running(echo());
    RawClient client(running.port());
    client.send("GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
    client.send(kGet);
    EXPECT_EQ(client.receive().status, 200);
}

struct Malformed {
    const char* name;
    std::string bytes;
    int status;
    const char* code;
};

class MalformedHttp : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedHttp, GetsAJsonErrorAndIsClosed) {
    RunningServer running(echo());
    RawClient client(running.port());
    client.send(GetParam().bytes + std::string(kGet));
    client.finish_sending();
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, GetParam().status);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_FALSE(reply.header("Request-Id").empty());
    const auto body = boost::json::parse(reply.body);
    EXPECT_EQ(body.at("code").as_string(), GetParam().code);
    EXPECT_EQ(body.at("status").as_int64(), GetParam().status);
    EXPECT_FALSE(body.at("message").as_string().empty());
    EXPECT_TRUE(client.closed()) << "the request behind the malformed one must not be answered";
}

std::string chunks(std::string_view text) {
    return std::string(kChunkedHead) + std::string(text);
}

const Malformed kMalformed[] = {
    {"Garbage", "hello world\r\n\r\n", 400, "bad_request_line"},
    {"TwoHosts", "GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400,
     "duplicate_header"},
    {"Folded", "GET /echo HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400, "folded_header"},
    {"Trace", "TRACE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "method_not_allowed"},
    {"HeadWithoutEnd", "GET /echo HTTP/1.1\r\nX: " + std::string(20'000, 'x'), 431,
     "head_too_large"},
    {"LengthTooLarge", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n",
     413, "body_too_large"},
    {"LengthAndChunks",
     "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     400, "bad_framing"},
    {"ChunkSizeIsText", chunks("zz\r\nabc\r\n0\r\n\r\n"), 400, "bad_body"},
    {"ChunkSizeNegative", chunks("-1\r\nabc\r\n0\r\n\r\n"), 400, "bad_body"},
    {"ChunkSizeOverflows", chunks("fffffffffffffffff\r\nabc\r\n0\r\n\r\n"), 400, "bad_body"},
    {"ChunkSizeTooLarge", chunks("7fffffff\r\nabc\r\n0\r\n\r\n"), 413, "body_too_large"},
    {"ChunkWithoutEnd", chunks("3\r\nabcde\r\n0\r\n\r\n"), 400, "bad_body"},
    {"ChunkExtensionTooLong", chunks("3;" + std::string(70'000, 'x')), 413, "framing_too_large"},
    {"BadTrailer", chunks("3\r\nabc\r\n0\r\nX Y: 1\r\n\r\n"), 400, "bad_body"},
};

INSTANTIATE_TEST_SUITE_P(HttpServerTest, MalformedHttp, testing::ValuesIn(kMalformed),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(HttpServerTest, ARequestCutShortIsNamed) {
    RunningServer running(echo());
    for (const std::string& bytes :
         {std::string("GET /echo HT"), std::string(kChunkedHead) + "5\r\nab"}) {
        RawClient client(running.port());
        client.send(bytes);
        client.finish_sending();
        const Reply reply = client.receive();
        EXPECT_EQ(reply.status, 400);
        EXPECT_NE(reply.body.find("incomplete_request"), std::string::npos);
        EXPECT_TRUE(client.closed());
    }
}

/// Sends a piece again and again until the server closes; returns the bytes it let in.
std::size_t flood(RawClient& client, const std::string& piece, std::size_t bytes_max) {
    std::size_t sent = 0;
    while (sent < bytes_max && client.send(piece)) {
        sent += piece.size();
    }
    return sent;
}

TEST(HttpServerTest, AttacksByFramingAreBounded) {
    RunningServer running(echo());
    constexpr std::size_t kAttack = 100'000'000;
    const std::string extension = "1;" + std::string(8'000, 'x') + "\r\na\r\n";
    std::string tiny;
    for (int i = 0; i < 2'000; ++i) {
        tiny += "1\r\na\r\n";
    }
    std::string trailers;
    for (int i = 0; i < 1'000; ++i) {
        trailers += "X-" + std::to_string(i) + ": y\r\n";
    }
    struct Attack {
        std::string start;
        std::string piece;
    };
    for (const Attack& attack :
         {Attack{std::string(kChunkedHead), extension}, Attack{std::string(kChunkedHead), tiny},
          Attack{std::string(kChunkedHead) + "0\r\n", trailers}}) {
        RawClient client(running.port());
        client.send(attack.start);
        // What it lets in is the limit of one body, the lingering, and the kernel's socket buffers.
        EXPECT_LT(flood(client, attack.piece, kAttack), 20'000'000u);
    }
    RawClient good(running.port());
    good.send(kGet);
    EXPECT_EQ(good.receive().status, 200);
}

TEST(HttpServerTest, SlowClientsAreCutOff) {
    HttpServer::Options options;
    options.head_timeout = Millis{30};
    options.body_timeout = Millis{30};
    options.idle_timeout = Millis{30};
    RunningServer running(options, echo());
    RawClient silent(running.port());
    RawClient slow_head(running.port());
    slow_head.send("GET /echo HTTP/1.1\r\nHost:");
    RawClient slow_body(running.port());
    slow_body.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(slow_head.closed());
    EXPECT_TRUE(slow_body.closed());
}

TEST(HttpServerTest, TakesNoMoreConnectionsThanItMay) {
    HttpServer::Options options;
    options.connections_max = 2;
    RunningServer running(options, echo());
    RawClient first(running.port());
    RawClient second(running.port());
    for (RawClient* client : {&first, &second}) {
        client->send(kGet);
        EXPECT_EQ(client->receive().status, 200);
    }
    RawClient third(running.port());  // waits in the kernel's queue
    third.send(kGet);
    EXPECT_EQ(running.server().connections(), 2u);
    first.close();
    EXPECT_EQ(third.receive().status, 200);
}

TEST(HttpServerTest, RefusesAPortThatIsTaken) {
    RunningServer running(echo());
    boost::asio::io_context io;
    HttpServer::Options options;
    options.port = running.port();
    HttpServer second(io, options, echo());
    const auto started = second.start();
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().code, Errc::io);
    options.address = "localhost";
    HttpServer third(io, options, echo());
    EXPECT_EQ(third.start().error().code, Errc::config);
}

}  // namespace
}  // namespace sluice::api
