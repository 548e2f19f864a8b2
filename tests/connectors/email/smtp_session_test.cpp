#include "connectors/email/smtp_session.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace sluice::connectors {
namespace {

using Kind = SmtpFact::Kind;
using Action = SmtpSession::Action;
using Event = SmtpSession::Event;

/// Plays a transcript: lines the client must say ("C: ..."), what the server says ("S: ..."), and
/// events in brackets. Returns where it stands at the end.
class Play {
public:
    explicit Play(SmtpSession::Options options) : session(std::move(options)) {}

    Play& start() {
        take(session.resume(Event(Event::Kind::connected)));
        return *this;
    }
    Play& server(const std::string& lines) {
        EXPECT_EQ(last, Action::Kind::read);
        EXPECT_EQ(pending, "") << "the client said more";
        std::string bytes;
        for (const char c : lines) {
            bytes += c == '\n' ? std::string("\r\n") : std::string(1, c);
        }
        take(session.resume(Event(Event::Kind::received, bytes + "\r\n")));
        return *this;
    }
    /// The client's next bytes, CRLF written as '\n', the last one left out.
    Play& client(const std::string& lines) {
        std::string want;
        for (const char c : lines) {
            want += c == '\n' ? std::string("\r\n") : std::string(1, c);
        }
        EXPECT_EQ(pending, want + "\r\n");
        pending.clear();
        return *this;
    }
    Play& event(Event::Kind kind, const std::string& words = {}) {
        take(session.resume(Event(kind, words)));
        return *this;
    }
    Play& begin(SmtpTransaction transaction) {
        EXPECT_TRUE(last == Action::Kind::ready || session.reusable());
        take(session.begin(std::move(transaction)));
        return *this;
    }
    [[nodiscard]] bool ready() const { return last == Action::Kind::ready; }
    [[nodiscard]] bool done() const { return last == Action::Kind::done; }

    SmtpSession session;
    Action::Kind last = Action::Kind::read;
    bool hold_writes = false;  // leave a write unfinished

private:
    void take(Action action) {
        last = action.kind;
        if (action.kind == Action::Kind::write) {
            pending += action.bytes;
            if (!hold_writes) {
                take(session.resume(Event(Event::Kind::wrote)));
            }
        }
    }
    std::string pending;
};

SmtpSession::Options plain() {
    SmtpSession::Options options;
    options.helo = "shop.example";
    options.tls = SmtpSession::Tls::none;
    return options;
}

SmtpTransaction mail() {
    SmtpTransaction transaction;
    transaction.sender = "hello@shop.example";
    transaction.recipient = "ann@example.org";
    transaction.envelope_id = "m1";
    transaction.content = "Subject: x\r\n\r\nhi\r\n.\r\n";
    return transaction;
}

Play ready_play(const std::string& offers = "PIPELINING") {
    Play play(plain());
    play.start().server("220 hi").client("EHLO shop.example");
    play.server("250-test\n250 " + offers);
    EXPECT_TRUE(play.ready());
    return play;
}

const std::string kPipelined = "MAIL FROM:<hello@shop.example>\nRCPT TO:<ann@example.org>\nDATA";

TEST(SmtpSessionTest, PipelinesWhenOffered) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.server("250 ok\n250 ok\n354 go").client("Subject: x\n\nhi\n.");
    play.server("250 2.0.0 Ok: queued as A1");
    ASSERT_TRUE(play.done());
    EXPECT_EQ(play.session.fact().stage, SmtpStage::verdict);
    EXPECT_EQ(play.session.fact().reply.code, 250);
    EXPECT_EQ(play.session.fact().reply.enhanced, "2.0.0");
    EXPECT_TRUE(play.session.reusable());
    play.begin(mail()).client(kPipelined);  // no RSET after a success
}

TEST(SmtpSessionTest, WaitsForEachReplyWithoutPipelining) {
    Play play = ready_play("HELP");
    play.begin(mail()).client("MAIL FROM:<hello@shop.example>");
    play.server("250 ok").client("RCPT TO:<ann@example.org>");
    play.server("250 ok").client("DATA");
    play.server("354 go").client("Subject: x\n\nhi\n.");
    play.server("250 ok");
    EXPECT_TRUE(play.done() && play.session.reusable());
}

TEST(SmtpSessionTest, ReadsRepliesInAnyPieces) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    for (const char c : std::string("250-a\r\n250 b\r\n250 c\r\n354 g\r")) {
        play.event(Event::Kind::received, std::string(1, c));
        EXPECT_EQ(play.last, Action::Kind::read);
    }
    play.event(Event::Kind::received, "\n");
    play.client("Subject: x\n\nhi\n.");
}

TEST(SmtpSessionTest, OffersDecideTheParameters) {
    Play play = ready_play("DSN\n250-SIZE 5000\n250-8BITMIME\n250 SMTPUTF8");
    // The last line ended the reply; what matters is what was read up to there.
    Play full(plain());
    full.start().server("220 hi").client("EHLO shop.example");
    full.server("250-test\n250-PIPELINING\n250-DSN\n250-SIZE 5000\n250-8BITMIME\n250 SMTPUTF8");
    SmtpTransaction transaction = mail();
    transaction.envelope_id = "a+b=c";
    full.begin(transaction)
        .client(
            "MAIL FROM:<hello@shop.example> SIZE=21 RET=HDRS ENVID=a+2Bb+3Dc\n"
            "RCPT TO:<ann@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@example.org\n"
            "DATA");
    full.server("250 ok\n250 ok\n354 go").client("Subject: x\n\nhi\n.");
    full.server("250 ok");
    transaction.recipient = "zoë@example.org";
    transaction.needs_smtputf8 = true;
    full.begin(transaction)
        .client(
            "MAIL FROM:<hello@shop.example> SIZE=21 BODY=8BITMIME SMTPUTF8 RET=HDRS "
            "ENVID=a+2Bb+3Dc\n"
            "RCPT TO:<zoë@example.org> NOTIFY=FAILURE,DELAY\nDATA");
}

TEST(SmtpSessionTest, NeedsBeyondTheOffersAreRefusedHere) {
    Play play = ready_play("SIZE 10");
    play.begin(mail());
    ASSERT_TRUE(play.done());
    EXPECT_EQ(play.session.fact().kind, Kind::too_large);
    SmtpTransaction international = mail();
    international.needs_smtputf8 = true;
    play.begin(international);
    EXPECT_EQ(play.session.fact().kind, Kind::unsupported);
    EXPECT_EQ(play.session.fact().stage, SmtpStage::mail);
    EXPECT_TRUE(play.session.reusable());
}

TEST(SmtpSessionTest, FallsBackToHelo) {
    Play play(plain());
    play.start().server("220 hi").client("EHLO shop.example");
    play.server("502 5.5.1 what?").client("HELO shop.example");
    play.server("250 hi");
    EXPECT_TRUE(play.ready());
    play.begin(mail()).client("MAIL FROM:<hello@shop.example>");
}

TEST(SmtpSessionTest, UpgradesByStartTlsAndForgetsThePlainOffers) {
    SmtpSession::Options options = plain();
    options.tls = SmtpSession::Tls::required;
    options.user = "me";
    options.password = "secret";
    Play play(options);
    play.start().server("220 hi").client("EHLO shop.example");
    play.server("250-test\n250-PIPELINING\n250-AUTH PLAIN\n250 STARTTLS").client("STARTTLS");
    play.server("220 go");
    EXPECT_EQ(play.last, Action::Kind::start_tls);
    play.event(Event::Kind::tls_up).client("EHLO shop.example");
    play.server("250-test\n250 AUTH LOGIN PLAIN").client("AUTH PLAIN AG1lAHNlY3JldA==");
    play.server("235 ok");
    ASSERT_TRUE(play.ready());
    play.begin(mail()).client("MAIL FROM:<hello@shop.example>");  // no longer pipelined
}

TEST(SmtpSessionTest, RefusesBytesInjectedBeforeTls) {
    SmtpSession::Options options = plain();
    options.tls = SmtpSession::Tls::required;
    for (const char* injected : {"220 go\n250 evil", "220 go\n25"}) {
        Play play(options);
        play.start().server("220 hi").client("EHLO shop.example");
        play.server("250 STARTTLS").client("STARTTLS");
        play.server(injected);
        ASSERT_TRUE(play.done());
        EXPECT_EQ(play.session.fact().kind, Kind::violation);
        EXPECT_FALSE(play.session.reusable());
    }
}

TEST(SmtpSessionTest, NeverGoesOnWithoutRequiredTls) {
    SmtpSession::Options options = plain();
    options.tls = SmtpSession::Tls::required;
    Play missing(options);
    missing.start().server("220 hi").client("EHLO shop.example");
    missing.server("250 PIPELINING");
    EXPECT_EQ(missing.session.fact().kind, Kind::unsupported);
    Play helo(options);
    helo.start().server("220 hi").client("EHLO shop.example");
    helo.server("500 what?").client("HELO shop.example");
    helo.server("250 hi");
    EXPECT_EQ(helo.session.fact().kind, Kind::unsupported);
    Play broken(options);
    broken.start().server("220 hi").client("EHLO shop.example");
    broken.server("250 STARTTLS").client("STARTTLS");
    broken.server("220 go").event(Event::Kind::tls_failed, "certificate has expired");
    EXPECT_EQ(broken.session.fact().kind, Kind::tls_failed);
    EXPECT_EQ(broken.session.fact().detail, "certificate has expired");
}

TEST(SmtpSessionTest, ImplicitTlsComesBeforeTheGreeting) {
    SmtpSession::Options options = plain();
    options.tls = SmtpSession::Tls::implicit;
    Play play(options);
    play.start();
    EXPECT_EQ(play.last, Action::Kind::start_tls);
    play.event(Event::Kind::tls_up);
    EXPECT_EQ(play.last, Action::Kind::read);
    play.server("220 hi").client("EHLO shop.example");
    play.server("250 ok");
    EXPECT_TRUE(play.ready());
}

TEST(SmtpSessionTest, AuthLoginWhereThereIsNoPlain) {
    SmtpSession::Options options = plain();
    options.user = "me";
    options.password = "secret";
    options.auth_without_tls = true;
    Play play(options);
    play.start().server("220 hi").client("EHLO shop.example");
    play.server("250 AUTH LOGIN").client("AUTH LOGIN");
    play.server("334 VXNlcm5hbWU6").client("bWU=");
    play.server("334 UGFzc3dvcmQ6").client("c2VjcmV0");
    play.server("535 5.7.8 no");
    EXPECT_EQ(play.session.fact().stage, SmtpStage::auth);
    EXPECT_EQ(play.session.fact().reply.code, 535);
}

TEST(SmtpSessionTest, NoPasswordWithoutTls) {
    SmtpSession::Options options = plain();
    options.user = "me";
    options.password = "secret";
    Play play(options);
    play.start().server("220 hi").client("EHLO shop.example");
    play.server("250 AUTH PLAIN");
    ASSERT_TRUE(play.done());
    EXPECT_EQ(play.session.fact().kind, Kind::unsupported);
    EXPECT_EQ(play.session.fact().stage, SmtpStage::auth);
}

TEST(SmtpSessionTest, ARefusedRecipientKeepsTheConnection) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.server("250 ok\n550 5.1.1 no such user\n554 no valid recipients");
    ASSERT_TRUE(play.done());
    EXPECT_EQ(play.session.fact().stage, SmtpStage::rcpt);
    EXPECT_EQ(play.session.fact().reply.enhanced, "5.1.1");
    play.begin(mail()).client("RSET\n" + kPipelined);
    play.server("250 ok\n250 ok\n250 ok\n354 go").client("Subject: x\n\nhi\n.");
    play.server("250 ok");
    EXPECT_EQ(play.session.fact().stage, SmtpStage::verdict);
}

TEST(SmtpSessionTest, AServerThatWantsContentForNobodyGetsALoneDot) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.server("250 ok\n450 4.2.0 later\n354 go").client(".");
    play.server("554 no valid recipients");
    ASSERT_TRUE(play.done());
    EXPECT_EQ(play.session.fact().stage, SmtpStage::rcpt);
    EXPECT_EQ(play.session.fact().reply.code, 450);
    EXPECT_TRUE(play.session.reusable());
}

TEST(SmtpSessionTest, A421AnywhereEndsTheSession) {
    for (const char* replies : {"421 4.7.0 bye", "250 ok\n421 bye", "250 ok\n250 ok\n421 bye",
                                "250 ok\n421 bye\n354 go"}) {
        Play play = ready_play();
        play.begin(mail()).client(kPipelined);
        play.server(replies);
        ASSERT_TRUE(play.done()) << replies;
        EXPECT_EQ(play.session.fact().reply.code, 421);
        EXPECT_FALSE(play.session.reusable());
    }
    // What the server said of this recipient before it closed still counts.
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.server("250 ok\n550 5.1.1 no\n421 too many errors");
    EXPECT_EQ(play.session.fact().reply.code, 550);
    EXPECT_FALSE(play.session.reusable());
}

TEST(SmtpSessionTest, ALossIsAttributedToTheStepUnderWay) {
    struct Case {
        std::string replies;
        SmtpStage stage;
        bool mail_answered;
    };
    for (const Case& c : {Case{"", SmtpStage::mail, false}, Case{"250 ok", SmtpStage::rcpt, true},
                          Case{"250 ok\n250 ok", SmtpStage::data, true},
                          Case{"250 ok\n250 ok\n354 go", SmtpStage::verdict, true}}) {
        for (const Event::Kind end : {Event::Kind::closed, Event::Kind::deadline}) {
            Play play = ready_play();
            play.begin(mail()).client(kPipelined);
            if (!c.replies.empty()) {
                play.server(c.replies);
            }
            play.event(end);
            ASSERT_TRUE(play.done());
            EXPECT_EQ(play.session.fact().stage, c.stage) << c.replies;
            EXPECT_EQ(play.session.fact().kind,
                      end == Event::Kind::closed ? Kind::lost : Kind::timed_out);
            EXPECT_EQ(play.session.mail_answered(), c.mail_answered);
        }
    }
}

TEST(SmtpSessionTest, TheFinalDotIsOutOnlyWhenTheWriteIsDone) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.hold_writes = true;
    play.server("250 ok\n250 ok\n354 go").client("Subject: x\n\nhi\n.");
    play.event(Event::Kind::deadline);
    EXPECT_EQ(play.session.fact().stage, SmtpStage::content);
}

TEST(SmtpSessionTest, NonsenseIsAViolation) {
    for (const char* nonsense : {"HTTP/1.1 400 Bad Request", "250-a\r\n251 b", "999 x", "25"}) {
        Play play(plain());
        play.start().server(nonsense);
        ASSERT_TRUE(play.done()) << nonsense;
        EXPECT_EQ(play.session.fact().kind, Kind::violation);
    }
    Play endless(plain());
    endless.start().event(Event::Kind::received, std::string(9000, '2'));
    EXPECT_EQ(endless.session.fact().kind, Kind::violation);
}

TEST(SmtpSessionTest, AnUnaskedGoodbyeWhileIdleIsALossBeforeMail) {
    Play play = ready_play();
    play.begin(mail()).client(kPipelined);
    play.server("250 ok\n250 ok\n354 go").client("Subject: x\n\nhi\n.");
    play.server("250 ok\n421 4.4.2 idle too long");
    ASSERT_TRUE(play.done());
    play.begin(mail());
    EXPECT_EQ(play.session.fact().kind, Kind::lost);
    EXPECT_FALSE(play.session.mail_answered());
    EXPECT_FALSE(play.session.reusable());
}

TEST(SmtpContentTest, DoublesDotsAndEndsLines) {
    EXPECT_EQ(smtp_content("a\n.\n..b\r\nc"), "a\r\n..\r\n...b\r\nc\r\n.\r\n");
    EXPECT_EQ(smtp_content("a\r\n"), "a\r\n.\r\n");
    EXPECT_EQ(smtp_content("a\rb"), "a\r\nb\r\n.\r\n");
    EXPECT_EQ(smtp_content(""), ".\r\n");
}

}  // namespace
}  // namespace sluice::connectors
