#include "engine/runtime/explain.hpp"

#include "engine/model/codec.hpp"
#include "engine/store/memory_store.hpp"
#include "tests/support/story.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::utc;

/// A journal as the shard leaves it: what a customer did, and what was decided.
class ExplainTest : public ::testing::Test {
protected:
    void SetUp() override {
        InboundEvent identify;
        identify.kind = CallKind::identify;
        identify.data = R"({"points":3})";
        identify.message_id = "i1";
        add("2026-03-28 19:00", identify);
        InboundEvent order;
        order.name = "Order Placed";
        order.data = R"({"total":80})";
        order.message_id = "e1";
        add("2026-03-28 19:00:05", order);

        TraceRow entered;
        entered.flow = "Greet";
        entered.run = 4;
        entered.note = "Order Placed";
        add("2026-03-28 19:00:05", entered);
        TraceRow waiting;
        waiting.kind = TraceKind::waiting;
        waiting.flow = "Greet";
        waiting.run = 4;
        waiting.step = "pause";
        waiting.detail = "wait until 09:00";
        waiting.until = utc("2026-03-29 07:00");
        add("2026-03-28 19:00:05", waiting);
        TraceRow skipped;
        skipped.kind = TraceKind::skipped;
        skipped.flow = "Other";
        skipped.run = 5;
        skipped.step = "s1";
        skipped.reason = Reason::no_consent;
        skipped.channel = Channel::sms;
        skipped.message = "Hello";
        skipped.id = "abc";
        skipped.detail = "customer.sms_status is \"subscribed\"";
        add("2026-03-29 07:00", skipped);
        TraceRow ended;
        ended.kind = TraceKind::ended;
        ended.flow = "Greet";
        ended.run = 4;
        ended.reason = Reason::stopped;
        ended.note = "enough";
        add("2026-03-29 07:00", ended);
        write();
    }
    void add(std::string_view at, InboundEvent event) {
        event.occurred_at = utc(std::string(at));
        event.received_at = event.occurred_at;
        entries_.push_back({JournalKind::event, event.occurred_at, encode(event)});
    }
    void add(std::string_view at, TraceRow row) {
        row.at = utc(std::string(at));
        entries_.push_back({JournalKind::trace, row.at, encode(row)});
    }
    void write() {
        CustomerWrite customer;
        customer.customer = "ana";
        customer.state = "state";
        customer.journal = std::move(entries_);
        Commit commit;
        commit.customers.push_back(std::move(customer));
        ASSERT_TRUE(store_.commit(commit).has_value());
    }
    Story story(StoryRequest request = {}) {
        auto read = read_story(store_, "ana", request);
        EXPECT_TRUE(read.has_value());
        Story out = std::move(read.value());
        out.zone = *find_zone("Europe/Berlin");
        return out;
    }

    MemoryStore store_;
    std::vector<JournalEntry> entries_;
};

TEST_F(ExplainTest, TextIsOneLineAnEntryInTheCustomersTime) {
    EXPECT_EQ(render_text(story()), R"(ana  (times in Europe/Berlin)
  Sat 2026-03-28 20:00  identify  {"points":3}
  Sat 2026-03-28 20:00:05  Order Placed  {"total":80}
  Sat 2026-03-28 20:00:05  Greet: entered (Order Placed)
  Sat 2026-03-28 20:00:05  Greet @pause: wait until 09:00  until Sun 2026-03-29 09:00
  Sun 2026-03-29 09:00  Other @s1: skipped sms Hello, no consent: customer.sms_status is "subscribed"
  Sun 2026-03-29 09:00  Greet: ended: stopped (enough)
)");
}

TEST_F(ExplainTest, JsonHasEveryEntryInFull) {
    EXPECT_EQ(
        render_json(story()),
        R"j({"customer":"ana","zone":"Europe/Berlin","more":false,"entries":[)j"
        R"j({"at":"2026-03-28T19:00:00Z","kind":"identify","message_id":"i1","data":{"points":3}},)j"
        R"j({"at":"2026-03-28T19:00:05Z","kind":"track","event":"Order Placed","message_id":"e1",)j"
        R"j("data":{"total":80}},)j"
        R"j({"at":"2026-03-28T19:00:05Z","kind":"entered","flow":"Greet","note":"Order Placed",)j"
        R"j("run":4,"text":"entered (Order Placed)"},)j"
        R"j({"at":"2026-03-28T19:00:05Z","kind":"waiting","flow":"Greet","step":"pause",)j"
        R"j("detail":"wait until 09:00","until":"2026-03-29T07:00:00Z","run":4,)j"
        R"j("text":"wait until 09:00"},)j"
        R"j({"at":"2026-03-29T07:00:00Z","kind":"skipped","flow":"Other","step":"s1",)j"
        R"j("reason":"no consent","message":"Hello","channel":"sms","id":"abc",)j"
        R"j("detail":"customer.sms_status is \"subscribed\"","run":5,)j"
        R"j("text":"skipped sms Hello, no consent: customer.sms_status is \"subscribed\""},)j"
        R"j({"at":"2026-03-29T07:00:00Z","kind":"ended","flow":"Greet","reason":"stopped",)j"
        R"j("note":"enough","run":4,"text":"ended: stopped (enough)"}]})j"
        "\n");
}

TEST_F(ExplainTest, OneFlowShowsItsDecisionsOnly) {
    StoryRequest request;
    request.flow = "Greet";
    const Story told = story(request);
    ASSERT_EQ(told.entries.size(), 3U);
    for (const StoryEntry& entry : told.entries) {
        ASSERT_TRUE(entry.trace.has_value());
        EXPECT_EQ(entry.trace->flow, "Greet");
    }
}

TEST_F(ExplainTest, TheNewestEntriesAreKept) {
    StoryRequest request;
    request.entries_max = 2;
    const Story told = story(request);
    EXPECT_TRUE(told.more);
    ASSERT_EQ(told.entries.size(), 2U);
    EXPECT_EQ(told.entries[0].trace->kind, TraceKind::skipped);
    EXPECT_EQ(told.entries[1].trace->kind, TraceKind::ended);
    EXPECT_NE(render_text(told).find("older entries left out"), std::string::npos);
    request.entries_max = 6;
    EXPECT_FALSE(story(request).more);
}

TEST_F(ExplainTest, NobodyIsNotFoundAndDamageIsSaid) {
    const auto nobody = read_story(store_, "bo", {});
    ASSERT_FALSE(nobody.has_value());
    EXPECT_EQ(nobody.error().code, Errc::not_found);
    EXPECT_EQ(nobody.error().detail, "no customer \"bo\" is known");

    Commit commit;
    CustomerWrite customer;
    customer.customer = "cy";
    customer.state = "state";
    customer.journal.push_back({JournalKind::trace, utc("2026-03-02 10:00"), "damaged"});
    commit.customers.push_back(std::move(customer));
    ASSERT_TRUE(store_.commit(commit).has_value());
    const auto damaged = read_story(store_, "cy", {});
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice
