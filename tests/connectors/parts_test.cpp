#include "connectors/email/email_address.hpp"
#include "connectors/encoding.hpp"
#include "connectors/provider_text.hpp"
#include "connectors/url.hpp"

#include <gtest/gtest.h>

namespace sluice::connectors {
namespace {

TEST(UrlTest, Splits) {
    const auto url = parse_url("HTTPS://Shop.Example:8443/a?b=c#d").value();
    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.host, "shop.example");
    EXPECT_EQ(url.port, 8443);
    EXPECT_EQ(url.target, "/a?b=c");
    EXPECT_EQ(url.authority(), "shop.example:8443");
    EXPECT_EQ(parse_url("http://x.example").value().target, "/");
    EXPECT_EQ(parse_url("http://x.example?q").value().target, "/?q");
    EXPECT_EQ(parse_url("https://x.example:443/").value().authority(), "x.example");
    EXPECT_EQ(parse_url("http://[::1]:80/").value().authority(), "[::1]");
    EXPECT_EQ(parse_url("https://Bücher.example/").value().host, "xn--bcher-kva.example");
}

TEST(UrlTest, RefusesTheRest) {
    for (const char* text :
         {"", "x.example", "ftp://x.example", "http://", "http:///x", "http://user:pw@x.example",
          "http://x.example:0", "http://x.example:99999", "http://x.example:", "http://x y.example",
          "http://x.example/\r\nA: b", "http://[::1", "http://[1.2.3.4]/", "http://x\\y/"}) {
        EXPECT_FALSE(parse_url(text).has_value()) << text;
    }
}

TEST(EmailAddressTest, TakesWhatSmtpTakes) {
    EXPECT_EQ(parse_email_address("Ann.Lee+x@Example.ORG").value().text(), "Ann.Lee+x@example.org");
    EXPECT_EQ(parse_email_address("a@münchen.example").value().domain, "xn--mnchen-3ya.example");
    EXPECT_FALSE(parse_email_address("zoë@example.org").value().ascii_local);
    for (const std::string& text :
         {std::string("ann"), std::string("@example.org"), std::string("ann@"),
          std::string("a b@example.org"), std::string("a@b c.example"), std::string(".a@b.example"),
          std::string("a..b@c.example"), std::string("<a@b.example>"), std::string("a@b.example."),
          std::string("a@-b.example"), std::string("a@b_c.example"), std::string("a@b..example"),
          std::string("a@b.example\r\n"), std::string(65, 'a') + "@b.example",
          "a@" + std::string(300, 'b')}) {
        EXPECT_FALSE(parse_email_address(text).has_value()) << text;
    }
}

TEST(ProviderTextTest, TakesAddressesOut) {
    EXPECT_EQ(provider_text("550 <ann@example.org> unknown"), "550 <<address>> unknown");
    EXPECT_EQ(provider_text("to=ann@example.org, no"), "<address>, no");
    EXPECT_EQ(provider_text("ann%40example.org"), "<address>");
    EXPECT_EQ(provider_text("number +14155552671 is not"), "number <address> is not");
    EXPECT_EQ(provider_text("call (+1 415 555-2671)"), "call (<address>)");
    EXPECT_EQ(provider_text("error 21610, see docs/errors/21610"),
              "error 21610, see docs/errors/21610");
    EXPECT_EQ(provider_text(" a\r\nb\x01 "), "a  b");
    EXPECT_EQ(provider_text(std::string(499, 'a') + "é").size(), 499U);
}

TEST(RetryAfterTest, ReadsSecondsAndDates) {
    using std::chrono::seconds;
    const Instant now = from_ms(784'111'777'000);  // Sun, 06 Nov 1994 08:49:37 GMT
    EXPECT_EQ(parse_retry_after(" 120 ", now), seconds(120));
    EXPECT_EQ(parse_retry_after("0", now), seconds(0));
    EXPECT_EQ(parse_retry_after("99999999999999999999", now), seconds(86'400));
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), seconds(60));
    EXPECT_EQ(parse_retry_after("Sun Nov  6 08:50:37 1994", now), seconds(60));
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), seconds(0));
    EXPECT_EQ(parse_retry_after("Friday, 20-Nov-26 09:31:06 GMT", from_ms(1'795'167'065'000)),
              seconds(1));
    for (const char* text : {"", "soon", "-5", "1.5", "Sun, 99 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nux 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"}) {
        EXPECT_FALSE(parse_retry_after(text, now).has_value()) << text;
    }
}

TEST(EncodingTest, RoundTrips) {
    for (const char* text : {"", "f", "fo", "foo", "foob"}) {
        EXPECT_EQ(base64_decode(base64_encode(text)), text);
    }
    EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
    for (const char* text : {"Zg", "Zg=", "Z===", "Zm9v\n", "Zm 9"}) {
        EXPECT_FALSE(base64_decode(text).has_value()) << text;
    }
    EXPECT_EQ(percent_encode("a b+c/ë~"), "a%20b%2Bc%2F%C3%AB~");
    EXPECT_EQ(fill_id("https://x/{id}?d={id}", "a b"), "https://x/a%20b?d=a%20b");
    EXPECT_EQ(decode_utf8("a\xf0\x9f\x8e\x89\xed\xa0\x80"), U"a\U0001f389\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace sluice::connectors
