#include "connectors/builtin.hpp"

#include "connectors/mailbox/mailbox.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>

namespace sluice {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& key) {
    return std::find(list.begin(), list.end(), key) != list.end();
}

class BuiltinTest : public testing::Test {
protected:
    std::string mistake(const std::string& type, const ConnectorSettings& settings,
                        bool with_mailbox = false) {
        ConnectorHost host{clock, with_mailbox ? mailbox.get() : nullptr};
        for (const ConnectorKind& kind : builtin_connectors()) {
            if (kind.type == type) {
                const auto made = kind.make(io.get_executor(), settings, host);
                return made.has_value() ? "" : made.error().detail;
            }
        }
        return "no such type";
    }
    boost::asio::io_context io;
    SystemClock clock;
    std::unique_ptr<Mailbox> mailbox = std::move(Mailbox::open("").value());
};

TEST_F(BuiltinTest, TypesAreUniqueAndTheirKeyListsAgree) {
    std::vector<std::string> types;
    for (const ConnectorKind& kind : builtin_connectors()) {
        EXPECT_FALSE(holds(types, kind.type));
        types.push_back(kind.type);
        for (const std::string& key : kind.required) {
            EXPECT_TRUE(holds(kind.keys, key)) << kind.type << " " << key;
        }
        for (const std::string& key : kind.secrets) {
            EXPECT_TRUE(holds(kind.keys, key)) << kind.type << " " << key;
        }
    }
    EXPECT_EQ(types, (std::vector<std::string>{"smtp", "twilio", "webhook", "mailbox"}));
}

TEST_F(BuiltinTest, SmtpNamesTheWrongKey) {
    ConnectorSettings good{{"host", "mail.example"}, {"from", "Shop <hello@shop.example>"}};
    EXPECT_EQ(mistake("smtp", good), "");
    struct Case {
        std::string key, value, want;
    };
    for (const Case& c : {
             Case{"host", "", "host: is required"},
             Case{"from", "Shop", "from: must be one mailbox such as Shop <hello@shop.example>"},
             Case{"from", "a@b.example, c@d.example",
                  "from: must be one mailbox such as Shop <hello@shop.example>"},
             Case{"port", "70000", "port: must be a number from 1 to 65535"},
             Case{"tls", "maybe", "tls: must be one of: required, implicit, none"},
             Case{"pool.max_connections", "0",
                  "pool.max_connections: must be a number from 1 to 64"},
             Case{"auth.user", "me", "auth.pass: is required with the other"},
             Case{"allow_plain_auth", "true", "allow_plain_auth: is for a loopback host only"},
             Case{"envelope_from", "Bounces <b@x.example>",
                  "envelope_from: must be a bare ASCII address such as bounce@shop.example"},
             Case{"list_unsubscribe", "http://x.example",
                  "list_unsubscribe: must begin with https:// or mailto:"},
         }) {
        ConnectorSettings settings = good;
        settings[c.key] = c.value;
        EXPECT_EQ(mistake("smtp", settings), c.want);
    }
    good["ca_file"] = "/nonexistent/ca.pem";
    EXPECT_TRUE(mistake("smtp", good).starts_with("ca_file: "));
}

TEST_F(BuiltinTest, APasswordNeedsTlsUnlessLoopbackAllowsIt) {
    ConnectorSettings settings{{"host", "127.0.0.1"},
                               {"from", "a@shop.example"},
                               {"tls", "none"},
                               {"auth.user", "u"},
                               {"auth.pass", "p"}};
    EXPECT_EQ(mistake("smtp", settings), "tls: a password needs TLS: use required or implicit");
    settings["allow_plain_auth"] = "true";
    EXPECT_EQ(mistake("smtp", settings), "");
}

TEST_F(BuiltinTest, TwilioWantsOneSender) {
    ConnectorSettings settings{{"account_sid", "AC1"}, {"auth_token", "t"}};
    const std::string want = "from: either from or messaging_service_sid is required, not both";
    EXPECT_EQ(mistake("twilio", settings), want);
    settings["from"] = "+15005550006";
    EXPECT_EQ(mistake("twilio", settings), "");
    settings["messaging_service_sid"] = "MG1";
    EXPECT_EQ(mistake("twilio", settings), want);
}

TEST_F(BuiltinTest, WebhookChecksUrlAndSecret) {
    EXPECT_EQ(mistake("webhook", {}), "");
    EXPECT_EQ(mistake("webhook", {{"url", "ftp://x.example"}}),
              "url: must be an http or https address");
    EXPECT_EQ(mistake("webhook", {{"secret", "whsec_???"}}),
              "secret: what follows whsec_ must be base64");
}

TEST_F(BuiltinTest, MailboxNeedsAMailbox) {
    EXPECT_EQ(mistake("mailbox", {}), "this process has no mailbox");
    EXPECT_EQ(mistake("mailbox", {}, true), "");
}

}  // namespace
}  // namespace sluice
