#include "engine/model/codec.hpp"

#include "engine/model/trace.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sluice {
namespace {

Instant at(std::int64_t seconds) {
    return from_ms(1'772'000'000'000 + seconds * 1'000);
}

std::vector<AggregateState> sample_aggregates() {
    AggregateState plain;
    plain.memory.total = 5;
    plain.memory.first = {at(-90'000), 1};
    plain.memory.newest = {{at(-60), 40}, {at(-1), 41}};
    AggregateState keyed;
    Memory one;
    one.total = 1;
    one.first = {at(-5), 2};
    one.newest = {{at(-5), 2}};
    keyed.keyed.emplace_back("p1", one);
    AggregateState rich;
    rich.memory = plain.memory;
    rich.memory.values = {Value::of_number(5), Value::of_text("x")};
    rich.memory.merged = {1, 3};
    rich.memory.pending = {{at(-2), 39}};
    rich.memory.first_value = Value::of_text("first");
    rich.memory.sum = -7;
    rich.memory.extreme = 12;
    return {plain, keyed, rich, AggregateState{}};
}

Customer sample() {
    Customer customer;
    customer.id = "c-ü-1";
    customer.events = 42;
    customer.next_run = 7;
    customer.next_order = 99;
    customer.last_at = at(0);
    Layout layout;
    layout.release = 3;
    layout.traits = {Value{},
                     Value::of_text("Zoë"),
                     Value::of_number(-125'000),
                     Value::of_yes_no(true),
                     Value::of_date(-3),
                     Value::of_time(610),
                     Value::of_moment(1'772'000'000'123),
                     Value::of_list({"a", ""})};
    layout.aggregates = sample_aggregates();
    layout.standings = {{1, at(-70), at(9'000)}, {}};
    layout.start_due = {kNever, at(8'000)};
    customer.layouts.push_back(layout);
    Run run;
    run.id = 6;
    run.release = 3;
    run.flow = 1;
    run.key = "cart-1";
    run.entered_at = at(-100);
    run.entered_ordinal = 40;
    run.pc = 4;
    run.park = Park::await;
    run.park_order = 98;
    run.parked_at = at(-50);
    run.due = at(3'600);
    run.paced = true;
    run.sends = 2;
    run.watch_until = at(10'000);
    run.counters = {0, 3};
    run.slots = {{Value::of_text("x"), Value{}}, {}};
    customer.runs.push_back(run);
    HeldMessage held;
    held.id = "abc";
    held.run = 6;
    held.release = 3;
    held.flow = 1;
    held.step = 2;
    held.message = 5;
    held.channel = Channel::sms;
    held.requested_at = at(-10);
    held.release_at = at(7'200);
    held.latest = at(9'100);
    held.order = 97;
    held.arguments.emplace_back("cart", BoundEvent{4, {Value::of_integer(80)}});
    held.arguments.emplace_back("code", Value::of_text("BACK10"));
    customer.held.push_back(held);
    customer.entries.push_back({0xfeedULL, "k", at(-1'000)});
    customer.sends.push_back({Channel::email, at(-20)});
    return customer;
}

TEST(CodecTest, ACustomerComesBackWhole) {
    const Customer before = sample();
    const std::string bytes = encode(before);
    auto after = decode_customer(bytes);
    ASSERT_TRUE(after.has_value());
    // The encoding is canonical: equal bytes mean equal records.
    EXPECT_EQ(encode(after.value()), bytes);
    EXPECT_EQ(after.value().layouts.front().traits, before.layouts.front().traits);
    EXPECT_EQ(after.value().runs.front().due, before.runs.front().due);
    EXPECT_TRUE(after.value().runs.front().paced);
    EXPECT_FALSE(after.value().runs.front().promised);
    EXPECT_EQ(after.value().due(), at(3'600));
    EXPECT_EQ(after.value().layouts.front().standings.front().until, at(9'000));
    EXPECT_EQ(after.value().layouts.front().aggregates[2].memory.first_value,
              Value::of_text("first"));
    EXPECT_EQ(after.value().runs.front().counters, before.runs.front().counters);
    EXPECT_EQ(std::get<BoundEvent>(after.value().held.front().arguments[0].second).event, 4U);
}

TEST(CodecTest, ARecordThatWasGivenAwayNamesWhereItWent) {
    Customer tombstone;
    tombstone.id = "anonymous:web-1";
    tombstone.last_at = at(3);
    tombstone.merged_into = "c-ü-1";
    const auto again = decode_customer(encode(tombstone));
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again.value().given_away());
    EXPECT_EQ(again.value().merged_into, "c-ü-1");
    EXPECT_EQ(again.value().due(), kNever);
    EXPECT_EQ(encode(again.value()), encode(tombstone));
    EXPECT_FALSE(sample().given_away());
}

/// Version 4 ends before the name of where the record went.
TEST(CodecTest, RecordsOfBeforeMergesAreRead) {
    Customer before = sample();
    before.assignments.push_back({7, 2, at(5), at(9), true});
    std::string bytes = encode(before);
    ASSERT_EQ(bytes.front(), 5);
    ASSERT_EQ(bytes.back(), '\0');  // not given away
    bytes.pop_back();
    bytes.front() = 4;
    const auto read = decode_customer(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(encode(read.value()), encode(before));
    bytes.front() = 6;
    EXPECT_FALSE(decode_customer(bytes).has_value());
}

TEST(CodecTest, EveryCutIsNoticed) {
    const std::string bytes = encode(sample());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decode_customer(std::string_view(bytes).substr(0, length)).has_value())
            << length;
    }
    EXPECT_FALSE(decode_customer(bytes + "x").has_value());
}

TEST(CodecTest, DamagedBytesNeverReadOutside) {
    std::mt19937 random(7);
    const std::string bytes = encode(sample());
    for (int round = 0; round < 20'000; ++round) {
        std::string damaged = bytes;
        damaged[random() % damaged.size()] = static_cast<char>(random());
        damaged[random() % damaged.size()] = static_cast<char>(random());
        auto decoded = decode_customer(damaged);  // any answer, but an answer
        if (decoded.has_value()) {
            EXPECT_LE(decoded.value().runs.size(), damaged.size());
        }
    }
}

TEST(CodecTest, EventsMessagesCallsAndTraces) {
    InboundEvent event;
    event.kind = CallKind::page;
    event.name = "Page Viewed";
    event.data = R"({"a":1})";
    event.message_id = "m-1";
    event.occurred_at = at(0);
    event.received_at = at(5);
    auto back = decode_event(encode(event));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back.value().name, "Page Viewed");
    EXPECT_EQ(back.value().received_at, at(5));
    EXPECT_EQ(back.value().data, R"({"a":1})");

    RenderedMessage message;
    message.id = "1";
    message.to = "a@b";
    message.html = std::string(10'000, 'x');
    message.channel = Channel::sms;
    message.transactional = true;
    auto mail = decode_message(encode(message));
    ASSERT_TRUE(mail.has_value());
    EXPECT_EQ(mail.value().html, message.html);
    EXPECT_EQ(mail.value().channel, Channel::sms);

    RenderedCall call;
    call.body = "{}";
    call.retry_times = 3;
    ASSERT_TRUE(decode_call(encode(call)).has_value());
    EXPECT_EQ(decode_call(encode(call)).value().retry_times, 3);

    TraceRow row;
    row.kind = TraceKind::skipped;
    row.reason = Reason::capped;
    row.at = at(1);
    row.until = at(9);
    row.detail = "cap 1 sms per day";
    auto trace = decode_trace(encode(row));
    ASSERT_TRUE(trace.has_value());
    EXPECT_EQ(trace.value().reason, Reason::capped);
    EXPECT_EQ(trace.value().until, at(9));
    EXPECT_FALSE(decode_trace("").has_value());
    EXPECT_FALSE(decode_event("\x02").has_value());
}

TEST(CodecTest, ReasonsAreAClosedSetOfWords) {
    for (int i = 1; i <= static_cast<int>(Reason::merged); ++i) {
        const auto reason = static_cast<Reason>(i);
        ASSERT_FALSE(to_text(reason).empty()) << i;
        EXPECT_EQ(reason_from_text(to_text(reason)), reason);
    }
    EXPECT_FALSE(reason_from_text("no such reason").has_value());
}

TEST(CodecTest, EveryKindOfTraceRowComesBack) {
    for (std::uint8_t kind = 1; !to_text(static_cast<TraceKind>(kind)).empty(); ++kind) {
        TraceRow row;
        row.kind = static_cast<TraceKind>(kind);
        row.at = at(0);
        row.flow = "F";
        const auto again = decode_trace(encode(row));
        ASSERT_TRUE(again.has_value()) << int{kind};
        EXPECT_EQ(again.value().kind, row.kind);
        ASSERT_GE(std::uint8_t{19}, kind) << "a new kind: is it in the log, explain and the API?";
    }
}

}  // namespace
}  // namespace sluice
