#include "connectors/email/smtp_classify.hpp"

#include <gtest/gtest.h>

namespace sluice::connectors {
namespace {

using Kind = SmtpFact::Kind;
using Class = Outcome::Class;
using Scope = Outcome::Scope;
using Status = Outcome::Status;
using Stage = SmtpStage;

struct Row {
    const char* name;
    Stage stage;
    int code;
    const char* enhanced;
    const char* text;
    Status status;
    Scope scope;
    Class why;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

class SmtpReplyClassTest : public testing::TestWithParam<Row> {};

TEST_P(SmtpReplyClassTest, IsJudged) {
    const Row& row = GetParam();
    const Outcome outcome =
        classify_smtp(SmtpFact(row.stage, SmtpReply{row.code, row.enhanced, row.text}));
    EXPECT_EQ(to_text(outcome.status), to_text(row.status));
    EXPECT_EQ(to_text(outcome.why), to_text(row.why));
    EXPECT_EQ(outcome.scope, row.scope);
    EXPECT_TRUE(outcome.code.starts_with(std::to_string(row.code)));
}

constexpr auto kAccepted = Status::accepted;
constexpr auto kDeferred = Status::deferred;
constexpr auto kRejected = Status::rejected;

const Row kRows[] = {
    {"Taken", Stage::verdict, 250, "2.0.0", "Ok", kAccepted, Scope::message, Class::none},
    {"ThrottleAtGreeting", Stage::greeting, 421, "", "busy", kDeferred, Scope::provider,
     Class::throttle},
    {"ThrottleAtRcpt", Stage::rcpt, 421, "4.7.28", "slow", kDeferred, Scope::provider,
     Class::throttle},
    {"ThrottleAfterDot", Stage::verdict, 421, "4.3.2", "closing", kDeferred, Scope::provider,
     Class::throttle},
    {"GmailRate", Stage::verdict, 450, "4.7.28", "unusual rate", kDeferred, Scope::provider,
     Class::throttle},
    {"RateWords", Stage::mail, 451, "4.7.0", "Too many messages", kDeferred, Scope::provider,
     Class::throttle},
    {"NoRateWords", Stage::mail, 451, "4.7.0", "try again", kDeferred, Scope::message, Class::none},
    {"GreetingLater", Stage::greeting, 450, "", "later", kDeferred, Scope::connection, Class::none},
    {"EhloLater", Stage::ehlo, 451, "", "later", kDeferred, Scope::connection, Class::none},
    {"AuthLater", Stage::auth, 454, "4.7.0", "temporary failure", kDeferred, Scope::connection,
     Class::none},
    {"TlsLater", Stage::starttls, 454, "4.7.0", "no TLS now", kDeferred, Scope::connection,
     Class::none},
    {"GreetingNo", Stage::greeting, 554, "", "no service", kDeferred, Scope::provider,
     Class::config},
    {"EhloNo", Stage::ehlo, 550, "", "go away", kDeferred, Scope::provider, Class::config},
    {"WrongPassword", Stage::auth, 535, "5.7.8", "no", kDeferred, Scope::provider, Class::config},
    {"AuthRequired", Stage::mail, 530, "5.7.0", "auth required", kDeferred, Scope::provider,
     Class::config},
    {"WeakAuth", Stage::mail, 534, "5.7.9", "x", kDeferred, Scope::provider, Class::config},
    {"NeedsTls", Stage::mail, 538, "", "x", kDeferred, Scope::provider, Class::config},
    {"SendAs", Stage::verdict, 550, "5.7.60", "SendAsDenied", kDeferred, Scope::provider,
     Class::config},
    {"ResetFails", Stage::rset, 503, "", "x", kDeferred, Scope::connection, Class::none},
    {"GreylistCode", Stage::rcpt, 450, "4.7.1", "try later", kDeferred, Scope::message,
     Class::greylist},
    {"GreylistWords", Stage::rcpt, 451, "", "Greylisted, come back", kDeferred, Scope::message,
     Class::greylist},
    {"GraylistWords", Stage::rcpt, 450, "4.2.0", "Gray list", kDeferred, Scope::message,
     Class::greylist},
    {"FullSoft", Stage::rcpt, 452, "4.2.2", "x", kDeferred, Scope::recipient, Class::bounce_soft},
    {"FullHard", Stage::verdict, 552, "5.2.2", "x", kDeferred, Scope::recipient,
     Class::bounce_soft},
    {"FullWords", Stage::rcpt, 552, "", "mailbox full", kDeferred, Scope::recipient,
     Class::bounce_soft},
    {"Later", Stage::rcpt, 451, "4.3.0", "x", kDeferred, Scope::message, Class::none},
    {"LaterAfterDot", Stage::verdict, 452, "4.3.1", "disk", kDeferred, Scope::message, Class::none},
    {"NoUser", Stage::rcpt, 550, "5.1.1", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"NoDomain", Stage::rcpt, 550, "5.1.2", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"BadSyntax", Stage::rcpt, 501, "5.1.3", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"Moved", Stage::rcpt, 551, "5.1.6", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"NullMx", Stage::rcpt, 556, "5.1.10", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"Disabled", Stage::rcpt, 550, "5.2.1", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"NoMx", Stage::rcpt, 550, "5.4.4", "x", kRejected, Scope::recipient, Class::bounce_hard},
    {"NoUserAfterDot", Stage::verdict, 550, "5.1.1", "x", kRejected, Scope::recipient,
     Class::bounce_hard},
    {"OpenSmtpd", Stage::rcpt, 550, "", "Invalid recipient", kRejected, Scope::recipient,
     Class::bounce_hard},
    {"Qmail", Stage::rcpt, 553, "", "sorry, no such mailbox", kRejected, Scope::recipient,
     Class::bounce_hard},
    {"PlainPolicyNotHard", Stage::rcpt, 550, "", "recipient refused: spam", kRejected,
     Scope::message, Class::policy},
    {"Policy", Stage::rcpt, 554, "5.7.1", "Relay access denied", kRejected, Scope::message,
     Class::policy},
    {"GmailUnauthenticated", Stage::verdict, 550, "5.7.26", "x", kRejected, Scope::message,
     Class::policy},
    {"PolicyWords", Stage::verdict, 554, "", "Message looks like spam", kRejected, Scope::message,
     Class::policy},
    {"TooBig", Stage::mail, 552, "5.3.4", "x", kRejected, Scope::message, Class::content},
    {"BadContent", Stage::verdict, 554, "5.6.0", "x", kRejected, Scope::message, Class::content},
    {"Other", Stage::rcpt, 550, "5.5.0", "x", kRejected, Scope::recipient, Class::bounce_soft},
    {"OtherPlain", Stage::mail, 500, "", "what", kRejected, Scope::recipient, Class::bounce_soft},
    {"OddAfterDot", Stage::verdict, 354, "", "more?", Status::unknown, Scope::connection,
     Class::none},
    {"OddAtData", Stage::data, 250, "", "ok", kDeferred, Scope::connection, Class::none},
};
std::string name_of(const testing::TestParamInfo<Row>& row) {
    return row.param.name;
}
INSTANTIATE_TEST_SUITE_P(Table, SmtpReplyClassTest, testing::ValuesIn(kRows), name_of);

TEST(SmtpClassifyTest, OnlyASilenceAfterTheFinalDotIsUnknown) {
    for (const Kind kind : {Kind::lost, Kind::timed_out, Kind::violation}) {
        for (const Stage stage :
             {Stage::connect, Stage::greeting, Stage::ehlo, Stage::starttls, Stage::auth,
              Stage::rset, Stage::mail, Stage::rcpt, Stage::data, Stage::content}) {
            const Outcome outcome = classify_smtp(SmtpFact(stage, kind, "gone"));
            EXPECT_EQ(outcome.status, Status::deferred) << to_text(stage);
            EXPECT_EQ(outcome.scope, Scope::connection);
            EXPECT_EQ(outcome.code, to_text(stage));
        }
        EXPECT_EQ(classify_smtp(SmtpFact(Stage::verdict, kind, "gone")).status, Status::unknown);
    }
}

TEST(SmtpClassifyTest, LocalFindings) {
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::starttls, Kind::tls_failed, "x")).why, Class::config);
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::starttls, Kind::unsupported, "x")).status, kDeferred);
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::mail, Kind::unsupported, "x")).status, kRejected);
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::mail, Kind::too_large, "x")).why, Class::content);
}

TEST(SmtpClassifyTest, WaitsWhereTheTableSaysSo) {
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::rcpt, SmtpReply{450, "4.7.1", "later"})).retry_after,
              std::chrono::seconds(300));
    EXPECT_EQ(classify_smtp(SmtpFact(Stage::rcpt, SmtpReply{421, "", "later"})).retry_after,
              std::chrono::seconds(60));
    EXPECT_FALSE(
        classify_smtp(SmtpFact(Stage::rcpt, SmtpReply{451, "", "later"})).retry_after.has_value());
}

TEST(SmtpClassifyTest, KeepsTheQueueIdAndDropsAddresses) {
    const auto accepted = [](const char* text) {
        return classify_smtp(SmtpFact(Stage::verdict, SmtpReply{250, "2.0.0", text}));
    };
    EXPECT_EQ(accepted("Ok: queued as 4XyZ12").provider_id, "4XyZ12");
    EXPECT_EQ(accepted("OK id=1abc-2d").provider_id, "1abc-2d");
    EXPECT_EQ(accepted("Ok").provider_id, "");
    const Outcome refused = classify_smtp(SmtpFact(
        Stage::rcpt, SmtpReply{550, "5.1.1", "<ann@example.org>: Recipient address rejected"}));
    EXPECT_EQ(refused.text, "<<address>>: Recipient address rejected");
    EXPECT_EQ(refused.code, "550 5.1.1");
}

TEST(SmtpClassifyTest, NamesGmailsReasons) {
    const auto text = [](const char* enhanced) {
        return classify_smtp(SmtpFact(Stage::verdict, SmtpReply{550, enhanced, "no"})).text;
    };
    EXPECT_EQ(text("5.7.27"), "SPF: no");
    EXPECT_EQ(text("5.7.30"), "DKIM: no");
    EXPECT_EQ(text("5.7.40"), "DMARC: no");
    EXPECT_EQ(text("5.7.32"), "DMARC alignment: no");
    EXPECT_EQ(text("5.7.1"), "no");
}

}  // namespace
}  // namespace sluice::connectors
