#include "connectors/http_client.hpp"

#include "connectors/net_guard.hpp"
#include "tests/connectors/support/http_server.hpp"
#include "tests/connectors/support/loop.hpp"

#include <gtest/gtest.h>

namespace sluice::connectors::test {
namespace {

using Stage = HttpResult::Stage;
using Fault = HttpServer::Fault;

class HttpClientTest : public testing::Test {
protected:
    HttpClient& client(HttpClient::Options options = {}, const std::string& ca_file = "") {
        auto trust = TlsTrust::make(ca_file);
        EXPECT_TRUE(trust.has_value());
        client_ = std::make_unique<HttpClient>(loop.io.get_executor(), trust.value(), options);
        return *client_;
    }
    HttpResult post(HttpClient& with, const std::string& url, std::string body = "{}",
                    std::chrono::milliseconds within = std::chrono::seconds(20)) {
        HttpRequest request;
        request.url = url;
        request.headers = {{"Content-Type", "application/json"}};
        request.body = std::move(body);
        return loop.run(with.post(std::move(request), in(within)));
    }
    Loop loop;
    std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, PostsAndReadsTheAnswer) {
    HttpServer server;
    server.answer(201, "{\"ok\":true}", "X-Thing: a\r\n");
    const HttpResult result = post(client(), server.url() + "/a/b?c=%20d#frag", "body");
    ASSERT_EQ(result.stage, Stage::answered) << result.detail;
    EXPECT_EQ(result.response.status, 201);
    EXPECT_EQ(result.response.body, "{\"ok\":true}");
    EXPECT_EQ(result.response.header("x-thing"), "a");
    const auto seen = server.requests().at(0);
    EXPECT_EQ(seen.line, "POST /a/b?c=%20d HTTP/1.1");
    EXPECT_EQ(seen.header("Host"), "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(seen.body, "body");
}

TEST_F(HttpClientTest, KeepsTheConnectionAndNoticesWhenItDied) {
    HttpServer server;
    HttpClient& with = client();
    post(with, server.url());
    post(with, server.url());
    EXPECT_EQ(server.connections(), 1);
    server.answer_raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(post(with, server.url()).response.body, "hi");
    // The server has closed; its FIN may still be on the way, and then the next post may not know.
    server.answer(200, "{}");
    const auto again = post(with, server.url());
    EXPECT_TRUE(again.stage == Stage::answered || again.stage == Stage::no_answer);
    EXPECT_EQ(post(with, server.url()).stage, Stage::answered);
}

TEST_F(HttpClientTest, ReadsEveryWayABodyCanEnd) {
    HttpServer server;
    // The server closes after each of these; a client that kept the connection might not know yet.
    const auto answer_to = [&](std::string_view raw) {
        server.answer_raw(std::string(raw));
        return post(client(), server.url()).response;
    };
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "2\r\nhi\r\n0\r\n\r\n")
                  .body,
              "hi");
    EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\n\r\nuntil the end").body, "until the end");
    EXPECT_EQ(answer_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").status,
              204);
    EXPECT_EQ(
        answer_to("HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n").status,
        302);
}

TEST_F(HttpClientTest, TellsHowFarItCame) {
    HttpServer server;
    const std::string large(8'000'000, 'x');  // more than the kernel buffers
    struct Case {
        Fault fault;
        bool large;
        Stage want;
    };
    for (const Case& c : {Case{Fault::reset_before_body, true, Stage::not_sent},
                          Case{Fault::reset_after_body, false, Stage::no_answer},
                          Case{Fault::close_after_body, false, Stage::no_answer},
                          Case{Fault::half_answer, false, Stage::no_answer},
                          Case{Fault::not_http, false, Stage::no_answer}}) {
        server.fail_with(c.fault);
        EXPECT_EQ(post(client(), server.url(), c.large ? large : "{}").stage, c.want)
            << static_cast<int>(c.fault);
    }
    server.fail_with(Fault::silence);
    const HttpResult late = post(client(), server.url(), "{}", std::chrono::milliseconds(200));
    EXPECT_EQ(late.stage, Stage::no_answer);
    EXPECT_EQ(late.fault, NetFault::timeout);
    const auto nobody = post(client(), "http://127.0.0.1:" + std::to_string(free_port()));
    EXPECT_EQ(nobody.stage, Stage::not_sent);
    EXPECT_EQ(nobody.fault, NetFault::connect);
}

TEST_F(HttpClientTest, ALargeAnswerIsNone) {
    HttpServer server;
    server.answer(200, std::string(5000, 'x'));
    HttpClient::Options options;
    options.response_bytes_max = 1000;
    EXPECT_EQ(post(client(options), server.url()).stage, Stage::no_answer);
}

TEST_F(HttpClientTest, VerifiesCertificates) {
    const TlsIdentity identity("localhost");
    HttpServer server(&identity);
    server.answer(200, "{}");
    const HttpResult good = post(client({}, identity.ca_file()), server.url("localhost"));
    EXPECT_EQ(good.stage, Stage::answered) << good.detail;
    const HttpResult wrong_name = post(client({}, identity.ca_file()), server.url("127.0.0.1"));
    EXPECT_EQ(wrong_name.stage, Stage::not_sent);
    EXPECT_EQ(wrong_name.fault, NetFault::tls);
    const HttpResult unknown_authority = post(client(), server.url("localhost"));
    EXPECT_EQ(unknown_authority.stage, Stage::not_sent);
    EXPECT_EQ(unknown_authority.fault, NetFault::tls);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClientTest, TheGuardRefusesPrivateAddresses) {
    HttpServer server;
    HttpClient::Options options;
    options.allow_private = false;
    for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
        const HttpResult result = post(client(options), server.url(host));
        EXPECT_EQ(result.stage, Stage::refused) << host;
        EXPECT_EQ(result.fault, NetFault::refused) << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, RefusesWhatIsNoRequest) {
    HttpServer server;
    EXPECT_EQ(post(client(), "ftp://127.0.0.1/").stage, Stage::refused);
    HttpRequest request;
    request.url = server.url();
    request.headers = {{"X-A", "b\r\nX-Injected: c"}};
    EXPECT_EQ(loop.run(client().post(request, in(std::chrono::seconds(5)))).stage, Stage::refused);
    EXPECT_EQ(server.connections(), 0);
}

TEST(NetGuardTest, KnowsSpecialAddresses) {
    const auto is_public = [](const char* text) {
        return is_public_address(boost::asio::ip::make_address(text));
    };
    for (const char* text :
         {"0.0.0.0",         "10.1.2.3",      "100.64.0.1",      "127.0.0.1",   "127.255.255.255",
          "169.254.169.254", "172.16.0.1",    "172.31.255.255",  "192.168.1.1", "198.18.0.1",
          "192.0.2.1",       "224.0.0.1",     "255.255.255.255", "::",          "::1",
          "fe80::1",         "fc00::1",       "fd12::1",         "ff02::1",     "::ffff:10.0.0.1",
          "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",     "2001::1"}) {
        EXPECT_FALSE(is_public(text)) << text;
    }
    for (const char* text : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "223.255.255.1",
                             "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
        EXPECT_TRUE(is_public(text)) << text;
    }
}

}  // namespace
}  // namespace sluice::connectors::test
