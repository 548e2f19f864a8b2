#include "connectors/builtin.hpp"
#include "tests/connectors/support/loop.hpp"
#include "tests/connectors/support/postfix.hpp"
#include "tests/connectors/support/smtp_server.hpp"
#include "tests/connectors/support/smtp_sink.hpp"

#include <gtest/gtest.h>

// The smtp connector against servers we did not write: Postfix's smtp-sink with its faults, and a
// whole Postfix with TLS and an access table.

namespace sluice::connectors::test {
namespace {

using Status = Outcome::Status;
using Scope = Outcome::Scope;
using Class = Outcome::Class;

class Sender {
public:
    explicit Sender(ConnectorSettings settings) {
        settings.emplace("from", "Shop <hello@shop.example>");
        settings.emplace("host", "127.0.0.1");
        for (const ConnectorKind& kind : builtin_connectors()) {
            if (kind.type == "smtp") {
                auto made = kind.make(loop_.io.get_executor(), settings, ConnectorHost{clock_});
                EXPECT_TRUE(made.has_value()) << made.error().detail;
                connector_ = std::move(made.value());
            }
        }
    }
    Outcome send(const std::string& to = "ann@example.org", const std::string& id = "m1",
                 std::chrono::milliseconds within = std::chrono::seconds(20)) {
        Outbound outbound;
        outbound.id = id;
        outbound.to = to;
        outbound.subject = "Grüße";
        outbound.html = "<p>Hello Zoë</p>\n.\n<p>the end</p>";
        return loop_.send(*connector_, outbound, within);
    }

private:
    Loop loop_;
    SystemClock clock_;
    std::unique_ptr<Connector> connector_;
};

Sender plain_sender(std::uint16_t port) {
    return Sender({{"port", std::to_string(port)}, {"tls", "none"}});
}

struct SinkCase {
    const char* name;
    std::vector<std::string> options;
    Status status;
    Scope scope;
    Class why;
    const char* code;
};
void PrintTo(const SinkCase& row, std::ostream* out) {
    *out << row.name;
}

class SmtpSinkTest : public testing::TestWithParam<SinkCase> {};

TEST_P(SmtpSinkTest, FaultIsReportedAsWhatItIs) {
    const SinkCase& row = GetParam();
    const SmtpSink sink(row.options);
    ASSERT_TRUE(sink.running());
    Sender sender = plain_sender(sink.port());
    const Outcome outcome = sender.send("ann@example.org", "m1", std::chrono::milliseconds(5000));
    EXPECT_EQ(to_text(outcome.status), to_text(row.status)) << outcome.code << " " << outcome.text;
    EXPECT_EQ(to_text(outcome.why), to_text(row.why));
    if (outcome.status != Status::accepted) {
        EXPECT_EQ(outcome.scope, row.scope);
        EXPECT_EQ(outcome.code, row.code);
    }
}

const SinkCase kSinkCases[] = {
    {"Plain", {}, Status::accepted, Scope::message, Class::none, ""},
    {"NoEsmtp", {"-e"}, Status::accepted, Scope::message, Class::none, ""},
    {"NoPipelining", {"-p"}, Status::accepted, Scope::message, Class::none, ""},
    {"NoDsn", {"-N"}, Status::accepted, Scope::message, Class::none, ""},
    {"No8Bit", {"-8"}, Status::accepted, Scope::message, Class::none, ""},
    {"NoEnhancedCodes", {"-E"}, Status::accepted, Scope::message, Class::none, ""},
    {"PixGreeting", {"-P"}, Status::accepted, Scope::message, Class::none, ""},
    {"SoftConnect",
     {"-r", "CONNECT"},
     Status::deferred,
     Scope::connection,
     Class::none,
     "450 4.3.0"},
    {"SoftEhlo", {"-r", "EHLO"}, Status::deferred, Scope::connection, Class::none, "450 4.3.0"},
    {"SoftMail", {"-r", "MAIL"}, Status::deferred, Scope::message, Class::none, "450 4.3.0"},
    {"SoftRcpt", {"-r", "RCPT"}, Status::deferred, Scope::message, Class::none, "450 4.3.0"},
    {"SoftData", {"-r", "DATA"}, Status::deferred, Scope::message, Class::none, "450 4.3.0"},
    {"SoftDot", {"-r", "."}, Status::deferred, Scope::message, Class::none, "450 4.3.0"},
    {"Greylisted",
     {"-b", "451 4.7.1 Greylisted, come back", "-r", "RCPT"},
     Status::deferred,
     Scope::message,
     Class::greylist,
     "451 4.7.1"},
    {"HardConnect",
     {"-f", "CONNECT"},
     Status::deferred,
     Scope::provider,
     Class::config,
     "500 5.3.0"},
    {"HardEhloFallsBackToHelo", {"-f", "EHLO"}, Status::accepted, Scope::message, Class::none, ""},
    {"HardEhloAndHelo",
     {"-f", "EHLO,HELO"},
     Status::deferred,
     Scope::provider,
     Class::config,
     "500 5.3.0"},
    {"HardMail",
     {"-f", "MAIL"},
     Status::rejected,
     Scope::recipient,
     Class::bounce_soft,
     "500 5.3.0"},
    {"HardRcpt",
     {"-f", "RCPT"},
     Status::rejected,
     Scope::recipient,
     Class::bounce_soft,
     "500 5.3.0"},
    {"NoSuchUser",
     {"-B", "550 5.1.1 no such user", "-f", "RCPT"},
     Status::rejected,
     Scope::recipient,
     Class::bounce_hard,
     "550 5.1.1"},
    {"HardData",
     {"-f", "DATA"},
     Status::rejected,
     Scope::recipient,
     Class::bounce_soft,
     "500 5.3.0"},
    {"PolicyAtDot",
     {"-B", "554 5.7.1 looks like spam", "-f", "."},
     Status::rejected,
     Scope::message,
     Class::policy,
     "554 5.7.1"},
    {"DropAtConnect",
     {"-q", "CONNECT"},
     Status::deferred,
     Scope::connection,
     Class::none,
     "greeting"},
    {"DropAtEhlo", {"-q", "EHLO"}, Status::deferred, Scope::connection, Class::none, "ehlo"},
    {"DropAtMail", {"-q", "MAIL"}, Status::deferred, Scope::connection, Class::none, "mail"},
    {"DropAtRcpt", {"-q", "RCPT"}, Status::deferred, Scope::connection, Class::none, "rcpt"},
    {"DropAtData", {"-q", "DATA"}, Status::deferred, Scope::connection, Class::none, "data"},
    {"DropAtDot", {"-q", "."}, Status::unknown, Scope::connection, Class::none, "verdict"},
    {"ClosingAtConnect",
     {"-Q", "CONNECT"},
     Status::deferred,
     Scope::provider,
     Class::throttle,
     "421 4.0.0"},
    {"ClosingAtMail",
     {"-Q", "MAIL"},
     Status::deferred,
     Scope::provider,
     Class::throttle,
     "421 4.0.0"},
    {"ClosingAtRcpt",
     {"-Q", "RCPT"},
     Status::deferred,
     Scope::provider,
     Class::throttle,
     "421 4.0.0"},
    {"ClosingAtDot", {"-Q", "."}, Status::deferred, Scope::provider, Class::throttle, "421 4.0.0"},
};
std::string sink_name(const testing::TestParamInfo<SinkCase>& row) {
    return row.param.name;
}
INSTANTIATE_TEST_SUITE_P(Faults, SmtpSinkTest, testing::ValuesIn(kSinkCases), sink_name);

TEST(SmtpSinkDeadlineTest, BeforeTheDotDeferredAfterItUnknown) {
    for (const bool after : {false, true}) {
        // Without pipelining: smtp-sink answers what follows a delayed command before it.
        const SmtpSink sink({"-p", "-W", after ? ".:60" : "RCPT:60"});
        ASSERT_TRUE(sink.running());
        Sender sender = plain_sender(sink.port());
        const Outcome outcome =
            sender.send("ann@example.org", "m1", std::chrono::milliseconds(400));
        EXPECT_EQ(outcome.status, after ? Status::unknown : Status::deferred) << outcome.code;
    }
}

TEST(SmtpSinkContentTest, TheMessageArrivesAsBuilt) {
    const SmtpSink sink({});
    ASSERT_TRUE(sink.running());
    Sender sender = plain_sender(sink.port());
    for (int i = 0; i < 150; ++i) {
        ASSERT_EQ(sender.send("ann@example.org", "m" + std::to_string(i)).status, Status::accepted);
    }
    const std::string taken = sink.taken();
    EXPECT_NE(taken.find("X-Mail-Args: <hello@shop.example>"), std::string::npos);
    EXPECT_NE(taken.find("RET=HDRS ENVID=m149"), std::string::npos);
    EXPECT_NE(taken.find("ORCPT=rfc822;ann@example.org"), std::string::npos);
    EXPECT_NE(taken.find("Message-ID: <m149@shop.example>"), std::string::npos);
    EXPECT_NE(taken.find("<p>Hello Zo=C3=AB</p>"), std::string::npos);
    EXPECT_NE(taken.find("\n=2E\n<p>the end</p>"), std::string::npos);
}

/// A server with STARTTLS, a certificate for mail.test, and three kinds of recipients.
class SubmissionServer {
public:
    virtual ~SubmissionServer() = default;
    [[nodiscard]] virtual bool running() const { return true; }
    [[nodiscard]] virtual std::uint16_t port() const = 0;

    const TlsIdentity identity{"mail.test"};
};

class ScriptedSubmission final : public SubmissionServer {
public:
    ScriptedSubmission() {
        SmtpServer::Rules rules;
        rules.starttls = true;
        rules.rcpt = {{"gone@example.org", "550 5.1.1 no such user"},
                      {"later@example.org", "451 4.3.0 not now"},
                      {"grey@example.org", "450 4.7.1 come back"},
                      {"spam@example.org", "554 5.7.1 not wanted"}};
        server_ = std::make_unique<SmtpServer>(rules, &identity);
    }
    std::uint16_t port() const override { return server_->port(); }

private:
    std::unique_ptr<SmtpServer> server_;
};

class PostfixSubmission final : public SubmissionServer {
public:
    bool running() const override { return postfix_.running(); }
    std::uint16_t port() const override { return postfix_.port(); }

private:
    Postfix postfix_{
        identity,
        "gone@example.org 550 5.1.1 no such user\nlater@example.org 451 4.3.0 not now\n"
        "grey@example.org 450 4.7.1 come back\nspam@example.org 554 5.7.1 not wanted\n"};
};

/// Postfix only where its master can run; what it proves, the scripted server proves everywhere.
std::vector<std::string> servers() {
    std::vector<std::string> out{"Scripted"};
    if (Postfix::possible()) {
        out.emplace_back("Postfix");
    }
    return out;
}

class SubmissionTest : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (GetParam() == "Postfix") {
            server = std::make_unique<PostfixSubmission>();
        } else {
            server = std::make_unique<ScriptedSubmission>();
        }
        ASSERT_TRUE(server->running());
    }
    ConnectorSettings settings() const {
        return {{"port", std::to_string(server->port())},
                {"tls", "required"},
                {"ca_file", server->identity.ca_file()},
                {"verify_name", "mail.test"}};
    }
    std::unique_ptr<SubmissionServer> server;
};

TEST_P(SubmissionTest, VerifiesTheServerAndSubmits) {
    Sender sender(settings());
    for (const char* id : {"m1", "m2", "m3"}) {
        const Outcome outcome = sender.send("ann@example.org", id);
        EXPECT_EQ(outcome.status, Status::accepted) << outcome.code << " " << outcome.text;
        EXPECT_FALSE(outcome.provider_id.empty());
    }
}

TEST_P(SubmissionTest, RefusesACertificateForAnotherName) {
    ConnectorSettings other = settings();
    other["verify_name"] = "elsewhere.test";
    const Outcome outcome = Sender(other).send();
    EXPECT_EQ(outcome.status, Status::deferred);
    EXPECT_EQ(outcome.why, Class::config);
    EXPECT_EQ(outcome.code, "starttls");
}

TEST_P(SubmissionTest, RefusesAnUnknownAuthority) {
    const TlsIdentity stranger("mail.test");
    ConnectorSettings other = settings();
    other["ca_file"] = stranger.ca_file();
    EXPECT_EQ(Sender(other).send().why, Class::config);
    other.erase("ca_file");
    EXPECT_EQ(Sender(other).send().why, Class::config);
}

TEST_P(SubmissionTest, RecipientsGetTheirOwnVerdictOnOneConnection) {
    Sender sender(settings());
    EXPECT_EQ(sender.send("gone@example.org").why, Class::bounce_hard);
    EXPECT_EQ(sender.send("ann@example.org").status, Status::accepted);
    const Outcome later = sender.send("later@example.org");
    EXPECT_EQ(later.status, Status::deferred);
    EXPECT_EQ(later.why, Class::none);
    EXPECT_EQ(sender.send("grey@example.org").why, Class::greylist);
    const Outcome spam = sender.send("spam@example.org");
    EXPECT_EQ(spam.why, Class::policy);
    EXPECT_EQ(spam.text.find("spam@example.org"), std::string::npos);
    EXPECT_EQ(sender.send("bob@example.org").status, Status::accepted);
}

std::string server_name(const testing::TestParamInfo<std::string>& row) {
    return row.param;
}
INSTANTIATE_TEST_SUITE_P(Servers, SubmissionTest, testing::ValuesIn(servers()), server_name);

}  // namespace
}  // namespace sluice::connectors::test
