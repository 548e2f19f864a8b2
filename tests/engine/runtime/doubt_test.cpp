#include "engine/runtime/doubt.hpp"

#include "engine/model/codec.hpp"
#include "engine/store/memory_store.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr Instant kNow = Instant{Millis{1'772'000'000'000}};

class DoubtTest : public ::testing::Test {
protected:
    void SetUp() override {
        Commit commit;
        commit.customers.push_back({"anna", "state of anna", kNow, {}});
        OutboxRow row;
        row.id = "m1";
        row.customer = "anna";
        row.status = OutboxStatus::unknown;
        row.attempts = 1;
        RenderedMessage message;
        message.flow = "Welcome";
        message.step = "hello";
        message.message = "welcome.first";
        row.body = encode(message);
        commit.outbox.push_back(row);
        row.id = "m2";
        row.status = OutboxStatus::accepted;
        commit.outbox.push_back(row);
        ASSERT_TRUE(store_.commit(commit).has_value());
    }
    OutboxRow row(const std::string& id) { return *store_.outbox_row(id).value(); }

    MemoryStore store_;
};

TEST_F(DoubtTest, AVerdictChangesTheRowAndStandsInTheCustomersJournal) {
    ASSERT_TRUE(settle_doubt_in(store_, "m1", DoubtVerdict::drop, kNow).has_value());
    EXPECT_EQ(row("m1").status, OutboxStatus::skipped);
    const auto no = store_.find("anna");
    ASSERT_TRUE(no);
    EXPECT_EQ(store_.load(*no).value().state, "state of anna");
    EXPECT_EQ(store_.load(*no).value().due, kNow);
    std::vector<TraceRow> told;
    ASSERT_TRUE(store_
                    .journal(*no,
                             [&](const JournalEntry& entry) {
                                 told.push_back(decode_trace(entry.payload).value());
                                 return true;
                             })
                    .has_value());
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].id, "m1");
    EXPECT_EQ(told[0].flow, "Welcome");
    EXPECT_EQ(told[0].note, "dropped, by a person's word");
}

TEST_F(DoubtTest, ResendMakesItReadyAtOnce) {
    ASSERT_TRUE(settle_doubt_in(store_, "m1", DoubtVerdict::resend, kNow).has_value());
    EXPECT_EQ(row("m1").status, OutboxStatus::ready);
    EXPECT_EQ(row("m1").not_before, kNow);
}

TEST_F(DoubtTest, OnlyWhatIsInDoubtIsSettled) {
    const auto settled = settle_doubt_in(store_, "m2", DoubtVerdict::resend, kNow);
    ASSERT_FALSE(settled.has_value());
    EXPECT_EQ(settled.error().code, Errc::conflict);
    EXPECT_EQ(row("m2").status, OutboxStatus::accepted);
    const auto unknown = settle_doubt_in(store_, "m3", DoubtVerdict::sent, kNow);
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(DoubtTest, PeopleAndProgramsReadWhatItIs) {
    EXPECT_EQ(doubt_text(row("m1")), "email welcome.first (Welcome)");
    EXPECT_EQ(doubt_json(row("m1")),
              R"({"id":"m1","customer":"anna","channel":"email","message":"welcome.first",)"
              R"("flow":"Welcome","created_at":"1970-01-01T00:00:00Z","attempts":1,)"
              R"("outcome":""})");
    EXPECT_FALSE(doubt_verdict("maybe"));
}

}  // namespace
}  // namespace sluice
