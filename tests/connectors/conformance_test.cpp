#include "tests/connectors/conformance.hpp"

#include "connectors/builtin.hpp"
#include "connectors/mailbox/mailbox.hpp"
#include "connectors/mailbox/mailbox_page.hpp"
#include "tests/connectors/support/http_server.hpp"
#include "tests/connectors/support/smtp_server.hpp"

namespace sluice::connectors::test {
namespace {

std::unique_ptr<Connector> make(Loop& loop, std::string_view type,
                                const ConnectorSettings& settings, const ConnectorHost& host) {
    for (const ConnectorKind& kind : builtin_connectors()) {
        if (kind.type == type) {
            auto made = kind.make(loop.io.get_executor(), settings, host);
            EXPECT_TRUE(made.has_value()) << made.error().detail;
            return std::move(made.value());
        }
    }
    return nullptr;
}

Outbound message(const std::string& id, Channel channel) {
    Outbound outbound;
    outbound.id = id;
    outbound.channel = channel;
    outbound.to = channel == Channel::email ? kEmailCanary : kPhoneCanary;
    outbound.subject = "Your cart";
    outbound.text = "Two things wait in it.";
    outbound.flow = "abandoned_cart";
    outbound.step = "remind";
    outbound.customer = "c-1";
    return outbound;
}

class SmtpSubject final : public Subject {
public:
    SmtpSubject() : server_(std::make_unique<SmtpServer>(SmtpServer::Rules())) {
        ConnectorSettings settings{{"host", "127.0.0.1"},
                                   {"port", std::to_string(server_->port())},
                                   {"tls", "none"},
                                   {"from", "Shop <hello@shop.example>"}};
        connector_ = make(loop, "smtp", settings, ConnectorHost{clock_});
    }
    Connector& connector() override { return *connector_; }
    Outbound outbound(const std::string& id) const override { return message(id, Channel::email); }
    void provider(Provider mood) override {
        SmtpServer::Rules rules;
        const std::string person = std::string(" <") + kEmailCanary + ">: ";
        switch (mood) {
            case Provider::accepts:
                break;
            case Provider::refuses_for_now:
                rules.replies["RCPT"] = "451 4.3.0" + person + "later";
                break;
            case Provider::refuses_for_good:
                rules.replies["RCPT"] = "550 5.1.1" + person + "no such user";
                break;
            case Provider::resets_before_request:
                rules.reset.insert("MAIL");
                break;
            case Provider::silent_after_request:
                rules.silence.insert(".");
                break;
            case Provider::cuts_after_request:
                rules.hang_up.insert(".");
                break;
        }
        server_->set(rules);
    }
    void stop_provider() override { server_.reset(); }
    int arrivals() override {
        int count = 0;
        for (const std::string& line : server_->lines()) {
            count += line.starts_with("MAIL FROM") ? 1 : 0;
        }
        return count;
    }
    bool request_is_out() override { return server_->contents() == 1; }
    std::string bytes_seen() override {
        std::string out;
        for (const std::string& line : server_->lines()) {
            out += line + "\n";
        }
        for (const SmtpServer::Message& sent : server_->messages()) {
            out += sent.content;
        }
        return out;
    }

private:
    SystemClock clock_;
    std::unique_ptr<SmtpServer> server_;
    std::unique_ptr<Connector> connector_;
};

class HttpSubject : public Subject {
public:
    Connector& connector() override { return *connector_; }
    void provider(Provider mood) override {
        const std::string person = std::string(kPhoneCanary) + " " + kEmailCanary;
        switch (mood) {
            case Provider::accepts:
                server_->answer(201, R"({"sid":"SM1","status":"queued"})");
                break;
            case Provider::refuses_for_now:
                server_->answer(429, R"({"code":20429,"message":"Too many for )" + person + "\"}");
                break;
            case Provider::refuses_for_good:
                server_->answer(400, R"({"code":21211,"message":"Not valid: )" + person + "\"}");
                break;
            case Provider::resets_before_request:
                server_->fail_with(HttpServer::Fault::reset_before_body);
                break;
            case Provider::silent_after_request:
                server_->fail_with(HttpServer::Fault::silence);
                break;
            case Provider::cuts_after_request:
                server_->fail_with(HttpServer::Fault::reset_after_body);
                break;
        }
    }
    void stop_provider() override { server_.reset(); }
    int arrivals() override { return static_cast<int>(server_->requests().size()); }
    std::string bytes_seen() override {
        std::string out;
        for (const HttpServer::Request& request : server_->requests()) {
            out += request.line + "\n";
            for (const auto& [name, value] : request.headers) {
                out += name + ": " + value + "\n";
            }
            out += request.body + "\n";
        }
        return out;
    }

protected:
    SystemClock clock_;
    std::unique_ptr<HttpServer> server_ = std::make_unique<HttpServer>();
    std::unique_ptr<Connector> connector_;
};

class TwilioSubject final : public HttpSubject {
public:
    TwilioSubject() {
        provider(Provider::accepts);
        ConnectorSettings settings{{"account_sid", "AC1"},
                                   {"auth_token", "secret"},
                                   {"from", "+15005550006"},
                                   {"base_url", server_->url()}};
        connector_ = make(loop, "twilio", settings, ConnectorHost{clock_});
    }
    Outbound outbound(const std::string& id) const override { return message(id, Channel::sms); }
};

class WebhookSubject final : public HttpSubject {
public:
    explicit WebhookSubject(bool call) : call_(call) {
        provider(Provider::accepts);
        ConnectorSettings settings{{"url", server_->url() + "/hook"},
                                   {"secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                                   {"allow_private", "true"}};
        connector_ = make(loop, "webhook", settings, ConnectorHost{clock_});
    }
    Outbound outbound(const std::string& id) const override {
        Outbound outbound = message(id, Channel::email);
        outbound.is_call = call_;
        if (call_ && server_) {
            outbound.url = server_->url() + "/call";
        } else if (call_) {
            outbound.url = "http://127.0.0.1:" + std::to_string(free_port());
        }
        outbound.body = R"({"order":1})";
        return outbound;
    }

private:
    bool call_;
};

class MailboxSubject final : public Subject {
public:
    MailboxSubject() : mailbox_(std::move(Mailbox::open("").value())) {
        connector_ = make(loop, "mailbox", {}, ConnectorHost{clock_, mailbox_.get()});
    }
    Connector& connector() override { return *connector_; }
    Outbound outbound(const std::string& id) const override { return message(id, Channel::email); }
    int arrivals() override { return static_cast<int>(mailbox_->count().value()); }
    std::string bytes_seen() override {
        std::string out;
        const auto listed = mailbox_->list(MailboxQuery());
        for (const MailboxEntry& entry : listed.value()) {
            out += to_json(entry) + "\n";
        }
        return out;
    }

private:
    SystemClock clock_;
    std::unique_ptr<Mailbox> mailbox_;
    std::unique_ptr<Connector> connector_;
};

const SubjectMaker kSmtp{"Smtp", [] { return std::make_unique<SmtpSubject>(); }, true, true};
const SubjectMaker kTwilio{"Twilio", [] { return std::make_unique<TwilioSubject>(); }, false};
const SubjectMaker kWebhookCall{"WebhookCall",
                                [] { return std::make_unique<WebhookSubject>(true); }, true};
const SubjectMaker kWebhookMessage{"WebhookMessage",
                                   [] { return std::make_unique<WebhookSubject>(false); }, true};
const SubjectMaker kMailbox{"Mailbox", [] { return std::make_unique<MailboxSubject>(); }, true};

std::string name_of(const testing::TestParamInfo<SubjectMaker>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, ConnectorConformance,
                         testing::Values(kSmtp, kTwilio, kWebhookCall, kWebhookMessage, kMailbox),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, NetworkConnectorConformance,
                         testing::Values(kSmtp, kTwilio, kWebhookCall, kWebhookMessage), name_of);

}  // namespace
}  // namespace sluice::connectors::test
