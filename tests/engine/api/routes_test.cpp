#include "engine/api/routes.hpp"

#include "engine/api/problem.hpp"
#include "engine/api/response_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::api {
namespace {

Handler named(std::string name) {
    return immediate([name](const Request&) { return Response(200, "text/plain", name); });
}

Routes table() {
    Routes routes;
    routes.add("GET", "/", named("root"));
    routes.add("GET", "/v1/customers/:id", named("one"));
    routes.add("DELETE", "/v1/customers/:id", named("delete"));
    routes.add("GET", "/v1/customers/count", named("count"));
    routes.add("GET", "/v1/customers/:id/messages/:message", named("message"));
    routes.add("POST", "/v1/batch", named("batch"), CrossOrigin::yes);
    return routes;
}

TEST(RoutesTest, DecodesParameters) {
    const Routes routes = table();
    const auto match = routes.match("GET", "/v1/customers/zo%C3%AB%2F1/messages/m+1");
    ASSERT_NE(match.handler, nullptr);
    EXPECT_EQ(match.params.at("id"), "zo\u00eb/1");
    EXPECT_EQ(match.params.at("message"), "m+1");
}

TEST(RoutesTest, PrefersLiterals) {
    const Routes routes = table();
    EXPECT_TRUE(routes.match("GET", "/v1/customers/count").params.empty());
    EXPECT_EQ(routes.match("GET", "/v1/customers/counts").params.at("id"), "counts");
}

TEST(RoutesTest, SaysWhatIsAllowed) {
    const Routes routes = table();
    const auto wrong = routes.match("PUT", "/v1/customers/7");
    EXPECT_EQ(wrong.handler, nullptr);
    EXPECT_EQ(wrong.allow, "DELETE, GET, HEAD, OPTIONS");
    EXPECT_EQ(routes.match("GET", "/v1/batch").allow, "OPTIONS, POST");
    for (const char* path : {"/v1", "/v1/customers", "/v1/customers/", "/v1/customers/a/", "//"}) {
        EXPECT_EQ(routes.match("GET", path).allow, "") << path;
    }
    EXPECT_NE(routes.match("GET", "/").handler, nullptr);
}

TEST(RoutesTest, HeadIsAnsweredByGet) {
    const Routes routes = table();
    EXPECT_EQ(routes.match("HEAD", "/").handler, routes.match("GET", "/").handler);
    EXPECT_EQ(routes.match("HEAD", "/v1/batch").handler, nullptr);
}

TEST(ResponseTest, NoHeaderComesFromAValue) {
    Response response(200, "text/plain", "x");
    response.set("X-Echo", "a\r\nSet-Cookie: b");
    EXPECT_FALSE(find_header(response.headers, "X-Echo").has_value());
    response.set("x-a", "1");
    response.set("X-A", "2");
    EXPECT_EQ(find_header(response.headers, "x-A"), "2");
    EXPECT_EQ(response.headers.size(), 2u);
}

TEST(ResponseTest, IsWrittenWithItsGuards) {
    WriteOptions options;
    options.now = from_ms(1'795'158'308'167);
    options.request_id = "req_1";
    const std::string page =
        write_response(Response(200, "text/html; charset=utf-8", "<p>"), options);
    EXPECT_EQ(page.substr(0, 17), "HTTP/1.1 200 OK\r\n");
    for (const char* line :
         {"X-Content-Type-Options: nosniff\r\n", "Content-Security-Policy: default-src 'none';",
          "Date: Fri, 20 Nov 2026 07:05:08 GMT\r\n", "Request-Id: req_1\r\n",
          "Content-Length: 3\r\n"}) {
        EXPECT_NE(page.find(line), std::string::npos) << line;
    }
    EXPECT_EQ(page.find("Connection:"), std::string::npos);
    EXPECT_EQ(page.substr(page.size() - 7), "\r\n\r\n<p>");

    Response own(200, "text/html", "<p>");
    own.set("Content-Security-Policy", "sandbox");
    EXPECT_NE(write_response(own, options).find("Content-Security-Policy: sandbox\r\n"),
              std::string::npos);
}

TEST(ResponseTest, WritesTheLengthButNotTheBodyForHead) {
    WriteOptions options;
    options.head_only = true;
    options.keep_alive = false;
    const std::string bytes = write_response(Response(200, "text/plain", "12345"), options);
    EXPECT_NE(bytes.find("Content-Length: 5\r\n\r\n"), std::string::npos);
    EXPECT_EQ(bytes.find("12345"), std::string::npos);
    EXPECT_NE(bytes.find("Connection: close\r\n"), std::string::npos);
    Response nothing;
    nothing.status = 204;
    EXPECT_EQ(write_response(nothing, options).find("Content-Length"), std::string::npos);
}

TEST(ProblemTest, HidesTheServersOwnTrouble) {
    const Response hidden = problem(Error{Errc::io, "/var/lib/state.db: disk full"});
    EXPECT_EQ(hidden.status, 500);
    EXPECT_EQ(hidden.body.find("state.db"), std::string::npos);
    const Response shown = problem(Error{Errc::invalid_argument, "no such segment"});
    EXPECT_EQ(shown.status, 400);
    EXPECT_NE(shown.body.find("\"message\":\"no such segment\""), std::string::npos);
    EXPECT_EQ(find_header(problem(503, "overloaded", "x").headers, "Retry-After"), "1");
}

TEST(PercentTest, LeavesMalformedEscapesAlone) {
    EXPECT_EQ(percent_decoded("%41%4"), "A%4");
    EXPECT_EQ(percent_decoded("%zz+%2b"), "%zz++");
    EXPECT_EQ(percent_decoded("a+b%20c", true), "a b c");
}

}  // namespace
}  // namespace sluice::api
