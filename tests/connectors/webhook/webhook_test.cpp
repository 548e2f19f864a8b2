#include "connectors/builtin.hpp"
#include "connectors/webhook/webhook_connector.hpp"
#include "connectors/webhook/webhook_signature.hpp"
#include "tests/connectors/support/http_server.hpp"
#include "tests/connectors/support/loop.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <fstream>
#include <sstream>

namespace sluice::connectors::test {
namespace {

namespace json = boost::json;
using Status = Outcome::Status;
using Class = Outcome::Class;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const Instant kNow = from_ms(1'767'322'984'999);

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

TEST(WebhookSignatureTest, EqualsTheReferenceVectors) {
    std::ifstream file(std::string(SLUICE_TEST_DATA) + "/captures/signature_vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    const json::value all = json::parse(text.str());
    int checked = 0;
    for (const json::value& vector : all.at("standard_webhooks").at("vectors").as_array()) {
        const std::string key = webhook_key(text_of(vector.at("secret"))).value();
        EXPECT_EQ(
            webhook_signature(key, text_of(vector.at("id")), vector.at("timestamp").as_int64(),
                              text_of(vector.at("payload"))),
            text_of(vector.at("signature")));
        ++checked;
    }
    EXPECT_EQ(checked, 4);
}

TEST(WebhookSignatureTest, SecretsAreBase64OrText) {
    EXPECT_EQ(webhook_key("whsec_YWJj").value(), "abc");
    EXPECT_EQ(webhook_key("plain secret").value(), "plain secret");
    for (const char* secret : {"", "whsec_", "whsec_%%%%", "whsec_YWJ"}) {
        EXPECT_FALSE(webhook_key(secret).has_value()) << secret;
    }
}

std::string header(const HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.headers) {
        if (key == name) {
            return value;
        }
    }
    return "(none)";
}

Outbound call() {
    Outbound outbound;
    outbound.id = "msg_utf8";
    outbound.is_call = true;
    outbound.url = "https://crm.example/hook";
    outbound.secret = kSecret;
    outbound.body = "{\"name\":\"Zo\u00eb \U0001f389\"}";
    return outbound;
}

TEST(WebhookRequestTest, ACallIsSignedWithTheClocksTime) {
    const HttpRequest request = webhook_request(call(), WebhookSettings(), kNow).value();
    EXPECT_EQ(request.url, "https://crm.example/hook");
    EXPECT_EQ(request.body, call().body);
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    EXPECT_EQ(header(request, "webhook-id"), "msg_utf8");
    EXPECT_EQ(header(request, "webhook-timestamp"), "1767322984");
    EXPECT_EQ(header(request, "webhook-signature"),
              "v1,7BGdHnvd6aQhNjJ8EJhQURrhmwOm4Q8W7f8D/W+lz9M=");
}

TEST(WebhookRequestTest, TheCallsSecretGoesBeforeTheConnectors) {
    WebhookSettings with;
    with.secret = "other";
    Outbound outbound = call();
    const std::string own =
        header(webhook_request(outbound, with, kNow).value(), "webhook-signature");
    outbound.secret.clear();
    const std::string common =
        header(webhook_request(outbound, with, kNow).value(), "webhook-signature");
    EXPECT_NE(own, common);
    EXPECT_EQ(
        header(webhook_request(outbound, WebhookSettings(), kNow).value(), "webhook-signature"),
        "(none)");
    outbound.secret = "whsec_%";
    EXPECT_FALSE(webhook_request(outbound, with, kNow).has_value());
}

TEST(WebhookRequestTest, AMessageIsJson) {
    WebhookSettings with;
    with.url = "https://send.example/in";
    Outbound outbound;
    outbound.id = "m1";
    outbound.channel = Channel::email;
    outbound.to = "ann@example.org";
    outbound.subject = "Hi \"you\"";
    outbound.html = "<p>x</p>";
    outbound.text = "x";
    outbound.flow = "welcome";
    outbound.step = "first";
    outbound.customer = "c1";
    const HttpRequest request = webhook_request(outbound, with, kNow).value();
    EXPECT_EQ(request.url, with.url);
    const json::value body = json::parse(request.body);
    EXPECT_EQ(text_of(body.at("id")), "m1");
    EXPECT_EQ(text_of(body.at("channel")), "email");
    EXPECT_EQ(text_of(body.at("to")), "ann@example.org");
    EXPECT_EQ(text_of(body.at("subject")), "Hi \"you\"");
    EXPECT_EQ(text_of(body.at("html")), "<p>x</p>");
    EXPECT_EQ(text_of(body.at("step")), "first");
    EXPECT_EQ(body.at("attempt").as_int64(), 1);
    EXPECT_FALSE(webhook_request(outbound, WebhookSettings(), kNow).has_value());
}

Outcome judge(int status, std::string body = "", HttpHeaders headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return webhook_outcome(response, from_ms(784'111'777'000));
}

TEST(WebhookAnswerTest, StatusTable) {
    struct Case {
        int status;
        Status want;
        Class why;
    };
    for (const Case& c : {
             Case{200, Status::accepted, Class::none},
             Case{204, Status::accepted, Class::none},
             Case{301, Status::rejected, Class::config},
             Case{400, Status::rejected, Class::content},
             Case{401, Status::rejected, Class::config},
             Case{404, Status::rejected, Class::config},
             Case{408, Status::deferred, Class::none},
             Case{409, Status::rejected, Class::content},
             Case{410, Status::rejected, Class::config},
             Case{413, Status::rejected, Class::content},
             Case{422, Status::rejected, Class::content},
             Case{425, Status::deferred, Class::none},
             Case{429, Status::deferred, Class::throttle},
             Case{500, Status::deferred, Class::none},
             Case{502, Status::deferred, Class::none},
             Case{503, Status::deferred, Class::none},
         }) {
        const Outcome outcome = judge(c.status);
        EXPECT_EQ(to_text(outcome.status), to_text(c.want)) << c.status;
        EXPECT_EQ(to_text(outcome.why), to_text(c.why)) << c.status;
        EXPECT_EQ(outcome.code, std::to_string(c.status));
    }
}

TEST(WebhookAnswerTest, RetryAfterInBothForms) {
    EXPECT_EQ(judge(429, "", {{"retry-after", "30"}}).retry_after, std::chrono::seconds(30));
    EXPECT_EQ(judge(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:51:37 GMT"}}).retry_after,
              std::chrono::seconds(120));
    EXPECT_FALSE(judge(503, "", {{"Retry-After", "later"}}).retry_after.has_value());
    EXPECT_FALSE(judge(400, "", {{"Retry-After", "30"}}).retry_after.has_value());
}

TEST(WebhookAnswerTest, ABodyMaySayMore) {
    const Outcome taken = judge(200, R"({"status":"accepted","provider_id":"p1"})");
    EXPECT_EQ(taken.status, Status::accepted);
    EXPECT_EQ(taken.provider_id, "p1");
    const Outcome refused = judge(
        200, R"({"status":"rejected","code":"no_such","text":"ann@example.org is not here"})");
    EXPECT_EQ(refused.status, Status::rejected);
    EXPECT_EQ(refused.code, "no_such");
    EXPECT_EQ(refused.text, "<address> is not here");
    for (const char* body : {"ok", "[1]", "{\"status\":7}", "{\"status\":\"fine\"}", "{"}) {
        EXPECT_EQ(judge(200, body).status, Status::accepted) << body;
    }
}

class WebhookConnectorTest : public testing::Test {
protected:
    std::unique_ptr<Connector> make(const ConnectorSettings& settings) {
        auto made = webhook_kind().make(loop.io.get_executor(), settings, ConnectorHost{clock});
        return std::move(made.value());
    }
    Loop loop;
    ManualClock clock{kNow};
    HttpServer server;
};

TEST_F(WebhookConnectorTest, SignsWithTheGivenClock) {
    const auto connector = make({{"allow_private", "true"}});
    Outbound outbound = call();
    outbound.url = server.url() + "/x";
    EXPECT_EQ(loop.send(*connector, outbound).status, Status::accepted);
    const auto seen = server.requests().at(0);
    EXPECT_EQ(seen.header("webhook-timestamp"), "1767322984");
    EXPECT_EQ(seen.header("webhook-signature"), "v1,7BGdHnvd6aQhNjJ8EJhQURrhmwOm4Q8W7f8D/W+lz9M=");
}

TEST_F(WebhookConnectorTest, RefusesPrivateTargetsUnlessAllowed) {
    const auto connector = make({});
    Outbound outbound = call();
    outbound.url = server.url("localhost");
    const Outcome outcome = loop.send(*connector, outbound);
    EXPECT_EQ(outcome.status, Status::rejected);
    EXPECT_EQ(outcome.why, Class::config);
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(WebhookConnectorTest, FollowsNoRedirect) {
    const auto connector = make({{"allow_private", "true"}});
    server.answer(307, "", "Location: " + server.url() + "/else\r\n");
    Outbound outbound = call();
    outbound.url = server.url();
    EXPECT_EQ(loop.send(*connector, outbound).why, Class::config);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(WebhookConnectorTest, CarriesMessagesOnlyWithAUrl) {
    EXPECT_TRUE(make({})->manifest().channels.empty());
    EXPECT_EQ(make({{"url", server.url()}})->manifest().channels.size(), 2U);
    Outbound outbound = call();
    outbound.is_call = false;
    EXPECT_EQ(loop.send(*make({}), outbound).why, Class::config);
}

}  // namespace
}  // namespace sluice::connectors::test
