#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/model/codec.hpp"
#include "tests/support/story.hpp"

#include <gtest/gtest.h>

/// The borders of conditions over the past by hand, so that each rule can be read; the oracle
/// beside this file asks them all, at random.
namespace sluice {
namespace {

/// One customer who entered a flow with one `if` for each of some conditions.
class Asker {
public:
    explicit Asker(const std::vector<std::string>& conditions, Zone zone = Zone{}) : zone_(zone) {
        std::string flow = "flow Probe { starts when Viewed as view\n";
        for (const std::string& condition : conditions) {
            flow += "if " + condition + " { send email Hello }\n";
        }
        program_ = testing::compile_text(
            {testing::kShop, testing::kOpenPolicy, testing::kMessages, flow + "}"});
        if (!program_) {
            return;
        }
        for (const dsl::Instruction& instruction : program_->flows.front().code) {
            if (const auto* branch = std::get_if<dsl::OpBranch>(&instruction.op)) {
                conditions_.push_back(branch->condition);
            }
        }
        customer_.id = "c";
        Layout& layout = customer_.layouts.emplace_back();
        layout.traits.resize(program_->customer_fields.size());
        layout.aggregates.resize(program_->aggregates.size());
    }

    void happens(Instant at, std::string_view name, Fields fields) {
        const Index event = program_->find_event(name);
        fields.resize(program_->events[event].fields.size());
        fold(*program_, customer_, customer_.layouts.front(),
             {event, fields, {at, ++customer_.events}}, zone_);
        customer_.last_at = std::max(customer_.last_at, at);
    }
    void orders(Instant at, std::int64_t total, std::optional<std::string> category = {}) {
        happens(at, "Order Placed",
                {Value::of_text("o"), Value::of_integer(total),
                 category ? Value::of_text(*category) : Value{}});
    }
    void enters(Instant at) {
        run_.entered_at = at;
        run_.entered_ordinal = customer_.events;
    }
    /// The product of the run's `view`.
    void looks_at(std::string_view product) { run_.slots = {{Value::of_text(product)}}; }
    void is_stored_and_read() { customer_ = decode_customer(encode(customer_)).value(); }

    /// One letter for each condition: y or n.
    [[nodiscard]] std::string answers(Instant now) const {
        std::string out;
        for (const Index condition : conditions_) {
            out += evaluate(context(now), condition) ? "y" : "n";
        }
        return out;
    }
    /// When the first condition says that it ends.
    [[nodiscard]] Instant until(Instant now) const {
        return judge(context(now), conditions_.front()).until;
    }

private:
    [[nodiscard]] Context context(Instant now) const {
        return {*program_, customer_, customer_.layouts.front(), now, zone_, &run_, nullptr, 0};
    }

    Zone zone_;
    std::shared_ptr<const dsl::Program> program_;
    std::vector<Index> conditions_;
    Customer customer_;
    sluice::Run run_;
};

const Instant kMorning = testing::utc("2026-03-02 10:00");
constexpr Millis kHour{3'600'000};
constexpr Millis kDay{86'400'000};

/// Half-open windows (T8).
TEST(AggregatesBorderTest, AnEventExactlyThatOldIsOutside) {
    Asker asker({"any Order Placed in the last 1 day", "last Order Placed was more than 1 day ago",
                 "last Order Placed was less than 1 day ago",
                 "last Order Placed was between 1 day and 2 days ago"},
                *find_zone("Europe/Berlin"));
    // Saturday noon before the clocks go forward: a day later is 23 hours later.
    asker.orders(testing::utc("2026-03-28 11:00"), 1);
    const Instant day_later = testing::utc("2026-03-29 10:00");
    EXPECT_EQ(asker.answers(day_later - Millis{1}), "ynyn");
    EXPECT_EQ(asker.answers(day_later), "nnny");
    EXPECT_EQ(asker.answers(day_later + Millis{1}), "nyny");
    EXPECT_EQ(asker.answers(testing::utc("2026-03-30 10:00")), "nynn");
}

/// `no … before entry` stays true however much happens afterwards.
TEST(AggregatesBorderTest, ManyEventsSinceEntryAreNotTakenForEarlierOnes) {
    Asker asker({"no Order Placed before entry"});
    asker.enters(kMorning);
    for (int i = 0; i < 100; ++i) {
        asker.orders(kMorning + Millis{1'000} * i, 1);
        ASSERT_EQ(asker.answers(kMorning + kHour), "y") << i;
    }
}

/// What outdoes it afterwards does not hide what was before the entry.
TEST(AggregatesBorderTest, NumbersBeforeEntryKnowNothingOfWhatCameAfter) {
    Asker asker({"highest of Order Placed.total before entry is 20",
                 "lowest of Order Placed.total before entry is 10",
                 "number of different Order Placed.category before entry is 1",
                 "any Order Placed followed by Order Placed within 1 day before entry"});
    asker.orders(kMorning, 10, "shoes");
    asker.orders(kMorning + kHour, 20, "shoes");
    asker.enters(kMorning + kHour);
    asker.orders(kMorning + kDay * 3, 90, "shoes");
    asker.orders(kMorning + kDay * 3, 1, "hats");
    EXPECT_EQ(asker.answers(kMorning + kDay * 4), "yyyy");
}

/// The field of the newest occurrence, also when an older one has it and the newest has not.
TEST(AggregatesBorderTest, AFieldThatTheLastOneDoesNotHaveIsUnknown) {
    Asker asker({"last Order Placed.category is \"shoes\"", "last Order Placed.category is unknown",
                 "first Order Placed.category is \"shoes\""});
    asker.orders(kMorning, 10, "shoes");
    EXPECT_EQ(asker.answers(kMorning), "yny");
    asker.orders(kMorning + kHour, 10);
    EXPECT_EQ(asker.answers(kMorning + kHour), "nyy");
    asker.orders(kMorning - kHour, 10);  // late
    EXPECT_EQ(asker.answers(kMorning + kHour), "nyn");
}

TEST(AggregatesBorderTest, WhatWaitsToBeFollowedIsStored) {
    Asker asker({"any Order Placed followed by Viewed within 1 day"});
    asker.orders(kMorning, 10);
    asker.is_stored_and_read();
    asker.happens(kMorning + kHour, "Viewed", {Value::of_text("p")});
    EXPECT_EQ(asker.answers(kMorning + kHour), "y");
}

/// Sequences are told by when things happened, in whatever order one hears of it.
TEST(AggregatesBorderTest, ASequenceIsFoundWhicheverComesLate) {
    const std::vector<std::string> conditions = {
        "any Order Placed followed by Viewed within 5 hours",
        "any Order Placed followed by Viewed within 5 hours in the last 1 day",
        "any Order Placed not followed by Viewed within 5 hours"};
    const Instant next_day = kMorning + kDay + kHour;
    const Fields product = {Value::of_text("p")};
    Asker order_late(conditions);
    order_late.happens(kMorning + kHour * 2, "Viewed", product);
    order_late.is_stored_and_read();
    order_late.orders(kMorning, 1);
    EXPECT_EQ(order_late.answers(next_day), "yyn");
    // The first that followed counts, and its day is over.
    Asker view_late(conditions);
    view_late.orders(kMorning, 1);
    view_late.happens(kMorning + kHour * 2, "Viewed", product);
    EXPECT_EQ(view_late.answers(next_day), "yyn");
    view_late.is_stored_and_read();
    view_late.happens(kMorning + kHour, "Viewed", product);
    EXPECT_EQ(view_late.answers(next_day), "ynn");
    // At one instant the order of arrival is all there is.
    Asker view_first(conditions);
    view_first.happens(kMorning, "Viewed", product);
    view_first.orders(kMorning, 1);
    EXPECT_EQ(view_first.answers(next_day), "nny");
}

/// An email and a text message may bear the same name.
TEST(AggregatesBorderTest, AnOpenedEmailIsNoText) {
    Asker asker({"any of the last 1 messages were opened", "any of the last 2 messages were opened",
                 "any of the last 1 sms were opened"});
    const Fields hello = {Value::of_text("Hello")};
    asker.happens(kMorning, "Email Sent", hello);
    asker.happens(kMorning + kHour, "Sms Sent", hello);
    asker.is_stored_and_read();
    asker.happens(kMorning + kHour, "Email Opened", hello);
    EXPECT_EQ(asker.answers(kMorning + kHour), "nyn");
    asker.happens(kMorning + kHour, "Sms Clicked", hello);
    EXPECT_EQ(asker.answers(kMorning + kHour), "yyy");
}

/// Every gap of so many hundredths of a day is exactly that.
TEST(AggregatesBorderTest, GapsAreWholeNumbers) {
    for (int hundredths = 1; hundredths <= 200; ++hundredths) {
        std::string days = std::to_string(hundredths % 100);
        days = std::to_string(hundredths / 100) + "." + (days.size() == 1 ? "0" : "") + days;
        Asker asker({"days between Order Placed is " + days});
        asker.orders(kMorning, 1);
        asker.orders(kMorning + Millis{864'000} * hundredths, 1);
        EXPECT_EQ(asker.answers(kMorning + kDay * 3), "y") << days;
    }
}

/// 02:38 comes twice; in its second pass the end of the window is twenty minutes away, not a day.
TEST(AggregatesBorderTest, AWindowEndsInTheHourThatComesTwice) {
    Asker asker({"now is between 21:47 and 02:58"}, *find_zone("Europe/Berlin"));
    const Instant end = testing::utc("2026-10-25 01:58");
    EXPECT_EQ(asker.answers(testing::utc("2026-10-25 01:38")), "y");
    EXPECT_EQ(asker.until(testing::utc("2026-10-25 01:38")), end);
    EXPECT_EQ(asker.answers(end), "n");
}

/// Beyond 256 the oldest two of a sum become one, which leaves with the newer of them: nothing is
/// wrong while it is too old, and then never by more than the older one.
TEST(AggregatesBorderTest, SumsLookBackOnTwoHundredAndFiftySix) {
    Asker asker({"total of Order Placed.total in the last 10 days is 255",
                 "total of Order Placed.total is 300", "count of Order Placed is 300"});
    for (int i = 0; i < 300; ++i) {
        asker.orders(kMorning + kHour / 2 * i, 1);
    }
    // The oldest of the newest 255 is just inside.
    const Instant now = kMorning + kHour / 2 * 45 + kDay * 10 - Millis{1};
    EXPECT_EQ(asker.answers(now), "yyy");
    EXPECT_EQ(asker.answers(now + Millis{1}), "nyy");
}

/// The key that was not seen for longest makes room.
TEST(AggregatesBorderTest, SixtyFourKeysAreToldApart) {
    Asker asker({"any Viewed where product_id is view.product_id"});
    for (int i = 0; i < 70; ++i) {
        asker.happens(kMorning + kHour * i, "Viewed", {Value::of_text("p" + std::to_string(i))});
    }
    for (int i = 0; i < 70; ++i) {
        asker.looks_at("p" + std::to_string(i));
        EXPECT_EQ(asker.answers(kMorning + kDay * 4), i < 6 ? "n" : "y") << i;
    }
}

}  // namespace
}  // namespace sluice
