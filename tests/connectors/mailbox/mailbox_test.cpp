#include "connectors/mailbox/mailbox.hpp"

#include "connectors/mailbox/mailbox_page.hpp"
#include "tests/connectors/support/tls_identity.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <filesystem>
#include <thread>

namespace sluice {
namespace {

using connectors::test::TempFolder;

MailboxEntry email(const std::string& id) {
    MailboxEntry entry;
    entry.id = id;
    entry.at = from_ms(1'795'167'065'000);
    entry.to = "ann@example.org";
    entry.subject = "Your cart " + id;
    entry.html = "<p>Hello</p><script>alert(1)</script>";
    entry.text = "Hello";
    entry.flow = "abandoned_cart";
    entry.step = "remind";
    entry.customer = "c-1";
    return entry;
}

MailboxEntry sms(const std::string& id) {
    MailboxEntry entry = email(id);
    entry.channel = Channel::sms;
    entry.to = "+14155552671";
    entry.subject = entry.html = "";
    entry.text = "Zoë, your parcel is here";
    return entry;
}

std::vector<std::string> ids(Mailbox& mailbox, const MailboxQuery& query) {
    std::vector<std::string> out;
    const auto listed = mailbox.list(query);
    for (const MailboxEntry& entry : listed.value()) {
        out.push_back(entry.id);
    }
    return out;
}
using Ids = std::vector<std::string>;

TEST(MailboxTest, KeepsEverythingOnce) {
    const auto mailbox = std::move(Mailbox::open("").value());
    MailboxEntry first = email("a");
    first.transactional = true;
    first.preview = "peek";
    first.attempt = 3;
    EXPECT_TRUE(mailbox->add(first).value());
    EXPECT_FALSE(mailbox->add(email("a")).value());
    EXPECT_EQ(mailbox->count().value(), 1U);
    const auto got = mailbox->get("a").value();
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->subject, first.subject);
    EXPECT_EQ(got->html, first.html);
    EXPECT_EQ(got->preview, "peek");
    EXPECT_EQ(got->attempt, 3U);
    EXPECT_TRUE(got->transactional);
    EXPECT_EQ(got->at, first.at);
    EXPECT_FALSE(mailbox->get("b").value().has_value());
}

TEST(MailboxTest, ListsTheNewestFirstInPages) {
    const auto mailbox = std::move(Mailbox::open("").value());
    for (const char* id : {"a", "b", "c"}) {
        ASSERT_TRUE(mailbox->add(email(id)).value());
    }
    ASSERT_TRUE(mailbox->add(sms("d")).value());
    MailboxQuery query;
    EXPECT_EQ(ids(*mailbox, query), (Ids{"d", "c", "b", "a"}));
    query.limit = 2;
    const auto page = mailbox->list(query);
    query.before = page.value().back().seq;
    EXPECT_EQ(ids(*mailbox, query), (Ids{"b", "a"}));
}

TEST(MailboxTest, FindsByTextAndChannel) {
    const auto mailbox = std::move(Mailbox::open("").value());
    mailbox->add(email("a")).value();
    mailbox->add(sms("b")).value();
    MailboxEntry percent = email("c");
    percent.subject = "50% off";
    mailbox->add(percent).value();
    const auto find = [&](const char* text) {
        MailboxQuery query;
        query.text = text;
        return ids(*mailbox, query);
    };
    EXPECT_EQ(find("PARCEL"), (Ids{"b"}));
    EXPECT_EQ(find("0% o"), (Ids{"c"}));
    EXPECT_EQ(find("_"), (Ids{"c", "b", "a"}));  // in abandoned_cart, not "any character"
    EXPECT_EQ(find("x%"), (Ids{}));
    EXPECT_EQ(find("' OR 1=1 --"), (Ids{}));
    MailboxQuery only;
    only.channel = Channel::sms;
    EXPECT_EQ(ids(*mailbox, only), (Ids{"b"}));
}

TEST(MailboxTest, ForgetsTheOldest) {
    const auto mailbox = std::move(Mailbox::open("", 3).value());
    for (const char* id : {"a", "b", "b", "c", "d", "e"}) {
        mailbox->add(email(id)).value();
    }
    EXPECT_EQ(ids(*mailbox, MailboxQuery()), (Ids{"e", "d", "c"}));
    ASSERT_TRUE(mailbox->clear().has_value());
    EXPECT_EQ(mailbox->count().value(), 0U);
    EXPECT_TRUE(mailbox->add(email("a")).value());
}

TEST(MailboxTest, SurvivesARestart) {
    const TempFolder folder;
    const std::string path = folder.file("mailbox.db");
    {
        const auto mailbox = std::move(Mailbox::open(path).value());
        mailbox->add(email("a")).value();
    }
    const auto again = std::move(Mailbox::open(path).value());
    EXPECT_EQ(ids(*again, MailboxQuery()), (Ids{"a"}));
    EXPECT_FALSE(again->add(email("a")).value());
}

TEST(MailboxTest, SaysWhyItCannotOpen) {
    const TempFolder folder;
    EXPECT_EQ(Mailbox::open(folder.path() + "/none/mailbox.db").error().code, Errc::io);
    folder.write("text.db", std::string(4096, 'x'));
    EXPECT_EQ(Mailbox::open(folder.file("text.db")).error().code, Errc::io);
}

TEST(MailboxTest, TakesFromManyThreads) {
    const auto mailbox = std::move(Mailbox::open("").value());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&mailbox, t] {
            for (int i = 0; i < 50; ++i) {
                mailbox->add(email(std::to_string(t / 2) + "-" + std::to_string(i))).value();
                mailbox->list(MailboxQuery()).value();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(mailbox->count().value(), 100U);
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(MailboxPageTest, TheListShowsAndEscapes) {
    MailboxEntry evil = email("a");
    evil.subject = "<script>alert('x')</script> & \"more\"";
    evil.flow = "<b>";
    MailboxQuery query;
    query.text = "\"><script>";
    const std::string page = render_list_page({evil, sms("b")}, query);
    EXPECT_TRUE(
        holds(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;"));
    EXPECT_FALSE(holds(page, "<script"));
    EXPECT_FALSE(holds(page, "<b>"));
    EXPECT_TRUE(holds(page, "href=\"/mailbox/a\""));
    EXPECT_TRUE(holds(page, "to +14155552671"));
    EXPECT_TRUE(holds(page, "2026-11-20 09:31:05 UTC"));
    EXPECT_TRUE(holds(page, "Zoë, your parcel is here"));
    EXPECT_TRUE(holds(page, "<label class=\"hidden\" for=\"q\">"));
}

TEST(MailboxPageTest, PagesAndEmptyStates) {
    MailboxQuery query;
    query.limit = 1;
    query.text = "a b";
    query.channel = Channel::email;
    MailboxEntry entry = email("a");
    entry.seq = 42;
    MailboxPageOptions options;
    options.base_path = "/_dev/mail";
    options.clear_action = "/_dev/mail/clear";
    const std::string page = render_list_page({entry}, query, options);
    EXPECT_TRUE(holds(page, "href=\"/_dev/mail?before=42&amp;q=a%20b&amp;channel=email\""));
    EXPECT_TRUE(holds(page, "action=\"/_dev/mail/clear\""));
    EXPECT_FALSE(holds(render_list_page({entry}, MailboxQuery()), "rel=\"next\""));
    EXPECT_TRUE(holds(render_list_page({}, query), "Nothing matches"));
    EXPECT_TRUE(holds(render_list_page({}, MailboxQuery()), "Nothing here yet"));
}

TEST(MailboxPageTest, AnEmailIsShownInASandbox) {
    const std::string page = render_message_page(email("a"));
    EXPECT_TRUE(holds(page, "sandbox=\"\""));
    EXPECT_TRUE(holds(page, "srcdoc=\"&lt;p&gt;Hello&lt;/p&gt;&lt;script&gt;"));
    EXPECT_FALSE(holds(page, "<script"));
    EXPECT_TRUE(holds(page, "abandoned_cart"));
    EXPECT_TRUE(holds(page, "Plain text</summary><pre>Hello</pre>"));
    MailboxEntry bare = email("b");
    bare.text.clear();
    EXPECT_TRUE(holds(render_message_page(bare), "Plain text (made from the HTML)"));
}

TEST(MailboxPageTest, ATextMessageShowsItsSegments) {
    const std::string page = render_message_page(sms("a"));
    EXPECT_TRUE(holds(page, "<p class=\"bubble\">Zoë, your parcel is here</p>"));
    EXPECT_TRUE(holds(page, "1 segment, 24 units, UCS-2"));
    EXPECT_FALSE(holds(page, "<iframe"));
}

TEST(MailboxPageTest, NothingIsFetchedFromOutside) {
    for (const std::string& page :
         {render_list_page({email("a")}, MailboxQuery()), render_message_page(email("a")),
          render_message_page(sms("b"))}) {
        EXPECT_FALSE(holds(page, "http://"));
        EXPECT_FALSE(holds(page, "https://"));
        EXPECT_FALSE(holds(page, "<link"));
        EXPECT_FALSE(holds(page, " onclick"));
        EXPECT_TRUE(holds(page, "<html lang=\"en\">"));
        EXPECT_TRUE(holds(page, "name=\"viewport\""));
    }
    EXPECT_FALSE(holds(std::string(mailbox_content_security_policy()), "script-src"));
}

TEST(MailboxJsonTest, ListAndOne) {
    MailboxEntry entry = email("a");
    entry.seq = 9;
    MailboxQuery query;
    query.limit = 1;
    const auto list = boost::json::parse(to_json(std::vector{entry}, query));
    EXPECT_EQ(list.at("next_before").as_int64(), 9);
    const auto& first = list.at("entries").at(0).as_object();
    EXPECT_EQ(first.at("subject").as_string(), "Your cart a");
    EXPECT_FALSE(first.contains("html"));
    EXPECT_TRUE(boost::json::parse(to_json({}, MailboxQuery())).at("next_before").is_null());
    EXPECT_EQ(boost::json::parse(to_json(entry)).at("html").as_string(), entry.html);
    const auto text = boost::json::parse(to_json(sms("b")));
    EXPECT_EQ(text.at("segments").as_int64(), 1);
    EXPECT_EQ(text.at("encoding").as_string(), "UCS-2");
}

}  // namespace
}  // namespace sluice
