#include "connectors/email/smtp_connector.hpp"

#include "connectors/builtin.hpp"
#include "tests/connectors/support/loop.hpp"
#include "tests/connectors/support/smtp_server.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

namespace sluice::connectors::test {
namespace {

using Status = Outcome::Status;
using Class = Outcome::Class;
using Rules = SmtpServer::Rules;

ConnectorSettings settings_for(std::uint16_t port) {
    return {{"host", "127.0.0.1"},
            {"port", std::to_string(port)},
            {"tls", "none"},
            {"from", "Shop <hello@shop.example>"}};
}

Outbound letter(const std::string& id = "m1") {
    Outbound outbound;
    outbound.id = id;
    outbound.to = "ann@example.org";
    outbound.subject = "Your cart";
    outbound.html = "<p>Hello</p>";
    return outbound;
}

class SmtpConnectorTest : public testing::Test {
protected:
    SmtpConnector& make(const ConnectorSettings& given,
                        std::chrono::milliseconds idle_close = std::chrono::seconds(30)) {
        auto checked = read_smtp_settings(given);
        EXPECT_TRUE(checked.has_value()) << checked.error().detail;
        checked.value().idle_close = idle_close;
        connector = std::make_unique<SmtpConnector>(loop.io.get_executor(),
                                                    std::move(checked.value()), clock);
        return *connector;
    }
    static int count(const std::vector<std::string>& lines, const std::string& beginning) {
        int found = 0;
        for (const std::string& line : lines) {
            found += line.starts_with(beginning) ? 1 : 0;
        }
        return found;
    }
    Loop loop;
    SystemClock clock;
    std::unique_ptr<SmtpConnector> connector;
};

TEST_F(SmtpConnectorTest, ReusesItsConnection) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()));
    for (const char* id : {"m1", "m2", "m3"}) {
        const Outcome outcome = loop.send(smtp, letter(id));
        ASSERT_EQ(outcome.status, Status::accepted) << outcome.text;
    }
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(count(server.lines(), "EHLO shop.example"), 1);
    EXPECT_EQ(server.messages().size(), 3U);
    EXPECT_EQ(server.messages()[0].mail.substr(0, 30), "MAIL FROM:<hello@shop.example>");
}

TEST_F(SmtpConnectorTest, ChangesConnectionAfterItsShare) {
    SmtpServer server{Rules()};
    ConnectorSettings given = settings_for(server.port());
    given["pool.max_messages"] = "2";
    SmtpConnector& smtp = make(given);
    for (const char* id : {"m1", "m2", "m3"}) {
        ASSERT_EQ(loop.send(smtp, letter(id)).status, Status::accepted);
    }
    EXPECT_EQ(server.connections(), 2);
    EXPECT_TRUE(loop.run_until([&] { return count(server.lines(), "QUIT") == 1; }));
}

TEST_F(SmtpConnectorTest, ADeadIdleConnectionCostsNothing) {
    Rules rules;
    rules.messages_per_connection = 1;
    SmtpServer server(rules);
    SmtpConnector& smtp = make(settings_for(server.port()));
    for (const char* id : {"m1", "m2", "m3"}) {
        ASSERT_EQ(loop.send(smtp, letter(id)).status, Status::accepted);
    }
    EXPECT_EQ(server.messages().size(), 3U);
}

TEST_F(SmtpConnectorTest, AReusedConnectionThatBreaksBeforeMailIsReplacedOnce) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()));
    ASSERT_EQ(loop.send(smtp, letter("m1")).status, Status::accepted);
    Rules breaking;
    breaking.hang_up.insert("MAIL");
    server.set(breaking);
    const Outcome outcome = loop.send(smtp, letter("m2"));
    EXPECT_EQ(outcome.status, Status::deferred);
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(count(server.lines(), "MAIL"), 3);  // m1, m2 on the old and m2 on the fresh one
}

TEST_F(SmtpConnectorTest, ABreakAfterMailIsNotRetried) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()));
    ASSERT_EQ(loop.send(smtp, letter("m1")).status, Status::accepted);
    Rules breaking;
    breaking.hang_up.insert("RCPT");
    server.set(breaking);
    EXPECT_EQ(loop.send(smtp, letter("m2")).status, Status::deferred);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(SmtpConnectorTest, ClosesIdleConnections) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()), std::chrono::milliseconds(1));
    ASSERT_EQ(loop.send(smtp, letter()).status, Status::accepted);
    EXPECT_TRUE(loop.run_until([&] { return count(server.lines(), "QUIT") == 1; }));
}

TEST_F(SmtpConnectorTest, CloseSaysGoodbye) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()));
    ASSERT_EQ(loop.send(smtp, letter()).status, Status::accepted);
    smtp.close();
    EXPECT_TRUE(loop.run_until([&] { return count(server.lines(), "QUIT") == 1; }));
}

TEST_F(SmtpConnectorTest, NeverMoreConnectionsThanAllowed) {
    SmtpServer server{Rules()};
    ConnectorSettings given = settings_for(server.port());
    given["pool.max_connections"] = "2";
    SmtpConnector& smtp = make(given);
    EXPECT_EQ(smtp.manifest().in_flight_max, 2U);
    std::vector<Outbound> letters;
    for (int i = 0; i < 20; ++i) {
        letters.push_back(letter("m" + std::to_string(i)));
    }
    int accepted = 0;
    for (const Outbound& outbound : letters) {
        boost::asio::co_spawn(loop.io, smtp.send(outbound, in(std::chrono::seconds(20))),
                              [&](std::exception_ptr, const Outcome& outcome) {
                                  accepted += outcome.status == Status::accepted ? 1 : 0;
                              });
    }
    EXPECT_TRUE(loop.run_until([&] { return accepted == 20; }));
    EXPECT_LE(server.connections(), 2);
}

TEST_F(SmtpConnectorTest, WaitingForAConnectionEndsWithTheDeadline) {
    Rules rules;
    rules.silence.insert(".");
    SmtpServer server(rules);
    ConnectorSettings given = settings_for(server.port());
    given["pool.max_connections"] = "1";
    SmtpConnector& smtp = make(given);
    const Outbound first = letter("m1");
    const Outbound second = letter("m2");
    std::optional<Outcome> one;
    std::optional<Outcome> two;
    boost::asio::co_spawn(loop.io, smtp.send(first, in(std::chrono::milliseconds(400))),
                          [&](std::exception_ptr, Outcome outcome) { one = std::move(outcome); });
    boost::asio::co_spawn(loop.io, smtp.send(second, in(std::chrono::milliseconds(100))),
                          [&](std::exception_ptr, Outcome outcome) { two = std::move(outcome); });
    ASSERT_TRUE(loop.run_until([&] { return one && two; }));
    EXPECT_EQ(one->status, Status::unknown);
    EXPECT_EQ(two->status, Status::deferred);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(SmtpConnectorTest, LogsInOverImplicitTls) {
    const TlsIdentity identity("mail.test");
    Rules rules;
    rules.implicit_tls = true;
    rules.user = "me";
    rules.password = "s3cret";
    rules.offers.emplace_back("AUTH LOGIN PLAIN");
    SmtpServer server(rules, &identity);
    ConnectorSettings given = settings_for(server.port());
    given["tls"] = "implicit";
    given["ca_file"] = identity.ca_file();
    given["verify_name"] = "mail.test";
    given["auth.user"] = "me";
    given["auth.pass"] = "s3cret";
    EXPECT_EQ(loop.send(make(given), letter()).status, Status::accepted);
    EXPECT_EQ(server.server_name(), "mail.test");
    given["auth.pass"] = "wrong";
    const Outcome wrong = loop.send(make(given), letter());
    EXPECT_EQ(wrong.status, Status::deferred);
    EXPECT_EQ(wrong.why, Class::config);
    EXPECT_EQ(wrong.code, "535 5.7.8");
}

TEST_F(SmtpConnectorTest, LogsInByLoginAndOnLoopbackWithoutTls) {
    Rules rules;
    rules.user = "me";
    rules.password = "s3cret";
    rules.offers.emplace_back("AUTH LOGIN");
    SmtpServer server(rules);
    ConnectorSettings given = settings_for(server.port());
    given["allow_plain_auth"] = "true";
    given["auth.user"] = "me";
    given["auth.pass"] = "s3cret";
    EXPECT_EQ(loop.send(make(given), letter()).status, Status::accepted);
    EXPECT_EQ(loop.send(make(settings_for(server.port())), letter()).code, "530 5.7.0");
}

TEST_F(SmtpConnectorTest, InjectedBytesBeforeTlsEndIt) {
    const TlsIdentity identity("mail.test");
    Rules rules;
    rules.starttls = true;
    rules.injected = "250 evil\r\n";
    SmtpServer server(rules, &identity);
    ConnectorSettings given = settings_for(server.port());
    given["tls"] = "required";
    given["ca_file"] = identity.ca_file();
    given["verify_name"] = "mail.test";
    const Outcome outcome = loop.send(make(given), letter());
    EXPECT_EQ(outcome.status, Status::deferred);
    EXPECT_EQ(outcome.code, "starttls");
    EXPECT_TRUE(server.messages().empty());
}

TEST_F(SmtpConnectorTest, InternationalAddresses) {
    Rules rules;
    SmtpServer server(rules);
    SmtpConnector& smtp = make(settings_for(server.port()));
    Outbound outbound = letter("m1");
    outbound.to = "ann@bücher.example";
    EXPECT_EQ(loop.send(smtp, outbound).status, Status::accepted);
    EXPECT_EQ(server.messages().at(0).rcpt, "RCPT TO:<ann@xn--bcher-kva.example>");
    outbound.to = "zoë@example.org";
    const Outcome refused = loop.send(smtp, outbound);
    EXPECT_EQ(refused.status, Status::rejected);
    EXPECT_EQ(refused.why, Class::content);
    rules.offers.emplace_back("SMTPUTF8");
    server.set(rules);
    EXPECT_EQ(loop.send(make(settings_for(server.port())), outbound).status, Status::accepted);
    EXPECT_EQ(server.messages().at(1).rcpt, "RCPT TO:<zoë@example.org>");
}

TEST_F(SmtpConnectorTest, RefusesWithoutAskingWhatIsNoMail) {
    SmtpServer server{Rules()};
    SmtpConnector& smtp = make(settings_for(server.port()));
    Outbound outbound = letter();
    outbound.to = "not an address";
    EXPECT_EQ(loop.send(smtp, outbound).why, Class::bounce_hard);
    outbound = letter();
    outbound.subject = "a\r\nBcc: b@c.example";
    EXPECT_EQ(loop.send(smtp, outbound).why, Class::content);
    outbound = letter();
    outbound.channel = Channel::sms;
    EXPECT_EQ(loop.send(smtp, outbound).why, Class::config);
    EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace sluice::connectors::test
