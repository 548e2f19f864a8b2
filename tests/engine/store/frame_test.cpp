#include "engine/store/frame.hpp"

#include "engine/store/pack_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

StateFrame state_frame() {
    return StateFrame{7, from_ms(1234), Locator::of(3, 99), "customer-7", "the state"};
}

TEST(FrameTest, StateComesBackAsItWasWritten) {
    std::string bytes;
    append_frame(bytes, state_frame());
    EXPECT_EQ(bytes.size(), state_frame().bytes());
    auto back = decode_state(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back.value().no, 7U);
    EXPECT_EQ(back.value().due, from_ms(1234));
    EXPECT_EQ(back.value().journal_tail, Locator::of(3, 99));
    EXPECT_EQ(back.value().customer, "customer-7");
    EXPECT_EQ(back.value().state, "the state");
}

TEST(FrameTest, JournalComesBackAsItWasWritten) {
    std::string bytes;
    append_frame(bytes, JournalFrame{7, Locator::of(1, 2), JournalKind::trace, from_ms(-5), "why"});
    auto back = decode_journal(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back.value().no, 7U);
    EXPECT_EQ(back.value().previous, Locator::of(1, 2));
    EXPECT_EQ(back.value().kind, JournalKind::trace);
    EXPECT_EQ(back.value().at, from_ms(-5));
    EXPECT_EQ(back.value().payload, "why");
}

// The layout is stored: these bytes must be readable for ever.
TEST(FrameTest, TheStoredLayoutIsFixed) {
    std::string bytes;
    append_frame(bytes, StateFrame{1, from_ms(2), Locator{3}, "ab", "cd"});
    const std::string after_sum = bytes.substr(4);
    const char want[] =
        "\x22\0\0\0"
        "\1\0\0\0"
        "\2\0"
        "\2\0\0\0\0\0\0\0"
        "\3\0\0\0\0\0\0\0"
        "abcd";
    EXPECT_EQ(after_sum, std::string(want, sizeof want - 1));
}

TEST(FrameTest, EveryFlippedBitIsFound) {
    std::string bytes;
    append_frame(bytes, state_frame());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string bad = bytes;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        auto result = decode_state(bad);
        ASSERT_FALSE(result) << "bit " << bit;
        EXPECT_EQ(result.error().code, Errc::corrupt);
    }
}

TEST(FrameTest, EveryTruncationIsFound) {
    std::string bytes;
    append_frame(bytes, JournalFrame{1, Locator{}, JournalKind::event, kEpoch, "payload"});
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decode_journal(std::string_view(bytes).substr(0, length))) << length;
    }
}

TEST(PackWriterTest, FillsPacksAndTellsWhereFramesStand) {
    PackWriter writer;
    writer.start(10);
    const std::string state(3'000, 's');
    std::vector<Locator> at;
    for (CustomerNo no = 0; no < 5; ++no) {
        at.push_back(writer.append(StateFrame{no, kNever, {}, "c", state}));
    }
    ASSERT_EQ(writer.packs().size(), 3U);
    EXPECT_EQ(writer.next_id(), 13);
    for (CustomerNo no = 0; no < 5; ++no) {
        const auto& pack = writer.packs()[static_cast<std::size_t>(at[no].pack() - 10)];
        auto rest = std::string_view(pack.body).substr(static_cast<std::size_t>(at[no].offset()));
        auto length = frame_length(rest, kStateHeaderBytes);
        ASSERT_TRUE(length);
        EXPECT_EQ(decode_state(rest.substr(0, length.value())).value().no, no);
    }
}

TEST(PackWriterTest, AFrameLargerThanAPackGetsOneOfItsOwn) {
    PackWriter writer;
    writer.start(1);
    writer.append(StateFrame{0, kNever, {}, "a", "small"});
    const std::string large(100'000, 'x');
    EXPECT_EQ(writer.append(StateFrame{1, kNever, {}, "b", large}), Locator::of(2, 0));
    EXPECT_EQ(writer.append(StateFrame{2, kNever, {}, "c", "small"}), Locator::of(3, 0));
}

}  // namespace
}  // namespace sluice
