#include "connectors/builtin.hpp"
#include "connectors/sms/sms_segments.hpp"
#include "connectors/sms/twilio_codec.hpp"
#include "tests/connectors/support/http_server.hpp"
#include "tests/connectors/support/loop.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace sluice::connectors::test {
namespace {

namespace json = boost::json;
using Status = Outcome::Status;
using Class = Outcome::Class;
using Scope = Outcome::Scope;

json::value capture(const std::string& name) {
    std::ifstream file(std::string(SLUICE_TEST_DATA) + "/captures/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

/// What Twilio's own client wrote at one step of the capture.
json::object captured_request(std::string_view step) {
    const json::value all = capture("twilio_sdk_outbound.json");
    for (const json::value& request : all.at("requests").as_array()) {
        if (request.at("step").as_string() == step) {
            return request.as_object();
        }
    }
    ADD_FAILURE() << "no such step: " << step;
    return {};
}

TwilioSettings settings() {
    TwilioSettings out;
    out.account_sid = "AC" + std::string(32, 'a');
    out.auth_token = std::string(32, 't');
    out.from = "+15005550006";
    return out;
}

Outbound text_message(std::string text) {
    Outbound outbound;
    outbound.id = "01H";
    outbound.channel = Channel::sms;
    outbound.to = "+14155552671";
    outbound.text = std::move(text);
    return outbound;
}

std::string header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

TEST(TwilioRequestTest, EqualsTheOfficialClients) {
    TwilioSettings with = settings();
    with.status_callback = "https://flow.example/hooks/twilio?d={id}";
    const HttpRequest request = twilio_request(text_message("Hallo Zoë – 10% off 🎉"), with);
    const json::object want = captured_request("messages.create From/To/Body/StatusCallback");
    EXPECT_EQ(request.body, text_of(want.at("body_utf8")));
    EXPECT_EQ(request.url, "https://api.twilio.com" + text_of(want.at("path")));
    const json::array& raw = want.at("rawHeaders").as_array();
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
        const std::string name = text_of(raw[i]);
        if (name == "Authorization" || name == "Content-Type" || name == "Accept") {
            EXPECT_EQ(header(request.headers, name), text_of(raw[i + 1])) << name;
        }
    }
    EXPECT_EQ(twilio_request(text_message("x"), settings()).body,
              text_of(captured_request("messages.create error 21610").at("body_utf8")));
}

// Twilio's published OpenAPI description of CreateMessage (tests/data/twilio, with its source). Its
// schema is open, so a name it does not declare would pass there unnoticed: here it does not.
json::object description() {
    std::ifstream file(std::string(SLUICE_TEST_DATA) + "/twilio/create_message.json");
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str()).as_object();
}

std::vector<std::pair<std::string, std::string>> form_fields(const std::string& body) {
    std::vector<std::pair<std::string, std::string>> fields;
    std::istringstream form(body);
    for (std::string field; std::getline(form, field, '&');) {
        const std::size_t equals = field.find('=');
        fields.emplace_back(field.substr(0, equals), field.substr(equals + 1));
    }
    return fields;
}

/// The path of the request fits the template, its only parameter the declared pattern.
void expect_declared_path(const std::string& url, const json::object& api) {
    const json::object& sid = api.at("parameters").as_array().at(0).as_object();
    const std::string pattern = text_of(sid.at("schema").as_object().at("pattern"));
    std::string path = text_of(api.at("path"));
    const std::string hole = "{AccountSid}";
    ASSERT_NE(path.find(hole), std::string::npos);
    path.replace(path.find(hole), hole.size(), pattern.substr(1, pattern.size() - 2));
    EXPECT_TRUE(std::regex_match(url, std::regex("https://api\\.twilio\\.com" + path))) << url;
}

TEST(TwilioRequestTest, IsValidAgainstTheProvidersDescription) {
    const json::object api = description();
    const json::object& content = api.at("requestBody").as_object().at("content").as_object();
    const json::object& schema =
        content.at("application/x-www-form-urlencoded").as_object().at("schema").as_object();
    const json::object& properties = schema.at("properties").as_object();
    ASSERT_GE(properties.size(), 20U);
    TwilioSettings with = settings();
    with.status_callback = "https://flow.example/h";
    for (const bool service : {false, true}) {
        with.from = service ? "" : "+15005550006";
        with.messaging_service_sid = service ? "MG" + std::string(32, 'c') : "";
        const HttpRequest request = twilio_request(text_message("a&b=c"), with);
        expect_declared_path(request.url, api);
        const auto fields = form_fields(request.body);
        EXPECT_EQ(fields.size(), 4U);
        std::set<std::string> names;
        std::size_t place = 0;
        for (const auto& [name, value] : fields) {
            EXPECT_TRUE(properties.contains(name)) << name;
            EXPECT_FALSE(value.empty()) << name;
            EXPECT_TRUE(names.insert(name).second) << name << " stands twice";
            // The order is the description's too, which is the official client's.
            const auto at = static_cast<std::size_t>(properties.find(name) - properties.begin());
            EXPECT_GE(at, place) << name;
            place = at;
        }
        for (const json::value& required : schema.at("required").as_array()) {
            EXPECT_TRUE(names.contains(text_of(required))) << text_of(required);
        }
    }
}

TEST(TwilioRequestTest, SmartEncodingSendsWhatIsCounted) {
    TwilioSettings with = settings();
    with.smart_encoding = true;
    EXPECT_NE(twilio_request(text_message("It’s"), with).body.find("Body=It%27s"),
              std::string::npos);
}

struct Row {
    const char* name;
    int status;
    const char* body;
    Status want;
    Class why;
    Scope scope;
    const char* code;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}
class TwilioAnswerTest : public testing::TestWithParam<Row> {};

TEST_P(TwilioAnswerTest, IsJudged) {
    HttpResponse response;
    response.status = GetParam().status;
    response.body = GetParam().body;
    response.headers = {{"Retry-After", "7"}};
    const Outcome outcome = twilio_outcome(response, kEpoch);
    EXPECT_EQ(to_text(outcome.status), to_text(GetParam().want));
    EXPECT_EQ(to_text(outcome.why), to_text(GetParam().why));
    EXPECT_EQ(outcome.scope, GetParam().scope);
    EXPECT_EQ(outcome.code, GetParam().code);
    EXPECT_EQ(outcome.retry_after.has_value(), outcome.status == Status::deferred);
}

const Row kRows[] = {
    {"Queued", 201, R"({"sid":"SM1","status":"queued","error_code":null})", Status::accepted,
     Class::none, Scope::message, "201"},
    {"FailedAtOnce", 201, R"({"sid":"SM1","status":"failed","error_code":21610})", Status::rejected,
     Class::unsubscribed, Scope::recipient, "21610"},
    {"FailedWithoutCode", 201, R"({"sid":"SM1","status":"failed"})", Status::rejected,
     Class::content, Scope::message, "201"},
    {"NotJson", 201, "<html>", Status::unknown, Class::none, Scope::provider, "201"},
    {"NotTwilio", 200, R"({"hello":1})", Status::unknown, Class::none, Scope::provider, "200"},
    {"Stop", 400, R"({"code":21610,"message":"x"})", Status::rejected, Class::unsubscribed,
     Scope::recipient, "21610"},
    {"BadNumber", 400, R"({"code":21211})", Status::rejected, Class::bounce_hard, Scope::recipient,
     "21211"},
    {"NotMobile", 400, R"({"code":21614})", Status::rejected, Class::bounce_hard, Scope::recipient,
     "21614"},
    {"NoNumber", 400, R"({"code":21217})", Status::rejected, Class::bounce_hard, Scope::recipient,
     "21217"},
    {"Region", 400, R"({"code":21408})", Status::rejected, Class::config, Scope::recipient,
     "21408"},
    {"Throttled", 429, R"({"code":20429})", Status::deferred, Class::throttle, Scope::provider,
     "20429"},
    {"ThrottledBare", 429, "", Status::deferred, Class::throttle, Scope::provider, "429"},
    {"Unreachable", 400, R"({"code":30003})", Status::deferred, Class::bounce_soft,
     Scope::recipient, "30003"},
    {"UnknownHandset", 400, R"({"code":30005})", Status::rejected, Class::bounce_hard,
     Scope::recipient, "30005"},
    {"Landline", 400, R"({"code":30006})", Status::rejected, Class::bounce_hard, Scope::recipient,
     "30006"},
    {"Filtered", 400, R"({"code":30007})", Status::rejected, Class::policy, Scope::message,
     "30007"},
    {"Unregistered", 400, R"({"code":30034})", Status::deferred, Class::config, Scope::provider,
     "30034"},
    {"WhatsappWindow", 400, R"({"code":63016})", Status::rejected, Class::content, Scope::message,
     "63016"},
    {"Unlisted", 400, R"({"code":12345})", Status::rejected, Class::content, Scope::message,
     "12345"},
    {"WrongToken", 401, R"({"code":20003})", Status::deferred, Class::config, Scope::provider,
     "20003"},
    {"Forbidden", 403, "", Status::deferred, Class::config, Scope::provider, "403"},
    {"Redirect", 302, "", Status::deferred, Class::config, Scope::provider, "302"},
    {"Timeout", 408, "", Status::deferred, Class::none, Scope::connection, "408"},
    {"TooLarge", 413, "", Status::rejected, Class::content, Scope::message, "413"},
    {"Broken", 500, "", Status::unknown, Class::none, Scope::provider, "500"},
    {"BadGateway", 502, "", Status::unknown, Class::none, Scope::provider, "502"},
    {"Unavailable", 503, "", Status::deferred, Class::none, Scope::provider, "503"},
    {"GatewayTimeout", 504, "", Status::unknown, Class::none, Scope::provider, "504"},
};
std::string name_of(const testing::TestParamInfo<Row>& row) {
    return row.param.name;
}
INSTANTIATE_TEST_SUITE_P(Table, TwilioAnswerTest, testing::ValuesIn(kRows), name_of);

class TwilioConnectorTest : public testing::Test {
protected:
    TwilioConnectorTest() {
        for (const ConnectorKind& kind : builtin_connectors()) {
            if (kind.type == "twilio") {
                const ConnectorSettings given{{"account_sid", "AC1"},
                                              {"auth_token", "secret"},
                                              {"from", "+15005550006"},
                                              {"base_url", server.url() + "/"}};
                connector = std::move(
                    kind.make(loop.io.get_executor(), given, ConnectorHost{clock}).value());
            }
        }
    }
    Loop loop;
    SystemClock clock;
    HttpServer server;
    std::unique_ptr<Connector> connector;
};

TEST_F(TwilioConnectorTest, CarriesWhatTheCaptureAnswers) {
    const json::object good = captured_request("messages.create From/To/Body/StatusCallback");
    server.answer(201, text_of(good.at("our_response").at("body")));
    const Outcome accepted = loop.send(*connector, text_message("hi"));
    EXPECT_EQ(accepted.status, Status::accepted);
    EXPECT_EQ(accepted.provider_id, "SM" + std::string(32, 'b'));
    EXPECT_EQ(server.requests().at(0).line, "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1");
    const json::object stop = captured_request("messages.create error 21610");
    server.answer(400, text_of(stop.at("our_response").at("body")));
    const Outcome stopped = loop.send(*connector, text_message("hi"));
    EXPECT_EQ(stopped.why, Class::unsubscribed);
    EXPECT_EQ(stopped.code, "21610");
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(TwilioConnectorTest, ThrottlingCarriesItsWait) {
    server.answer(429, R"({"code":20429,"message":"Too Many Requests"})", "Retry-After: 3\r\n");
    const Outcome outcome = loop.send(*connector, text_message("hi"));
    EXPECT_EQ(outcome.why, Class::throttle);
    EXPECT_EQ(outcome.retry_after, std::chrono::seconds(3));
}

TEST_F(TwilioConnectorTest, RefusesWhatTwilioWould) {
    Outbound outbound = text_message(std::string(1601, 'x'));
    EXPECT_EQ(loop.send(*connector, outbound).why, Class::content);
    outbound.text = "";
    EXPECT_EQ(loop.send(*connector, outbound).why, Class::content);
    for (const char* number : {"", "4155552671", "+0155552671", "+1415555x671", "+14155552671\r\n",
                               "+12345", "+12345678901234567"}) {
        outbound = text_message("hi");
        outbound.to = number;
        EXPECT_EQ(loop.send(*connector, outbound).why, Class::bounce_hard) << number;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(SmsSegmentsTest, AgreesWithTwiliosCalculator) {
    const json::value all = capture("sms_segment_vectors.json");
    int checked = 0;
    for (const json::value& vector : all.at("vectors").as_array()) {
        std::string text = text_of(vector.at("text"));
        if (vector.at("smart_encoding").as_bool()) {
            text = smart_encode(text);
        }
        const SmsSegments got = count_segments(text);
        const bool gsm = got.encoding == SmsEncoding::gsm7;
        SCOPED_TRACE(text_of(vector.at("name")));
        EXPECT_EQ(gsm ? "GSM-7" : "UCS-2", text_of(vector.at("encoding")));
        EXPECT_EQ(static_cast<std::int64_t>(got.message_bits),
                  vector.at("message_bits").as_int64());
        EXPECT_EQ(static_cast<std::int64_t>(got.total_bits), vector.at("total_bits").as_int64());
        // The calculator counts an empty text as one segment too.
        EXPECT_EQ(static_cast<std::int64_t>(got.segments), vector.at("segments").as_int64());
        ++checked;
    }
    EXPECT_EQ(checked, 64);
}

TEST(SmsSegmentsTest, NeverSplitsACharacter) {
    // 152 letters leave one septet, which the euro sign does not fit into.
    EXPECT_EQ(count_segments(std::string(152, 'a') + "€" + std::string(151, 'a')).segments, 2U);
    EXPECT_EQ(count_segments(std::string(152, 'a') + "€" + std::string(152, 'a')).segments, 3U);
}

}  // namespace
}  // namespace sluice::connectors::test
