#include "engine/api/http_front.hpp"

#include "engine/base/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::api {
namespace {

FrontRules rules() {
    FrontRules out;
    out.allowed_hosts = {"localhost", "[::1]", "shop.example:8080"};
    out.body_bytes_max = 1'000;
    return out;
}

/// What the front says to these bytes: "200" when the head passes, else status and code.
std::string verdict(std::string_view bytes) {
    HeadScanner scanner;
    switch (scanner.feed(bytes)) {
        case HeadScanner::State::more:
            return "more";
        case HeadScanner::State::fault:
            return std::to_string(scanner.fault().status) + " " + scanner.fault().code;
        case HeadScanner::State::complete:
            break;
    }
    const HeadVerdict result = vet_head(scanner.head(bytes), rules());
    if (const auto* fault = std::get_if<FrontFault>(&result)) {
        EXPECT_FALSE(fault->message.empty());
        return std::to_string(fault->status) + " " + fault->code;
    }
    return "200";
}

Head passed(std::string_view bytes) {
    HeadScanner scanner;
    EXPECT_EQ(scanner.feed(bytes), HeadScanner::State::complete);
    HeadVerdict result = vet_head(scanner.head(bytes), rules());
    if (!std::holds_alternative<Head>(result)) {
        ADD_FAILURE() << std::get<FrontFault>(result).message;
        return {};
    }
    return std::move(std::get<Head>(result));
}

struct Vector {
    const char* name;
    const char* bytes;
    const char* want;
};

class FrontVector : public testing::TestWithParam<Vector> {};

TEST_P(FrontVector, GetsItsVerdict) {
    EXPECT_EQ(verdict(GetParam().bytes), GetParam().want);
}

const auto kName = [](const auto& test) { return std::string(test.param.name); };

const Vector kRequestLine[] = {
    {"Plain", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
    {"OneEmptyLineBefore", "\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
    {"TwoEmptyLinesBefore", "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
     "400 bad_request_line"},
    {"Unfinished", "GET / HTTP/1.1\r\nHost: localhost\r\n", "more"},
    {"BareLineFeed", "GET / HTTP/1.1\nHost: localhost\n\n", "400 bad_line_end"},
    {"BareCarriageReturn", "GET / HTTP/1.1\rHost: localhost\r\n\r\n", "400 bad_line_end"},
    {"NotHttp", "hello\r\n\r\n", "400 bad_request_line"},
    {"TlsHello", "\x16\x03\x01\n", "400 bad_line_end"},
    {"NoVersion", "GET /\r\nHost: localhost\r\n\r\n", "400 bad_request_line"},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"Tab", "GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_request_line"},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: localhost\r\n\r\n", "400 bad_request_line"},
    {"LongVersion", "GET / HTTP/1.10\r\nHost: localhost\r\n\r\n", "400 bad_request_line"},
    {"Http2", "PRI * HTTP/2.0\r\n\r\n", "505 version_not_supported"},
    {"Http09", "GET / HTTP/0.9\r\n\r\n", "505 version_not_supported"},
    {"MethodIsNoToken", "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_method"},
    {"EmptyMethod", " / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_method"},
    {"UnknownMethod", "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", "501 unknown_method"},
    {"LowerCaseMethod", "get / HTTP/1.1\r\nHost: localhost\r\n\r\n", "501 unknown_method"},
    {"Trace", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 method_not_allowed"},
    {"Connect", "CONNECT localhost:25 HTTP/1.1\r\nHost: localhost\r\n\r\n",
     "405 method_not_allowed"},
    {"OptionsStar", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
    {"GetStar", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"RelativeTarget", "GET index HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"AbsoluteTarget", "GET http://localhost/a HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
    {"AbsoluteTargetOfAnotherHost", "GET http://evil.example/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
     "400 bad_host"},
    {"AbsoluteTargetWithUser", "GET http://a@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
     "400 bad_host"},
    {"HighByteInTarget", "GET /\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"FragmentInTarget", "GET /#a HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"PercentTruncated", "GET /%4 HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"PercentNotHex", "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
    {"PercentZero", "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 bad_target"},
};
INSTANTIATE_TEST_SUITE_P(RequestLine, FrontVector, testing::ValuesIn(kRequestLine), kName);

const Vector kFields[] = {
    {"Folded", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", "400 folded_header"},
    {"FoldedWithTab", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n\tb\r\n\r\n",
     "400 folded_header"},
    {"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "400 bad_header"},
    {"NoColon", "GET / HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n", "400 bad_header"},
    {"EmptyName", "GET / HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n", "400 bad_header"},
    {"NameIsNoToken", "GET / HTTP/1.1\r\nHost: localhost\r\nX(y): a\r\n\r\n", "400 bad_header"},
    {"ControlInValue", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01z\r\n\r\n", "400 bad_header"},
    {"EmptyValue", "GET / HTTP/1.1\r\nHost: localhost\r\nX:\r\n\r\n", "200"},
    {"HighBytesInValue", "GET / HTTP/1.1\r\nHost: localhost\r\nX: \xc3\xa9\r\n\r\n", "200"},
    {"AuthorizationTwice",
     "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: a\r\nauthorization: b\r\n\r\n",
     "400 duplicate_header"},
    {"ContentEncodingTwice",
     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Encoding: "
     "gzip\r\n\r\n",
     "400 duplicate_header"},
    {"AcceptTwiceIsAList", "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: a\r\nAccept: b\r\n\r\n",
     "200"},
};
INSTANTIATE_TEST_SUITE_P(Fields, FrontVector, testing::ValuesIn(kFields), kName);

const Vector kHost[] = {
    {"Missing", "GET / HTTP/1.1\r\n\r\n", "400 missing_host"},
    {"MissingIn10", "GET / HTTP/1.0\r\n\r\n", "200"},
    {"Twice", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
     "400 duplicate_header"},
    {"Empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 bad_host"},
    {"List", "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n", "400 bad_host"},
    {"WithPath", "GET / HTTP/1.1\r\nHost: localhost/a\r\n\r\n", "400 bad_host"},
    {"NotAllowed", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400 host_not_allowed"},
    {"NotAllowedIn10", "GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n", "400 host_not_allowed"},
    {"AnyCaseAnyPort", "GET / HTTP/1.1\r\nHost: LocalHost:12345\r\n\r\n", "200"},
    {"Ipv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200"},
    {"Ipv6Unclosed", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400 bad_host"},
    {"PortOfTheRule", "GET / HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n", "200"},
    {"AnotherPort", "GET / HTTP/1.1\r\nHost: shop.example:8081\r\n\r\n", "400 host_not_allowed"},
    {"PortIsText", "GET / HTTP/1.1\r\nHost: localhost:http\r\n\r\n", "400 bad_host"},
};
INSTANTIATE_TEST_SUITE_P(Host, FrontVector, testing::ValuesIn(kHost), kName);

const Vector kFraming[] = {
    {"Chunked", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n", "200"},
    {"Xchunked", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
     "400 bad_framing"},
    {"ChunkedIdentity",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
     "400 bad_framing"},
    {"GzipChunked",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     "400 bad_framing"},
    {"ChunkedTwice",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n",
     "400 duplicate_header"},
    {"ChunkedAndLength",
     "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: "
     "4\r\n\r\n",
     "400 bad_framing"},
    {"ChunkedIn10", "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400 bad_framing"},
    {"Length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", "200"},
    {"LengthOverTheLimit", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n",
     "413 body_too_large"},
    {"LengthOver64Bits",
     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
     "413 body_too_large"},
    {"EqualLengthsTwice",
     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
     "400 duplicate_header"},
    {"LengthList", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4, 4\r\n\r\n",
     "400 bad_framing"},
    {"NegativeLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
     "400 bad_framing"},
    {"SignedLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +4\r\n\r\n",
     "400 bad_framing"},
    {"HexLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x4\r\n\r\n",
     "400 bad_framing"},
    {"EmptyLength", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n\r\n",
     "400 bad_framing"},
    {"Expect", "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-Continue\r\n\r\n", "200"},
    {"ExpectElse", "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: a-pony\r\n\r\n",
     "417 expectation_failed"},
};
INSTANTIATE_TEST_SUITE_P(Framing, FrontVector, testing::ValuesIn(kFraming), kName);

TEST(HttpFrontTest, RefusesAZeroByte) {
    EXPECT_EQ(verdict(std::string_view("GET /\0 HTTP/1.1\r\n\r\n", 19)), "400 bad_head");
}

TEST(HttpFrontTest, CountsFieldsBytesAndTarget) {
    const auto with_fields = [](std::size_t count) {
        std::string head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
        for (std::size_t i = 1; i < count; ++i) {
            head += "X-" + std::to_string(i) + ": 1\r\n";
        }
        return head + "\r\n";
    };
    EXPECT_EQ(verdict(with_fields(limits::kHeaderFieldsMax)), "200");
    EXPECT_EQ(verdict(with_fields(limits::kHeaderFieldsMax + 1)), "431 too_many_fields");

    const std::string start = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
    const auto with_bytes = [&](std::size_t size) {
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };
    EXPECT_EQ(verdict(with_bytes(limits::kHeaderBytesMax)), "200");
    EXPECT_EQ(verdict(with_bytes(limits::kHeaderBytesMax + 1)), "431 head_too_large");
    EXPECT_EQ(verdict(start + std::string(limits::kHeaderBytesMax, 'x')), "431 head_too_large");

    const auto with_target = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    };
    EXPECT_EQ(verdict(with_target(kTargetBytesMax)), "200");
    EXPECT_EQ(verdict(with_target(kTargetBytesMax + 1)), "414 target_too_long");
}

TEST(HttpFrontTest, AnyHostPassesWithoutAList) {
    FrontRules open;
    open.body_bytes_max = 1;
    const HeadVerdict result =
        vet_head("GET / HTTP/1.1\r\nHost: events.shop.example\r\n\r\n", open);
    EXPECT_TRUE(std::holds_alternative<Head>(result));
}

TEST(HttpFrontTest, ReadsTheHead) {
    const Head head = passed(
        "POST http://LOCALHOST/v1/b%20c?x=1&y=a+b HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        "12\r\n"
        "Expect: 100-continue\r\nX-Padded:  \t a b \t\r\n\r\n");
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.path, "/v1/b%20c");
    EXPECT_EQ(head.query, "x=1&y=a+b");
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_FALSE(head.chunked);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_EQ(find_header(head.headers, "x-padded"), "a b");
    EXPECT_EQ(passed("GET http://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n").path, "/");
    EXPECT_EQ(passed("GET http://localhost?q HTTP/1.1\r\nHost: localhost\r\n\r\n").query, "q");
}

TEST(HttpFrontTest, KnowsWhetherTheConnectionStays) {
    const auto stays = [](std::string_view version, std::string_view fields) {
        std::string head = "GET / HTTP/";
        head.append(version).append("\r\nHost: localhost\r\n").append(fields).append("\r\n");
        return passed(head).keep_alive;
    };
    EXPECT_TRUE(stays("1.1", ""));
    EXPECT_FALSE(stays("1.1", "Connection: close\r\n"));
    EXPECT_FALSE(stays("1.1", "Connection: keep-alive, Close\r\n"));
    EXPECT_FALSE(stays("1.1", "Connection: te\r\nConnection: close\r\n"));
    EXPECT_FALSE(stays("1.0", ""));
    EXPECT_TRUE(stays("1.0", "Connection: Keep-Alive\r\n"));
    EXPECT_FALSE(stays("1.0", "Connection: close, keep-alive\r\n"));
}

/// However the bytes are cut, the scanner stops at the same place.
TEST(HttpFrontTest, ScansTheSameInAnyPieces) {
    const std::string bytes =
        "\r\nPOST /v1/b HTTP/1.1\r\nHost: localhost\r\n\r\n{\"batch\":[]}\r\n\r\n";
    const std::size_t end = bytes.find("{");
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        HeadScanner scanner;
        std::size_t given = 0;
        auto state = HeadScanner::State::more;
        while (state == HeadScanner::State::more && given < bytes.size()) {
            given = std::min(given + piece, bytes.size());
            state = scanner.feed(std::string_view(bytes).substr(0, given));
        }
        ASSERT_EQ(state, HeadScanner::State::complete) << piece;
        EXPECT_EQ(scanner.end(), end);
        EXPECT_EQ(scanner.head(bytes).substr(0, 4), "POST");
    }
}

}  // namespace
}  // namespace sluice::api
